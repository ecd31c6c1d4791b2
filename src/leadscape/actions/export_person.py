"""Everything that a study holds about one person, for that person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.actions.find_person import StudyPeople, find_person, read_people
from leadscape.actions.withdraw_person import OBJECTIONS, SECRET, every_place
from leadscape.actions.write_notices import NOTICES, read_register
from leadscape.core.errors import TableProblem
from leadscape.core.writing import write_text
from leadscape.survey.privacy import make_objection, read_objections, read_withdrawals
from leadscape.survey.privacy.ledger import read_secret
from leadscape.survey.privacy.pages import record_page
from leadscape.survey.privacy.record import PersonRecord, describe_lines, rows_about
from leadscape.survey.privacy.search import find_names
from leadscape.survey.validation import read_answers
from leadscape.survey.validation.answers import read_sample

if TYPE_CHECKING:
    from leadscape.core.progress import Progress

FOLDER: Final = "people"


@dataclass(frozen=True)
class ExportedPerson:
    """A record and the files that hold it."""

    record: PersonRecord
    json: Path
    page: Path

    def as_dict(self) -> dict[str, Any]:
        """For machines: the record whole, and where it was written."""
        return {**as_plain(self.record), "json": str(self.json), "page": str(self.page)}


def export_person(
    study: Path,
    *,
    leader: str | None = None,
    name: str | None = None,
    school: str | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> ExportedPerson:
    """Write everything held about one person as JSON and as a page to read.

    Parameters
    ----------
    leader
        Id of the person; or
    name, school
        Name as anybody would write it, and the number of a school.
    folder
        Where the two files go; ``people`` in the study's restricted folder by default. Their names hold no name.

    Raises
    ------
    NotFound
        When nobody, or more than one person, could be meant.
    """
    people = read_people(study, progress)
    record = record_person(people, find_person(people, leader=leader, name=name, school=school))
    target = folder or people.study.output / "restricted" / FOLDER
    data, readable = target / f"{record.leader_id}.json", target / f"{record.leader_id}.html"
    write_text(json.dumps(as_plain(record), indent=2, ensure_ascii=False, default=str) + "\n", data)
    write_text(record_page(record), readable)
    return ExportedPerson(record, data, readable)


def record_person(people: StudyPeople, leader: str) -> PersonRecord:
    """Everything held about one person, from every file that the study names and every file it wrote."""
    lines = people.lines_of(leader)
    ids = lines["nomination_id"].implode()
    mine = pl.col("nomination_id").is_in(ids) | (pl.col("leader_id") == leader)
    found = rows_about(people.settled, leader, lines)
    sample, answers = _validation(people, leader)
    return PersonRecord(
        leader_id=leader,
        title=people.study.title,
        as_of=people.study.as_of.isoformat(),
        tables={
            "lines": describe_lines(lines, people.inputs.responses, people.used.nominations),
            **found,
            "withdrawals": read_withdrawals(people.study.withdrawals).filter(mine).drop("row"),
            "objections": _objections(people, leader),
            "validation": sample,
            "validation_answers": answers,
            "notices": read_register(people.study.output / "restricted" / NOTICES).filter(
                pl.col("leader_id") == leader
            ),
            "outputs": _outputs(people, leader, lines),
        },
    )


def as_plain(record: PersonRecord) -> dict[str, Any]:
    """A record as JSON can hold it."""
    tables = {name: frame.to_dicts() for name, frame in record.tables.items()}
    return {"leader_id": record.leader_id, "study": record.title, "as_of": record.as_of, "held": tables}


def _objections(people: StudyPeople, leader: str) -> pl.DataFrame:
    """Objections in the ledger that this person's names raise, one row each, without the keys."""
    study = people.study
    ledger = study.objections or study.folder / OBJECTIONS
    secret = study.objections_secret or study.folder / SECRET
    columns = ("objection_id", "kind", "recorded_on", "recorded_by", "reason")
    if not (ledger.exists() and secret.exists()):
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    objections = read_objections(ledger)
    own = make_objection(
        every_place(people, leader), read_secret(secret), kind="objection", recorded_on=study.as_of,
        recorded_by="", reason=None,
    )  # fmt: skip
    # The name at its school is this person's; a likeness alone may be somebody else's objection.
    certain = own.filter(pl.col("rule").cast(pl.String) == "name_at_school")
    return objections.join(certain, on="key", how="semi").select(columns).unique(maintain_order=True)


def _validation(people: StudyPeople, leader: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    study = people.study
    if study.validation_sample is None:
        return pl.DataFrame({"entry_id": []}), pl.DataFrame({"entry_id": []})
    sample = read_sample(study.validation_sample)
    entries = sample.filter(pl.col("leader_id") == leader)
    if not study.validation:
        return entries, pl.DataFrame({"entry_id": []})
    try:
        answers = read_answers(study.validation, sample).answers
    except TableProblem:
        # Forms with mistakes in them hold no less about the person; the search of files tells where.
        return entries, pl.DataFrame({"entry_id": []})
    return entries, answers.join(entries, on="entry_id", how="semi")


def _outputs(people: StudyPeople, leader: str, lines: pl.DataFrame) -> pl.DataFrame:
    """Files of the latest run that name the person or hold one of their ids."""
    if not people.study.output.is_dir():
        return pl.DataFrame(schema={"file": pl.String, "name": pl.Boolean, "id": pl.Boolean})
    names = lines["leader_name"].unique().sort()
    return find_names(people.study.output, names, (leader, *lines["nomination_id"]))
