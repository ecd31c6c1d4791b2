"""A rule over all schools at once: each statement answered as a column, put together by three-valued logic.

For *at least n of k parts*: yes where n are yes; no where even with every open part it would be fewer than n; else it
cannot be told, and the reasons are those of the open parts. *All* is n = k, *any* is n = 1, *not* leaves open what is
open.

Sources: Kleene (1952), Introduction to Metamathematics, section 64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from leadscape.codebooks.inspections import load_inspections
from leadscape.codebooks.measures import load_measures
from leadscape.codebooks.rule_conditions import (
    PARTS,
    AtLeast,
    Condition,
    FigureIs,
    InspectionIs,
    Not,
    NotInspected,
    Statement,
    statements_of,
)
from leadscape.core.errors import NotComparable
from leadscape.core.tables import check_table
from leadscape.need.adjusted.tables import VERDICTS
from leadscape.need.flags.config import FlagConfig
from leadscape.need.flags.figures import answer_figure
from leadscape.need.flags.inspected import answer_inspection, answer_not_inspected
from leadscape.need.flags.tables import CannotTell, FlagFacts, Flags

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from leadscape.codebooks.rules import Rule
    from leadscape.need.flags.evidence import Evidence

_VERDICT = pl.Enum(VERDICTS)


@dataclass(frozen=True, eq=False)
class Flagged:
    """One rule answered for every school asked about.

    Attributes
    ----------
    flags, facts, cannot_tell
        As the declared tables.
    other_phases
        Schools that were not asked about because the rule is about other phases.
    sentences
        What to print beside the flags: the definition, the counts, what crosswalks lose.
    """

    rule: Rule
    as_of: date
    flags: pl.DataFrame
    facts: pl.DataFrame
    cannot_tell: pl.DataFrame
    other_phases: int
    sentences: tuple[str, ...]

    def unjudged(self) -> pl.DataFrame:
        """The schools that the rule could not judge: ``urn``, ``reason``, ``seen``, in order of reason and school."""
        open_ = self.flags.filter(pl.col("verdict") == "cannot tell")
        return open_.select("urn", "reason", "seen").sort("reason", "urn")


def flag_schools(
    rule: Rule,
    evidence: Evidence,
    as_of: date,
    config: FlagConfig | None = None,
    *,
    outside_dates: bool = False,
) -> Flagged:
    """Answer a rule for every school.

    Parameters
    ----------
    as_of
        Day asked about: nothing that ended or was inspected later is looked at.
    outside_dates
        Apply the rule to a day on which it was not in force; the sentences then say so.

    Returns
    -------
    Flagged
        One verdict a school, every statement with what it saw, and the schools that could not be judged by reason.

    Raises
    ------
    NotComparable
        When the rule was not in force on the day.
    TableProblem
        When a school is asked about twice.
    """
    config = config or FlagConfig()
    if not rule.holds_on(as_of) and not outside_dates:
        until = f" to {rule.valid_to}" if rule.valid_to else ""
        raise NotComparable(
            f"The rule {rule.id} holds from {rule.valid_from}{until}, not on {as_of}.",
            "A definition of other days would pass for that of the day.",
            "Ask for a day on which it holds, or say that you mean it outside its dates.",
        )
    urns, other_phases = evidence.asked(rule)
    statements = list(statements_of(rule.condition))
    answers = [_answer(one, rule, urns, evidence, as_of, config) for one in statements]
    holds, open_at = _together(rule.condition, iter(range(len(statements))), answers)
    verdicts = urns.with_columns(verdict=_word(holds)).join(
        _reasons(urns, answers, open_at), on="urn", how="left", maintain_order="left"
    )
    facts = _facts(rule, urns, statements, answers)
    flags = verdicts.join(_seen(facts, rule), on="urn", how="left", maintain_order="left").select(
        "urn",
        rule=pl.lit(rule.id),
        as_of=pl.lit(as_of),
        verdict="verdict",
        reason="reason",
        kind="kind",
        seen="seen",
        published_on="published_on",
    )
    flags = check_table(flags, Flags, "Flags")
    open_ = (
        flags.filter(pl.col("reason").is_not_null())
        .group_by("rule", "kind")
        .agg(example=pl.col("reason").min(), schools=pl.len().cast(pl.Int64))
        .with_columns(of=pl.lit(flags.height, pl.Int64))
        .sort("schools", "kind", descending=[True, False])
    )
    open_ = check_table(open_, CannotTell, "Schools that the rule could not judge")
    return Flagged(
        rule, as_of, flags, facts, open_, other_phases, _sentences(rule, flags, as_of, other_phases)
    )


def _answer(
    statement: Statement,
    rule: Rule,
    urns: pl.DataFrame,
    evidence: Evidence,
    as_of: date,
    config: FlagConfig,
) -> pl.DataFrame:
    if isinstance(statement, InspectionIs):
        word = rule.words[statement.word]
        return answer_inspection(statement, word, urns, evidence, as_of, config.inspections_stale_days)
    if isinstance(statement, NotInspected):
        return answer_not_inspected(statement, urns, evidence, as_of)
    return answer_figure(statement, urns, evidence, as_of)


def _together(
    condition: Condition, places: Iterator[int], answers: list[pl.DataFrame]
) -> tuple[pl.Series, dict[int, pl.Series]]:
    """Whether the condition holds (null: cannot be told); and for each statement where it keeps it from being told."""
    if isinstance(condition, Not):
        holds, open_at = _together(condition.part, places, answers)
        return ~holds, open_at
    if isinstance(condition, AtLeast):
        parts = [_together(part, places, answers) for part in condition.parts]
        table = pl.DataFrame([holds.alias(str(place)) for place, (holds, _) in enumerate(parts)])
        yes = pl.sum_horizontal(pl.all().fill_null(value=False).cast(pl.Int32))
        unknown = pl.sum_horizontal(pl.all().is_null().cast(pl.Int32))
        together = table.select(
            pl.when(yes >= condition.least)
            .then(pl.lit(value=True))
            .when(yes + unknown < condition.least)
            .then(pl.lit(value=False))
        ).to_series()
        # What is open below matters only where this is open too.
        matters = together.is_null()
        return together, {place: mask & matters for _, below in parts for place, mask in below.items()}
    place = next(places)
    holds = answers[place]["holds"]
    return holds, {place: holds.is_null()}


def _reasons(urns: pl.DataFrame, answers: list[pl.DataFrame], open_at: dict[int, pl.Series]) -> pl.DataFrame:
    """``urn``, ``reason``, ``kind`` of the schools that cannot be judged, every reason once."""
    parts = [
        pl.concat([urns, answers[place].select("why", "kind")], how="horizontal").filter(mask)
        for place, mask in sorted(open_at.items())
    ]
    return (
        pl.concat(parts)
        .group_by("urn")
        .agg(
            reason=pl.col("why").unique(maintain_order=True).str.join("; "),
            kind=pl.col("kind").unique().sort().str.join("; "),
        )
    )


def _word(holds: pl.Series) -> pl.Series:
    words = holds.replace_strict({True: "yes", False: "no"}, default=None, return_dtype=pl.String)
    return words.fill_null("cannot tell").cast(_VERDICT)


def _facts(
    rule: Rule, urns: pl.DataFrame, statements: list[Statement], answers: list[pl.DataFrame]
) -> pl.DataFrame:
    parts = [
        pl.concat([urns, answer], how="horizontal").with_columns(
            rule=pl.lit(rule.id),
            fact=pl.lit(place, pl.Int64),
            statement=pl.lit(_in_words(statement, rule)),
            holds=_word(answer["holds"]),
            status=pl.col("status").cast(FlagFacts.create_empty().schema["status"]),
        )
        for place, (statement, answer) in enumerate(zip(statements, answers, strict=True), 1)
    ]
    facts = pl.concat([part.select(FlagFacts.column_names()) for part in parts])
    return check_table(facts.sort("urn", "fact"), FlagFacts, "Facts behind flags")


def _in_words(statement: Statement, rule: Rule) -> str:
    if isinstance(statement, InspectionIs):
        which = statement.sentence.partition(":")[0]
        return f"{which}: {rule.words[statement.word].label}"
    return statement.sentence


def _seen(facts: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """One row a school: what was known, in words, and the latest day on which any of it was published."""
    labels = {_in_words(one, rule): _label(one) for one in statements_of(rule.condition)}
    known = facts.filter(pl.col("value").is_not_null() | pl.col("judgement").is_not_null())
    judged = pl.col("judgement").is_not_null()
    what = pl.concat_str(
        pl.col("statement").replace_strict(labels, return_dtype=pl.String), pl.lit(" "), "value"
    )
    day = pl.when(judged).then(pl.format(", inspected on {}", "dated")).otherwise(pl.lit(""))
    published = pl.coalesce(pl.format(", published on {}", "published_on"), pl.lit(""))
    text = pl.concat_str(
        pl.when(judged).then("judgement").otherwise(what), pl.lit(" ("), "period", day, published, pl.lit(")")
    )
    return (
        known.with_columns(pl.col("value").round(2))
        .with_columns(text=text)
        .group_by("urn", maintain_order=True)
        .agg(
            seen=pl.col("text").unique(maintain_order=True).str.join("; "),
            published_on=pl.col("published_on").max(),
        )
    )


def _label(statement: Statement) -> str:
    """What a figure is called, without the comparison."""
    if isinstance(statement, FigureIs):
        return f"{PARTS[statement.part]}{load_measures().measure(statement.measure).label}"
    return statement.sentence


def _sentences(rule: Rule, flags: pl.DataFrame, as_of: date, other_phases: int) -> tuple[str, ...]:
    counts = dict(flags.group_by("verdict").len().iter_rows())
    yes, no, open_ = (counts.get(word, 0) for word in VERDICTS)
    told = [
        f"{rule.label}: {rule.definition} ({rule.source}.)",
        f"On {as_of}: {yes:,} yes, {no:,} no, {open_:,} cannot be told, of {flags.height:,} schools asked about. "
        "A school that cannot be told is not fine.",
    ]
    if not rule.holds_on(as_of):
        until = f" to {rule.valid_to}" if rule.valid_to else ""
        told.append(
            f"The rule holds from {rule.valid_from}{until}: it is applied outside its dates, so nobody used it so then."
        )
    if other_phases:
        told.append(
            f"{other_phases:,} schools of other phases than {', '.join(rule.phases)} were not asked about."
        )
    book = load_inspections()
    for name in rule.crosswalks:
        walk = book.crosswalk(name)
        told.append(f"Reads {walk.from_framework} beside {walk.to_framework}: {walk.loses} ({walk.source})")
    return tuple(told)
