"""Record that a respondent, a line or a person is to stay out, and say what the next run will do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.find_person import StudyPeople, find_person, read_people
from leadscape.actions.keep_out import placed_names
from leadscape.core.errors import NotFound
from leadscape.core.tables import frame_of
from leadscape.register.lineage import build_lineage
from leadscape.survey.privacy import Withdrawals, add_withdrawals, make_objection
from leadscape.survey.privacy.ledger import add_objection, make_secret

if TYPE_CHECKING:
    from leadscape.core.progress import Progress

WITHDRAWALS: Final = "withdrawn.csv"
OBJECTIONS: Final = "objections.csv"
SECRET: Final = "objections.secret"


@dataclass(frozen=True)
class RecordedWithdrawal:
    """What was recorded.

    Attributes
    ----------
    rows
        New rows of the withdrawals file; 0 when it was recorded before.
    lines
        Lines of the returns that the next run leaves out because of it.
    objection
        Whether the person is now recognised if named again.
    to_name
        Lines that study.toml lacks under [survey]; empty when it names the files already.
    sentences
        What the next run will do.
    """

    rows: int
    lines: int
    objection: bool
    withdrawals: Path
    to_name: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class WithdrawalState:
    """Who stays out as things stand: counts, and the lines held back with the question that decides on each.

    ``not_in_force``: files beside the study in which something is recorded, and which the study does not name.
    """

    withdrawn: int
    held_back: int
    questions: pl.DataFrame
    not_in_force: tuple[str, ...] = ()


def list_withdrawn(study: Path, progress: Progress | None = None) -> WithdrawalState:
    """What the next run leaves out, and what is recorded beside the study without being in force."""
    from leadscape.actions.gather_inputs import gather_inputs
    from leadscape.actions.study import read_study

    declared = read_study(study)
    inputs = gather_inputs(declared, progress)
    beside = ((declared.withdrawals, WITHDRAWALS), (declared.objections, OBJECTIONS))
    unnamed = tuple(name for named, name in beside if named is None and (declared.folder / name).exists())
    return WithdrawalState(inputs.withdrawn, inputs.held_back, inputs.held_questions, unnamed)


def withdraw_person(
    study: Path,
    *,
    why: str,
    by: str,
    on: date,
    respondent: str | None = None,
    nomination: str | None = None,
    leader: str | None = None,
    progress: Progress | None = None,
) -> RecordedWithdrawal:
    """Record a withdrawal; doing it twice changes nothing.

    Parameters
    ----------
    respondent, nomination, leader
        Which return, line or person; one of them.
    why, by, on
        Reason in general words (never a name), who records it, and the date.

    Raises
    ------
    NotFound
        When there is no such respondent, line or person.
    """
    people = read_people(study, progress)
    if respondent is not None:
        rows, lines, person = _of_respondent(people, respondent)
    elif nomination is not None:
        rows, lines, person = _of_nomination(people, nomination)
    else:
        person = find_person(people, leader=leader or "")
        rows, lines = rows_of_person(people, person)
    target = people.study.withdrawals or people.study.folder / WITHDRAWALS
    stamped = rows.with_columns(reason=pl.lit(why), withdrawn_on=pl.lit(on), recorded_by=pl.lit(by))
    new = add_withdrawals(target, stamped)
    if person is not None:
        record_objection(people, person, kind="objection", why=why, by=by, on=on)
    to_name = files_to_name(people, objection=person is not None)
    return RecordedWithdrawal(
        rows=new,
        lines=lines,
        objection=person is not None,
        withdrawals=target,
        to_name=to_name,
        sentences=_sentences(new, lines, respondent, person, to_name),
    )


def rows_of_person(people: StudyPeople, leader: str) -> tuple[pl.DataFrame, int]:
    """Rows for the withdrawals file, one for each line about a person, and how many of them a run still uses."""
    lines = people.lines_of(leader)
    rows = frame_of(
        Withdrawals,
        [
            {"nomination_id": line, "leader_id": leader, "returned_by": sender}
            for line, sender in lines.select("nomination_id", "respondent_id").iter_rows()
        ],
    )
    return rows, lines.join(people.used.nominations, on="nomination_id", how="semi").height


def record_objection(
    people: StudyPeople, leader: str, *, kind: str, why: str, by: str, on: date
) -> tuple[Path, bool]:
    """Write a person's keys into the ledger, making it and its secret where there are none; whether they were new."""
    study = people.study
    ledger = study.objections or study.folder / OBJECTIONS
    secret = make_secret(study.objections_secret or study.folder / SECRET)
    objection = make_objection(
        every_place(people, leader), secret, kind=kind, recorded_on=on, recorded_by=by, reason=why
    )
    return ledger, add_objection(ledger, objection)


