"""The charts of a landscape, declared in Vega-Lite through Altair.

Tables in: those of the landscape. Out: specifications as plain dictionaries, rendered in
:mod:`leadscape.report.rendering`. What is unknown, suppressed or not collected is never drawn as a bar: it is said in
words beside the chart.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.codebooks import Codebook
from leadscape.core.missing import REPORTED
from leadscape.landscape.results import Concentration
from leadscape.report.style import BAND_FILL, INK, MARK, PAPER, SOFT_INK, STRONG_RULE, origin_colours
from leadscape.report.wording import interval, percent, quantity, whole

if TYPE_CHECKING:
    import altair as alt

WIDTH: Final = 340
FOREST_WIDTH: Final = 250
LINE_HEIGHT: Final = 16
LABEL_CHARACTERS: Final = 30
FOREST_CHARACTERS: Final = 32
COUNT_FORMAT: Final = ",.0f"
SHARE_FORMAT: Final = "~f"
MODEL_FIGURES: Final = ("estimate", "low", "high")
Specification = dict[str, Any]


def draw_extent(extent: pl.DataFrame, codebook: Codebook) -> Specification | None:
    """Reported role-holdings by role, coloured by origin, each bar with its number and share."""
    import altair as alt

    reported = _reported(extent)
    if not reported.height:
        return None
    labels = codebook.labels("origins")
    present = [origin for origin in labels if origin in set(reported["origin"].cast(pl.String))]
    colours = origin_colours(tuple(labels))
    bars = reported.select(
        label=_wrapped("role_label"),
        origin=pl.col("origin").cast(pl.String).replace(labels),
        n="holdings",
        words=_count_and_share(reported),
    )
    base = alt.Chart(_values(bars)).encode(
        y=_categories("label", bars["label"].to_list()),
        x=alt.X("n:Q", axis=None, scale=alt.Scale(domain=[0, _top(bars["n"]) * 1.28])),
    )
    colour = alt.Color(
        "origin:N",
        scale=alt.Scale(domain=[labels[o] for o in present], range=[colours[o] for o in present]),
    )
    return _finished(base.mark_bar(height=18).encode(color=colour) + _bar_words(base), bars["label"])


def draw_bars(rows: pl.DataFrame, label: str, count: str, words: pl.Expr) -> Specification | None:
    """Plain horizontal bars of a count by a label, each with its words at the end."""
    import altair as alt

    bars = rows.select(label=_wrapped(label), n=count, words=words)
    if not bars.height or not _top(bars["n"]):
        return None
    base = alt.Chart(_values(bars)).encode(
        y=_categories("label", bars["label"].to_list()),
        x=alt.X("n:Q", axis=None, scale=alt.Scale(domain=[0, _top(bars["n"]) * 1.28])),
    )
    return _finished(base.mark_bar(height=18, color=MARK) + _bar_words(base), bars["label"])


def draw_phases(phases: pl.DataFrame) -> Specification | None:
    """Role-holdings by phase of the home school; the phase that is not known is not drawn."""
    known = _reported(phases).filter(pl.col("phase") != "unknown")
    return draw_bars(known, "phase_label", "holdings", _count_and_share(known))


def draw_bands(bands: pl.DataFrame) -> Specification | None:
    """Authorities by band of role-holdings; only those whose number is known."""
    known = bands.filter("known")
    total = known["authorities"].sum()
    words = [f"{whole(n)} ({percent(100 * n / total)})" if total else whole(n) for n in known["authorities"]]
    labelled = known.with_columns(label=pl.col("band").str.replace("-", "–"))
    return draw_bars(labelled, "label", "authorities", pl.lit(pl.Series("words", words, dtype=pl.String)))


def draw_lorenz(concentration: Concentration) -> Specification | None:
    """The Lorenz curve beside the line of equal shares."""
    import altair as alt

    curve = concentration.lorenz.drop_nulls()
    if curve.height < 2:
        return None
    x = alt.X(
        "authorities_share:Q", title="Share of authorities, those with fewest first", axis=_percent_axis()
    )
    y = alt.Y("holdings_share:Q", title="Share of role-holdings", axis=_percent_axis())
    lorenz = alt.Chart(_values(curve)).mark_line(color=MARK, strokeWidth=2.5).encode(x=x, y=y)
    area = alt.Chart(_values(curve)).mark_area(color=BAND_FILL, opacity=0.6).encode(x=x, y=y)
    ends = pl.DataFrame({"authorities_share": [0.0, 1.0], "holdings_share": [0.0, 1.0]})
    equal = alt.Chart(_values(ends)).mark_line(color=STRONG_RULE, strokeDash=[5, 4]).encode(x=x, y=y)
    said = pl.DataFrame({"authorities_share": [0.46], "holdings_share": [0.53], "words": ["equal shares"]})
    words = alt.Chart(_values(said)).mark_text(color=SOFT_INK, align="right").encode(x=x, y=y, text="words:N")
    return _specified((area + equal + lorenz + words).properties(width=360, height=360))


def draw_estimates(rows: pl.DataFrame, unit: str) -> Specification | None:
    """Estimates of one unit as dots with their intervals, each named with its method."""
    if not rows.height:
        return None
    words = [
        quantity(value, unit) + (f" ({interval(low, high, unit)})" if low < high else "")
        for value, low, high in rows.select("value", "low", "high").iter_rows()
    ]
    first, rest = pl.col("label").str.slice(0, 1).str.to_uppercase(), pl.col("label").str.slice(1)
    named = rows.with_columns(label=pl.concat_str(first, rest, pl.lit(": "), "method"))
    return _dots(
        named.select(
            label=_wrapped("label", FOREST_CHARACTERS),
            value="value",
            low="low",
            high="high",
            words=pl.Series(words, dtype=pl.String),
        ),
        "%" if unit == "%" else unit.capitalize(),
    )


def draw_models(models: pl.DataFrame) -> Specification | None:
    """Capture-recapture models as dots with their intervals; those outside the range are hollow."""
    if not models.height:
        return None
    words = [
        f"{whole(n)} ({interval(low, high, '')})" for n, low, high in models.select(MODEL_FIGURES).iter_rows()
    ]
    return _dots(
        models.select(
            label=_wrapped("model", FOREST_CHARACTERS),
            value="estimate",
            low="low",
            high="high",
            words=pl.Series(words, dtype=pl.String),
            solid="in_range",
        ),
        "Estimate",
    )


def draw_sensitivity(sensitivity: pl.DataFrame) -> Specification | None:
    """The total under every assumption about the authorities that did not answer."""
    import altair as alt

    if sensitivity.height < 2:
        return None
    # Without agency lists nobody knows the other origins, and the band is of local roles alone.
    whole_known = not sensitivity["total"].has_nulls()
    others = pl.col("total") - pl.col("local_total") if whole_known else pl.lit(0.0)
    band = sensitivity.with_columns(
        total=pl.col("local_total") + others,
        low=pl.col("local_low") + others,
        high=pl.col("local_high") + others,
    )
    x = alt.X(
        "factor:Q",
        title="Rate of silent authorities ÷ rate of those that answered",
        axis=alt.Axis(tickCount=5),
    )
    y_title = "All role-holdings" if whole_known else "Local role-holdings"
    base = alt.Chart(_values(band)).encode(x=x)
    spread = base.mark_area(color=BAND_FILL).encode(
        y=alt.Y("low:Q", title=y_title, scale=alt.Scale(zero=False), axis=alt.Axis(format=COUNT_FORMAT)),
        y2="high:Q",
    )
    line = base.mark_line(color=MARK, strokeWidth=2.5).encode(y=alt.Y("total:Q", title=y_title))
    nearest = band.filter((pl.col("factor") - 1).abs() == (pl.col("factor") - 1).abs().min()).head(1)
    marked = nearest.with_columns(words=pl.lit("same rate"))
    dot = alt.Chart(_values(marked)).encode(x=x, y="total:Q")
    words = dot.mark_text(dy=-14, align="right", dx=-2).encode(text="words:N")
    marks = spread + line + dot.mark_point(filled=True, size=70, color=INK) + words
    return _specified(marks.properties(width=WIDTH + 100, height=280))


def _dots(rows: pl.DataFrame, title: str) -> Specification:
    import altair as alt

    base = alt.Chart(_values(rows)).encode(y=_categories("label", rows["label"].to_list()))
    scale = alt.Scale(zero=False, nice=True, padding=10)
    axis = alt.Axis(format=SHARE_FORMAT if title == "%" else COUNT_FORMAT, tickCount=5)
    rule = base.mark_rule(color=MARK, strokeWidth=2.5).encode(
        x=alt.X("low:Q", title=title, scale=scale, axis=axis), x2="high:Q"
    )
    fill = alt.condition("datum.solid === false", alt.value(PAPER), alt.value(INK))
    dot = base.mark_point(size=70, stroke=INK, strokeWidth=1.5, opacity=1).encode(x="value:Q", fill=fill)
    words = base.mark_text(align="left").encode(x=alt.value(FOREST_WIDTH + 14), text="words:N")
    return _finished(rule + dot + words, rows["label"], width=FOREST_WIDTH)


def _finished(chart: alt.LayerChart | alt.FacetChart, labels: pl.Series, width: int = WIDTH) -> Specification:
    """The chart at a height that leaves every row room for the lines of the longest label."""
    lines = int(str(labels.str.count_matches("\n").max() or 0)) + 1
    row = max(lines * LINE_HEIGHT, 22) + 10
    return _specified(chart.properties(width=width, height=max(len(labels), 2) * row))


def _specified(chart: alt.LayerChart | alt.FacetChart) -> Specification:
    """The chart as a dictionary. Not validated against the schema, which takes longer than drawing it does."""
    return chart.to_dict(validate=False)


def _bar_words(base: alt.Chart) -> alt.Chart:
    return base.mark_text(align="left", dx=6).encode(text="words:N")


def _categories(name: str, order: list[str]) -> alt.Y:
    import altair as alt

    axis = alt.Axis(
        title=None, domain=False, ticks=False, labelExpr="split(datum.label, '\\n')", labelPadding=8
    )
    return alt.Y(f"{name}:N", sort=order, axis=axis)


def _percent_axis() -> alt.Axis:
    import altair as alt

    return alt.Axis(format=".0%", tickCount=5)


def _reported(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(
        pl.col("holdings_status").cast(pl.String) == REPORTED, pl.col("holdings").is_not_null()
    )


def _count_and_share(rows: pl.DataFrame) -> pl.Expr:
    pairs = zip(rows["holdings"], rows["pct"], strict=True)
    words = [whole(n) if pct is None else f"{whole(n)} ({percent(pct)})" for n, pct in pairs]
    return pl.lit(pl.Series("words", words, dtype=pl.String))


def _wrapped(column: str, characters: int = LABEL_CHARACTERS) -> pl.Expr:
    return pl.col(column).map_elements(lambda text: "\n".join(wrap(text, characters)), return_dtype=pl.String)


def _top(counts: pl.Series) -> float:
    return float(str(counts.max() or 0))


def _values(rows: pl.DataFrame) -> alt.Data:
    import altair as alt

    return alt.Data(values=rows.to_dicts())
