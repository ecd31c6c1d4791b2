"""Who coded what, when, and what replaced it? A history to which decisions are added and from which nothing is taken.

Tables in and out: ``SegmentCodings``. A coder's decision on a segment is a set of codes. Deciding again adds a decision
that names the one it replaces; what stood at any round can be seen again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from leadscape.core.tables import Problems, polars_schema
from leadscape.survey.coding.row_ids import row_ids
from leadscape.survey.coding.scheme import NO_CODE
from leadscape.survey.coding.tables import SegmentCodings

if TYPE_CHECKING:
    from leadscape.survey.coding.scheme import CodeScheme

Step = Literal["coding", "adjudication"]
_SAME_IN_A_DECISION: Final = (
    *("segment_id", "coder", "coded_on", "round", "step", "memo", "supersedes", "recoded_by"),
)


def no_codings() -> pl.DataFrame:
    """A history in which nobody has decided anything."""
    return SegmentCodings.create_empty()


def standing_decisions(history: pl.DataFrame, as_of_round: int | None = None) -> pl.DataFrame:
    """Decisions that no other replaces, one row each, with their ``codes`` as a sorted list.

    Parameters
    ----------
    history
        As :class:`~leadscape.survey.coding.tables.SegmentCodings`.
    as_of_round
        What stood at the end of this round; what stands now without it.

    Returns
    -------
    pl.DataFrame
        The columns of the history with ``codes`` in the place of ``code``; sorted by segment and coder.
    """
    seen = history if as_of_round is None else history.filter(pl.col("round") <= as_of_round)
    replaced = seen["supersedes"].drop_nulls().unique()
    return (
        seen.filter(~pl.col("decision_id").is_in(replaced.implode()))
        .group_by("decision_id", *_SAME_IN_A_DECISION)
        .agg(codes=pl.col("code").unique().sort())
        .sort("segment_id", "coder", "step", "decision_id")
    )


def add_decisions(history: pl.DataFrame, decided: pl.DataFrame, step: Step) -> pl.DataFrame:
    """``history`` with new decisions at its end, each naming the standing one that it replaces.

    Parameters
    ----------
    history
        As :class:`~leadscape.survey.coding.tables.SegmentCodings`.
    decided
        One row a segment and coder: ``segment_id``, ``coder``, ``coded_on``, ``round``, ``memo``, ``codes`` (a list).
    step
        A coder's new decision replaces the coder's own; an adjudication replaces an adjudication, whoever made it,
        and leaves the coders' decisions standing, since agreement is measured on them.

    Notes
    -----
    A decision that says what the standing one says, in the same round with the same memo, is not added: reading one
    sheet twice changes nothing.
    """
    whose = ["segment_id"] if step == "adjudication" else ["segment_id", "coder"]
    of_adjudication = pl.col("step").cast(pl.String) == "adjudication"
    before = standing_decisions(history).filter(
        of_adjudication if step == "adjudication" else ~of_adjudication
    )
    sorted_codes = decided.with_columns(codes=pl.col("codes").list.unique().list.sort())
    joined = sorted_codes.join(
        before.select(
            *whose, former="decision_id", codes_before="codes", round_before="round", memo_before="memo"
        ),
        on=whose,
        how="left",
        maintain_order="left",
    )
    same = (
        (pl.col("codes") == pl.col("codes_before"))
        & (pl.col("round") == pl.col("round_before"))
        & pl.col("memo").eq_missing(pl.col("memo_before"))
    )
    fresh = joined.filter(~same.fill_null(value=False)).with_columns(
        step=pl.lit(step), supersedes="former", recoded_by=pl.lit(None, pl.String)
    )
    return append_decisions(history, fresh)


def append_decisions(history: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """``history`` with decisions at its end, which name themselves what they replace; ids come from what they say."""
    parts = fresh.select(*_SAME_IN_A_DECISION, pl.col("codes").list.join(";"))
    rows = (
        fresh.with_columns(
            pl.col("step").cast(polars_schema(SegmentCodings)["step"]), decision_id=row_ids("d", parts)
        )
        .explode("codes", empty_as_null=True)
        .rename({"codes": "code"})
        .select(SegmentCodings.column_names())
    )
    return SegmentCodings.validate(pl.concat([history, rows]))


def settle_segments(history: pl.DataFrame, as_of_round: int | None = None) -> pl.DataFrame:
    """What each segment is taken to be coded as, where that is settled.

    Returns
    -------
    pl.DataFrame
        ``segment_id``, ``codes`` (null while coders disagree), ``settled_by`` (``adjudication``, ``agreement``,
        ``one_coder``, or null), ``coders``. A segment without a row is decided by nobody.

    Notes
    -----
    An adjudication holds until another one, also when coders change their minds afterwards.
    """
    stood = standing_decisions(history, as_of_round)
    adjudicated = pl.col("step").cast(pl.String) == "adjudication"
    own = (
        stood.filter(~adjudicated)
        .group_by("segment_id")
        .agg(coders=pl.col("coder").n_unique().cast(pl.Int64), sets=pl.col("codes").n_unique(),
             own=pl.col("codes").first())
    )  # fmt: skip
    final = stood.filter(adjudicated).select("segment_id", final="codes")
    return (
        own.join(final, on="segment_id", how="left")
        .select(
            "segment_id",
            codes=pl.coalesce("final", pl.when(pl.col("sets") == 1).then(pl.col("own"))),
            settled_by=pl.when(pl.col("final").is_not_null())
            .then(pl.lit("adjudication"))
            .when(pl.col("coders") == 1)
            .then(pl.lit("one_coder"))
            .when(pl.col("sets") == 1)
            .then(pl.lit("agreement")),
            coders="coders",
        )
        .sort("segment_id")
    )


def history_problems(history: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """What no history that was only added to can hold, as :class:`~leadscape.core.tables.Problems`.

    Segments that are not there, a decision that replaces one of another segment or one that is not there, two standing
    decisions of one coder on one segment, ``none`` beside another code. Rows are counted as in a file.
    """
    rows = history.with_row_index("row", offset=2).with_columns(pl.col("row").cast(pl.Int64))
    replaced = history.select(supersedes="decision_id", segment_replaced="segment_id").unique()
    joined = rows.join(replaced, on="supersedes", how="left", maintain_order="left")
    names = pl.col("supersedes").is_not_null()
    per_decision = pl.col("code").n_unique().over("decision_id")
    stood = standing_decisions(history).with_columns(
        pl.when(pl.col("step").cast(pl.String) != "adjudication").then(pl.col("coder")).alias("whose")
    )
    twice = stood.filter(pl.len().over("segment_id", "whose") > 1)["decision_id"]
    known = segments["segment_id"].implode()
    rules = {
        "Names a segment that is not there.": ("segment_id", ~pl.col("segment_id").is_in(known)),
        "Replaces a decision that is not there.": ("supersedes", names & pl.col("segment_replaced").is_null()),
        "Replaces a decision on another segment.": (
            "supersedes", names & (pl.col("segment_replaced") != pl.col("segment_id"))),
        "Stands beside another decision of the same coder on the segment; one must replace the other.": (
            "decision_id", pl.col("decision_id").is_in(twice.implode())),
        "The word none stands beside another code.": (
            "code", (pl.col("code") == NO_CODE) & (per_decision > 1)),
    }  # fmt: skip
    found = [
        joined.filter(wrong.fill_null(value=False)).select(
            "row", column=pl.lit(column), value=pl.col(column), rule=pl.lit(rule)
        )
        for rule, (column, wrong) in rules.items()
    ]
    return pl.concat(found).cast(polars_schema(Problems)).sort("row", "rule")


def outdated_codings(history: pl.DataFrame, scheme: CodeScheme) -> pl.DataFrame:
    """``code``, ``segments``: codes of standing decisions that the scheme lacks, so that they wait for a recode."""
    stood = standing_decisions(history).explode("codes", empty_as_null=True).rename({"codes": "code"})
    return (
        stood.filter(~pl.col("code").is_in([*scheme.codable, NO_CODE]))
        .group_by("code")
        .agg(segments=pl.col("segment_id").n_unique().cast(pl.Int64))
        .sort("code")
    )
