"""How far do coders agree on which characters of a text a code belongs to?

The whole text is compared, also what nobody marked: over marked text alone, two coders who mark nearly everything at
random would seem to agree. Texts are cut where any coder begins or ends, so that a million characters cost what their
few marks cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from leadscape.core.errors import NotIdentified
from leadscape.core.missing import REPORTED
from leadscape.core.tables import Problems, no_problems, polars_schema, table_problem
from leadscape.survey.agreement.chance import (
    ac1_statistic,
    nominal_alpha_statistic,
    nothing_compared,
    percent_statistic,
)
from leadscape.survey.agreement.coefficient_rows import Candidate, coefficient_rows, without_value
from leadscape.survey.agreement.counting import NOT_RATED, count_codes, sum_units
from leadscape.survey.agreement.tables import SpanCoefficients, Spans, SpanTables, TextsRead
from leadscape.survey.agreement.two_coders import table_kappa_statistic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from leadscape.survey.agreement.resampling import Draws


@dataclass(frozen=True)
class SpanAgreement:
    """Agreement on the characters of each code.

    Attributes
    ----------
    coefficients
        As :class:`~leadscape.survey.agreement.tables.SpanCoefficients`; never percent agreement alone.
    tables
        As :class:`~leadscape.survey.agreement.tables.SpanTables`.
    """

    coefficients: pl.DataFrame
    tables: pl.DataFrame


@dataclass(frozen=True)
class _Stretches:
    """Stretches of text over which no coder changes: ``text`` and ``code`` indices, ``length``, and for each coder 1, 0
    or -1 (did not read) in ``given``.
    """

    text: NDArray[np.int64]
    code: NDArray[np.int64]
    length: NDArray[np.int64]
    given: NDArray[np.int64]


def cross_characters(
    first: Iterable[tuple[int, int]], second: Iterable[tuple[int, int]], characters: int
) -> NDArray[np.int64]:
    """The character table of two coders over one text and one code.

    Parameters
    ----------
    first, second
        Stretches that each coder marked, as (start, end) with the end not included; they may overlap.
    characters
        Length of the text.

    Returns
    -------
    numpy.ndarray
        Shape (2, 2): rows not marked and marked by the first, columns by the second. It adds up to ``characters``.

    Examples
    --------
    >>> cross_characters([(0, 90)], [(9, 99)], 100).tolist()
    [[1, 9], [9, 81]]
    """
    marks = [(who, start, end) for who, given in enumerate((first, second)) for start, end in given]
    spans = pl.DataFrame(
        [("text", "ab"[who], "code", start, end) for who, start, end in marks],
        schema=polars_schema(Spans),
        orient="row",
    )
    texts = pl.DataFrame(
        {"text": ["text"] * 2, "coder": ["a", "b"], "characters": [characters] * 2},
        schema=polars_schema(TextsRead),
    )
    row = count_characters(spans, texts, codes=["code"]).row(0, named=True)
    return np.array([[row["neither"], row["second_only"]], [row["first_only"], row["both"]]])


def count_characters(
    spans: pl.DataFrame, texts: pl.DataFrame, *, codes: Sequence[str] | None = None
) -> pl.DataFrame:
    """The character table of every two coders, for each code and text, as
    :class:`~leadscape.survey.agreement.tables.SpanTables`.

    Parameters
    ----------
    spans
        As :class:`~leadscape.survey.agreement.tables.Spans`.
    texts
        As :class:`~leadscape.survey.agreement.tables.TextsRead`: who read which text.
    codes
        Codes to report on; without it those given.

    Raises
    ------
    TableProblem
        Listing every stretch that lies outside its text or belongs to a text its coder did not read, and every text
        with two lengths.
    """
    names, coders, known = _names(spans, texts, codes)
    stretches = _cut(spans, texts, names, coders, known)
    return _tables(stretches, names, coders, known)


def measure_spans(
    spans: pl.DataFrame, texts: pl.DataFrame, *, codes: Sequence[str] | None = None, draws: Draws
) -> SpanAgreement:
    """Agreement on the characters of each code, with intervals from drawing whole texts again.

    Parameters
    ----------
    spans, texts, codes
        As :func:`count_characters`.
    draws
        Seed, number of draws and confidence of the intervals.

    Raises
    ------
    NotIdentified
        When no text, or only one, was read by two coders: characters of one text hang together, so that drawing them
        again would promise far too much. Cut a long text into paragraphs and give each as a text.
    TableProblem
        As :func:`count_characters`.

    Notes
    -----
    A character is a unit with two categories, code given or not, and every character of the text counts. Coefficients
    are those of :func:`~leadscape.survey.agreement.measure.measure_ratings` at the nominal level.
    """
    names, coders, known = _names(spans, texts, codes)
    stretches = _cut(spans, texts, names, coders, known)
    tables = _tables(stretches, names, coders, known)
    if not tables.height:
        raise nothing_compared()
    rows: list[dict[str, Any]] = []
    for index, code in enumerate(known):
        rows += [
            {"code": code, **row} for row in _code_rows(stretches, index, len(names), len(coders), draws)
        ]
    table = pl.DataFrame(rows, schema=polars_schema(SpanCoefficients))
    return SpanAgreement(SpanCoefficients.validate(table), tables)


def _code_rows(
    stretches: _Stretches, code: int, texts: int, coders: int, draws: Draws
) -> list[dict[str, Any]]:
    here = stretches.code == code
    given, length, text = stretches.given[here], stretches.length[here], stretches.text[here]
    compared = (given >= 0).sum(axis=1) >= 2
    read_by_two = len(np.unique(text[compared]))
    sums = sum_units(count_codes(given, 2)).grouped(text, length, texts)
    candidates = [
        Candidate("percent_agreement", "nominal", percent_statistic(sums)),
        Candidate("gwet_ac1", "nominal", ac1_statistic(sums)),
        Candidate("krippendorff_alpha", "nominal", nominal_alpha_statistic(sums)),
    ]
    if coders == 2:
        cells = np.bincount(
            (text * 4 + given[:, 0] * 2 + given[:, 1])[compared],
            length[compared].astype(np.float64),
            minlength=texts * 4,
        )
        kappa = table_kappa_statistic(cells.reshape(texts, 2, 2).astype(np.float64))
        candidates.insert(1, Candidate("cohen_kappa", "nominal", kappa))
    there = np.bincount(text[compared], minlength=texts) > 0
    units = there.astype(np.int64)
    if read_by_two < 2:
        raise NotIdentified(
            f"{'One text was' if read_by_two else 'No text was'} read by two coders.",
            "Characters of one text hang together, so an interval needs several texts to draw from.",
            "Have more texts coded twice, or cut a long text into its paragraphs and give each as a text.",
        )
    rows = coefficient_rows(candidates, units, read_by_two, draws)
    if not sums.values[there, 1].any() or not sums.values[there, 0].any():
        reason = "Nobody gave this code." if not sums.values[there, 1].any() else "All gave it to all text."
        rows = [row | without_value(reason, draws) | {"observed": None, "expected": None} for row in rows]
    elif not any(row["value_status"] == REPORTED for row in rows[1:]):
        rows[0] |= without_value("Not shown alone: no coefficient that takes chance out exists.", draws)
    total = int(length[compared].sum())
    return [row | {"texts": read_by_two, "characters": total} for row in rows]


def _names(
    spans: pl.DataFrame, texts: pl.DataFrame, codes: Sequence[str] | None
) -> tuple[list[str], list[str], list[str]]:
    """Names of texts, coders and codes in order, once everything is checked."""
    Spans.validate(spans.select(Spans.column_names()))
    read = TextsRead.validate(texts.select(TextsRead.column_names()))
    lengths = read.filter(pl.col("characters").n_unique().over("text") > 1)
    placed = spans.join(read, on=["text", "coder"], how="left")
    problems = pl.concat(
        [
            no_problems(),
            _problem(lengths, pl.col("characters").cast(pl.String), "One text has one length."),
            _problem(
                placed.filter(pl.col("characters").is_null()),
                pl.col("code"),
                "The coder must be among those who read the text.",
            ),
            _problem(
                placed.filter(pl.col("end") > pl.col("characters")),
                pl.col("end").cast(pl.String),
                "Must lie inside the text.",
            ),
        ]
    )
    if problems.height:
        raise table_problem(problems, "The coded text")
    known = list(codes) if codes is not None else spans["code"].unique().sort().to_list()
    return read["text"].unique().sort().to_list(), read["coder"].unique().sort().to_list(), known


def _problem(rows: pl.DataFrame, value: pl.Expr, rule: str) -> pl.DataFrame:
    return rows.select(
        row=pl.lit(None, pl.Int64),
        column=pl.format("text {}, coder {}", "text", "coder"),
        value=value,
        rule=pl.lit(rule),
    ).cast(polars_schema(Problems))


def _cut(
    spans: pl.DataFrame, texts: pl.DataFrame, names: list[str], coders: list[str], codes: list[str]
) -> _Stretches:
    """Texts cut where any coder begins or ends a stretch of the code.

    At every boundary each coder's marks go up or down by the stretches that begin or end there; added up along the text
    they say who is inside one. They are back at nothing at the end of each text, so one sum runs through all of them.
    """
    text_at = {name: index for index, name in enumerate(names)}
    coder_at = {name: index for index, name in enumerate(coders)}
    code_at = {name: index for index, name in enumerate(codes)}
    marks = spans.filter(pl.col("code").is_in(codes)).select(
        text=pl.col("text").replace_strict(text_at, return_dtype=pl.Int64),
        code=pl.col("code").replace_strict(code_at, return_dtype=pl.Int64),
        coder=pl.col("coder").replace_strict(coder_at, return_dtype=pl.Int64),
        start="start",
        end="end",
    )
    read = texts.select(
        text=pl.col("text").replace_strict(text_at, return_dtype=pl.Int64),
        coder=pl.col("coder").replace_strict(coder_at, return_dtype=pl.Int64),
        characters="characters",
    )
    whole = read.unique("text").join(
        pl.DataFrame({"code": range(len(codes))}, schema={"code": pl.Int64}), how="cross"
    )
    changes = pl.concat(
        [
            marks.select("text", "code", "coder", at="start", change=pl.lit(1, pl.Int64)),
            marks.select("text", "code", "coder", at="end", change=pl.lit(-1, pl.Int64)),
        ]
    )
    edges = (
        pl.concat(
            [
                changes.select("text", "code", "at"),
                whole.select("text", "code", at=pl.lit(0, pl.Int64)),
                whole.select("text", "code", at="characters"),
            ]
        )
        .unique()
        .sort("text", "code", "at")
        .with_row_index("edge")
    )
    placed = changes.join(edges, on=["text", "code", "at"], how="left")
    inside = np.zeros((edges.height, len(coders)), dtype=np.int64)
    np.add.at(inside, (placed["edge"].to_numpy(), placed["coder"].to_numpy()), placed["change"].to_numpy())
    inside = (np.cumsum(inside, axis=0) > 0).astype(np.int64)
    reads = np.zeros((len(names), len(coders)), dtype=bool)
    reads[read["text"].to_numpy(), read["coder"].to_numpy()] = True
    text, code, at = (edges[name].to_numpy() for name in ("text", "code", "at"))
    length = np.diff(at, append=0)
    keep = np.diff(text * max(len(codes), 1) + code, append=-1) == 0
    given = np.where(reads[text], inside, NOT_RATED)
    return _Stretches(text[keep], code[keep], length[keep], given[keep])


def _tables(stretches: _Stretches, names: list[str], coders: list[str], codes: list[str]) -> pl.DataFrame:
    text, code = dict(enumerate(names)), dict(enumerate(codes))
    length = pl.col("length")
    first, second = pl.col("first") == 1, pl.col("second") == 1
    found: list[pl.DataFrame] = [SpanTables.create_empty()]
    for one, other in combinations(range(len(coders)), 2):
        pair = pl.DataFrame(
            {
                "text": stretches.text,
                "code": stretches.code,
                "length": stretches.length,
                "first": stretches.given[:, one],
                "second": stretches.given[:, other],
            }
        ).filter(pl.col("first") >= 0, pl.col("second") >= 0)
        found.append(
            pair.group_by("code", "text")
            .agg(
                both=length.filter(first & second).sum(),
                first_only=length.filter(first & ~second).sum(),
                second_only=length.filter(~first & second).sum(),
                neither=length.filter(~first & ~second).sum(),
            )
            .sort("code", "text")
            .select(
                code=pl.col("code").replace_strict(code, return_dtype=pl.String),
                text=pl.col("text").replace_strict(text, return_dtype=pl.String),
                coder=pl.lit(coders[one]),
                other_coder=pl.lit(coders[other]),
                both="both",
                first_only="first_only",
                second_only="second_only",
                neither="neither",
            )
        )
    return SpanTables.validate(pl.concat(found))