def every_place(people: StudyPeople, leader: str) -> pl.DataFrame:
    """Every way in which one person is named and every school that is meant, with what it was before and became."""
    mine = people.lines_of(leader)
    placed = placed_names(people.inputs, people.settled).filter(
        pl.col("id").is_in(mine["nomination_id"].implode())
    )
    schools = people.inputs.schools.unique("urn")
    related = _related_schools(people, placed["urn"].drop_nulls().unique())
    others = schools.filter(pl.col("urn").is_in(related.implode())).select(
        "urn", school="name", authority_code="authority_code"
    )
    return pl.concat([placed, placed.select("id", "name").unique().join(others, how="cross")]).unique(
        maintain_order=True
    )


def files_to_name(people: StudyPeople, *, objection: bool) -> tuple[str, ...]:
    """What study.toml must say for the files to be read."""
    study = people.study
    lacking = {
        "withdrawals": WITHDRAWALS if study.withdrawals is None else None,
        "objections": OBJECTIONS if objection and study.objections is None else None,
        "objections_secret": SECRET if objection and study.objections_secret is None else None,
    }
    return tuple(f'{key} = "{name}"' for key, name in lacking.items() if name)


def _related_schools(people: StudyPeople, urns: pl.Series) -> pl.Series:
    vintages = [reading.frame for reading in people.inputs.readings if reading.table == "links"]
    if not vintages:
        return urns
    lineage = build_lineage(vintages, people.inputs.schools)
    latest = lineage.latest_successors(urns, people.study.as_of)["successor_urn"].drop_nulls()
    every = pl.concat(vintages)["urn"].unique().sort()
    ahead = lineage.latest_successors(every, people.study.as_of)
    before = ahead.filter(pl.col("successor_urn").is_in(pl.concat([urns, latest]).implode()))["urn"]
    return pl.concat([urns, latest, before]).unique().sort()


def _of_respondent(people: StudyPeople, respondent: str) -> tuple[pl.DataFrame, int, None]:
    if respondent not in people.inputs.responses["respondent_id"]:
        raise NotFound(
            f"{respondent!r} is not a respondent of the study.",
            "A withdrawal that matches nobody would be lost in silence.",
            "Take the id from the frame of who was asked.",
        )
    used = people.used.nominations.filter(pl.col("respondent_id") == respondent).height
    return frame_of(Withdrawals, [{"respondent_id": respondent}]), used, None


def _of_nomination(people: StudyPeople, nomination: str) -> tuple[pl.DataFrame, int, None]:
    if nomination not in people.inputs.nominations["nomination_id"]:
        raise NotFound(
            f"{nomination!r} is not a line of the returns.",
            "A line that is edited gets another id.",
            "Take the id from restricted/nominations.csv of the latest run.",
        )
    used = people.used.nominations.filter(pl.col("nomination_id") == nomination).height
    return frame_of(Withdrawals, [{"nomination_id": nomination}]), used, None


def _sentences(
    new: int, lines: int, respondent: str | None, person: str | None, to_name: tuple[str, ...]
) -> tuple[str, ...]:
    told = [
        "Recorded." if new else "This was recorded before; nothing was changed.",
        f"The next run leaves out {lines} line{'s' * (lines != 1)} that the returns give it today, from every table, "
        "and counts what is withdrawn.",
    ]
    if respondent is not None:
        told.append("The respondent counts as silent: what they would have said is unknown, not none.")
    if person is not None:
        told.append(
            "If a later return names the person again, under this or a similar name, that line stays out until "
            "somebody has decided on it."
        )
    if to_name:
        told.append("Not in force yet. Add under [survey] in study.toml: " + "; ".join(to_name) + ".")
    return tuple(told)
