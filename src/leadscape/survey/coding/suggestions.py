"""Which codes could a text bear? By the wordings of the scheme, then by the coded answers that come nearest.

Tables in: texts, a scheme, what is coded already. Table out: ``Suggestions``, each with its reason. They save a coder's
looking things up. A suggestion is not a coding until a person accepts it, and how many are accepted is counted
(:mod:`leadscape.survey.coding.acceptance`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import polars_schema
from leadscape.survey.coding.config import SuggestionSettings
from leadscape.survey.coding.nearness import nearest_rows
from leadscape.survey.coding.tables import METHODS, Suggestions

if TYPE_CHECKING:
    from leadscape.survey.coding.scheme import CodeScheme

ANSWERED: Final = {"text": pl.String, "code": pl.String, "coder": pl.String}
_SHOWN_LETTERS: Final = 60


def suggest_codes(
    texts: pl.DataFrame,
    scheme: CodeScheme,
    answered: pl.DataFrame | None = None,
    settings: SuggestionSettings | None = None,
) -> pl.DataFrame:
    """Codes that each text could bear, best first, with the reason for each.

    Parameters
    ----------
    texts
        ``text_id``, ``text``.
    answered
        What is coded already, one row a text and code: ``text``, ``code``, ``coder``. Codes that the scheme does not
        have, and ``none``, are not suggested. Leave it out for a second coder, who must not see the first one's codes.

    Returns
    -------
    pl.DataFrame
        As :class:`~leadscape.survey.coding.tables.Suggestions`; at most ``settings.offered`` a text.

    Notes
    -----
    In this order: texts that are a label, alias or example (folded: case, accents and punctuation do not matter), or
    were coded in the same words; then the nearest wordings and coded answers, by the nearness of
    :func:`~leadscape.survey.coding.nearness.nearest_rows`, at least ``settings.least_nearness``. Of several reasons for
    one code the first is given. Nearness counts shared words, not meaning: *no time to lead* is near to *time to lead*.
    """
    settings = settings or SuggestionSettings()
    known = _known_wordings(scheme, answered)
    asked = texts.select("text_id", folded=normalise_name(pl.col("text")))
    distinct = asked["folded"].unique().sort()
    corpus = known["folded"].unique().sort()
    rows, nearness = nearest_rows(distinct, corpus, settings.neighbours)
    k = rows.shape[1]
    near = pl.DataFrame(
        {
            "folded": distinct.gather([at for at in range(len(distinct)) for _ in range(k)]),
            "wording": corpus.gather(pl.Series(rows.ravel())) if k else pl.Series([], dtype=pl.String),
            "nearness": nearness.ravel(),
        },
        schema={"folded": pl.String, "wording": pl.String, "nearness": pl.Float64},
    ).filter((pl.col("nearness") >= settings.least_nearness) | (pl.col("folded") == pl.col("wording")))
    same = distinct.to_frame("folded").filter(pl.col("folded").is_in(corpus.implode()))
    exact = same.with_columns(wording="folded", nearness=pl.lit(100.0))
    pairs = pl.concat([exact, near.filter(pl.col("folded") != pl.col("wording"))]).filter(
        pl.col("folded").str.len_chars() > 0
    )
    offered = (
        pairs.join(known.rename({"folded": "wording"}), on="wording", maintain_order="left")
        .with_columns(is_same=pl.col("folded") == pl.col("wording"))
        .with_columns(
            method=pl.when(pl.col("is_same")).then("method").otherwise(pl.lit("nearest")),
            reason=_reason(),
            times=pl.when(pl.col("is_same")).then("times"),
        )
        .sort(
            *("folded", "is_same", "from_scheme", "times", "nearness", "code"),
            descending=[False, True, True, True, True, False],
            nulls_last=True,
        )
        .unique(["folded", "code"], keep="first", maintain_order=True)
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("folded"))
        .filter(pl.col("rank") <= settings.offered)
    )
    return Suggestions.validate(
        asked.join(offered, on="folded", maintain_order="left")
        .with_columns(
            pl.col("method").cast(polars_schema(Suggestions)["method"]),
            pl.col("nearness").clip(0.0, 100.0),
        )
        .select(Suggestions.column_names())
        .sort("text_id", "rank")
    )


def _known_wordings(scheme: CodeScheme, answered: pl.DataFrame | None) -> pl.DataFrame:
    """What is known to mean a code, one row a folded wording and code, with who coded it so and how often."""
    own = scheme.wording_frame().select(
        folded=normalise_name(pl.col("wording")),
        code="code",
        method="method",
        shown="wording",
        from_scheme=pl.col("method").is_in(METHODS[:2]),
        times=pl.lit(1, pl.Int64),
        coders=pl.lit(None, pl.String),
    )
    if answered is None:
        return own.unique(["folded", "code"], keep="first", maintain_order=True)
    usable = answered.select(*ANSWERED).cast(pl.String).filter(
        pl.col("code").is_in(list(scheme.codable))
    )  # fmt: skip
    said = (
        usable.with_columns(folded=normalise_name(pl.col("text")))
        .group_by("folded", "code")
        .agg(
            method=pl.lit("same_words"),
            shown=pl.col("text").sort().first(),
            from_scheme=pl.lit(value=False),
            times=pl.len().cast(pl.Int64),
            coders=pl.col("coder").drop_nulls().unique().sort().str.join(" and "),
        )
        .sort("folded", "code")
    )
    return pl.concat([own, said]).unique(["folded", "code"], keep="first", maintain_order=True)


def _reason() -> pl.Expr:
    shown = pl.col("shown")
    short = (
        pl.when(shown.str.len_chars() > _SHOWN_LETTERS)
        .then(pl.concat_str(shown.str.slice(0, _SHOWN_LETTERS - 1), pl.lit("…")))
        .otherwise(shown)
    )
    same = pl.col("is_same")
    by_scheme = pl.col("coders").is_null()
    return (
        pl.when(same & by_scheme)
        .then(pl.format("the {} of the code", "method"))
        .when(same)
        .then(pl.format("same words as an answer coded {} by {}", "code", "coders"))
        .when(by_scheme)
        .then(
            pl.format(
                "nearest {}: {}, nearness {}", "method", short, pl.col("nearness").round(0).cast(pl.Int64)
            )
        )
        .otherwise(
            pl.format(
                "nearest coded answer: {} ({}), nearness {}",
                short,
                "coders",
                pl.col("nearness").round(0).cast(pl.Int64),
            )
        )
    )
