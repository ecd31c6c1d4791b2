"""How often did coders take what was suggested? Counted for every segment that was decided with suggestions in view.

Tables in: what a sheet showed and what the coder wrote. Tables out: ``SuggestionOutcomes``, ``AcceptanceShares``. High
acceptance does not show that suggestions are right: coders tend to take what they are offered.
"""

from __future__ import annotations

import polars as pl

from leadscape.core.exact_interval import exact_interval
from leadscape.core.tables import polars_schema
from leadscape.survey.coding.scheme import NO_CODE
from leadscape.survey.coding.tables import OUTCOMES, AcceptanceShares, SuggestionOutcomes


def judge_suggestions(suggested: pl.DataFrame) -> pl.DataFrame:
    """What a coder made of the suggestions, as :class:`~leadscape.survey.coding.tables.SuggestionOutcomes`.

    Parameters
    ----------
    suggested
        As :class:`~leadscape.survey.coding.sheet_reading.SheetReading` has it.

    Notes
    -----
    With several codes on a segment the first suggestion counts as accepted when it is one of them. ``none_right``: the
    coder wrote that no code applies. ``overruled``: only codes that were not offered.
    """
    codes, offered = pl.col("codes"), pl.col("suggested")
    outcome = (
        pl.when(codes.list.contains(NO_CODE))
        .then(pl.lit("none_right"))
        .when(codes.list.contains(offered.list.first()))
        .then(pl.lit("accepted_first"))
        .when(codes.list.set_intersection(offered).list.len() > 0)
        .then(pl.lit("accepted_other"))
        .otherwise(pl.lit("overruled"))
    )
    schema = polars_schema(SuggestionOutcomes)
    return SuggestionOutcomes.validate(
        suggested.with_columns(
            outcome.cast(schema["outcome"]).alias("outcome"), pl.col("method").cast(schema["method"])
        ).select(SuggestionOutcomes.column_names())
    )


def add_outcomes(before: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """Outcomes of earlier sheets with those of one more; a sheet read again counts once, as it now is."""
    key = SuggestionOutcomes.primary_key()
    return SuggestionOutcomes.validate(
        pl.concat([before, fresh]).unique(key, keep="last", maintain_order=True)
    )


def share_accepted(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Shares of the four outcomes, in all and by how the first suggestion was found, with exact intervals.

    Returns
    -------
    pl.DataFrame
        As :class:`~leadscape.survey.coding.tables.AcceptanceShares`; without a row where nothing was suggested.

    Notes
    -----
    The interval takes the decisions as independent draws; those of one coder are not quite, so it is rather too narrow.
    """
    schema = polars_schema(AcceptanceShares)
    every = outcomes.with_columns(method=pl.lit(None, schema["method"]))
    both = pl.concat([every, outcomes.drop_nulls("method")])
    counted = both.group_by("method", "outcome").agg(segments=pl.len().cast(pl.Int64))
    methods = both.group_by("method").agg(of=pl.len().cast(pl.Int64))
    kinds = pl.DataFrame({"outcome": list(OUTCOMES)}, schema={"outcome": schema["outcome"]})
    table = methods.join(kinds, how="cross").join(
        counted, on=["method", "outcome"], how="left", nulls_equal=True
    )
    rows = [
        {**row, "segments": n, "outcome_share": n / row["of"], "low": low, "high": high}
        for row in table.sort("method", "outcome", nulls_last=False).iter_rows(named=True)
        for n in (row["segments"] or 0,)
        for low, high in (exact_interval(n, row["of"]),)
    ]
    return AcceptanceShares.validate(pl.DataFrame(rows, schema=schema))


def tell_acceptance(shares: pl.DataFrame) -> tuple[str, ...]:
    """Acceptance in sentences, with counts and intervals."""
    overall = shares.filter(pl.col("method").is_null())
    if not overall.height:
        return ("No segment was decided with suggestions in view.",)
    words = {
        "accepted_first": "the first suggestion was taken",
        "accepted_other": "another one was",
        "overruled": "a code that was not offered was given",
        "none_right": "no code applied",
    }
    told = [
        f"{words[row['outcome']]} for {row['segments']} of {row['of']} ({100 * row['outcome_share']:.0f} %, "
        f"95 % interval {100 * row['low']:.0f} to {100 * row['high']:.0f} %)"
        for row in overall.iter_rows(named=True)
    ]
    return (f"Of segments decided with suggestions in view, {'; '.join(told)}.",)
