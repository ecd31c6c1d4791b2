"""Erase one person from a study: recorded, kept out for good, and looked for afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from leadscape.actions.clean_files import check_rewritable, clean_notices, clean_review, clean_validation
from leadscape.actions.find_person import StudyPeople, find_person, read_people
from leadscape.actions.map_landscape import map_landscape
from leadscape.actions.redact_returns import ORIGINAL_ENDING, RedactedReturns, put_in_place, redact_returns
from leadscape.actions.withdraw_person import WITHDRAWALS, files_to_name, record_objection, rows_of_person
from leadscape.core.errors import StudyProblem
from leadscape.survey.privacy import add_withdrawals
from leadscape.survey.privacy.search import find_names
from leadscape.survey.validation.answers import read_sample

if TYPE_CHECKING:
    from leadscape.core.progress import Progress


@dataclass(frozen=True)
class ErasedPerson:
    """What was done, and what is left for a person to do.

    Attributes
    ----------
    lines
        Lines of the returns about the person.
    rewritten
        Files that were written again without them.
    originals
        What those files were before: for the user to delete.
    found_in_outputs
        As :func:`~leadscape.survey.privacy.search.find_names` gives it: outputs of the new run that still hold the
        person. Empty when the erasure is whole.
    found_in_study
        Other files of the study's folder that name the person.
    sentences
        What remains, in words.
    """

    leader_id: str
    lines: int
    rewritten: tuple[Path, ...]
    originals: tuple[Path, ...]
    found_in_outputs: pl.DataFrame
    found_in_study: pl.DataFrame
    sentences: tuple[str, ...]


def erase_person(
    study: Path,
    *,
    leader: str,
    why: str,
    by: str,
    on: date,
    rewrite_returns: bool = False,
    progress: Progress | None = None,
) -> ErasedPerson:
    """Take one person out of a study and of everything derived from it.

    The erasure is recorded without a name, so that the person stays out and is recognised if named again. The review
    file, the validation and the notices lose what names them, and the study is run again. Returns are other people's
    letters and stay as they are unless ``rewrite_returns``: then copies without the person take their place, and the
    originals are set aside and listed.

    Raises
    ------
    NotFound
        When no line is about such a person.
    StudyProblem
        When study.toml does not name the files in which erasures are recorded; they are there then, and the same
        command goes on once they are named.
    OutputBlocked
        When a return, the decisions or a file of the validation cannot be written again; nothing is changed then.
    """
    people = read_people(study, progress)
    person = find_person(people, leader=leader)
    lines = people.lines_of(person)
    check_rewritable(people)
    if people.study.validation_sample is not None:
        # What cannot be read must be found out before anything is changed.
        read_sample(people.study.validation_sample)
    copies = redact_returns(people, lines) if rewrite_returns else RedactedReturns(None, {})
    try:
        _record(people, person, why=why, by=by, on=on)
        originals = put_in_place(people, copies)
    finally:
        copies.discard()
    cleaned = [
        *clean_review(people.study.decisions, lines),
        *clean_validation(people, person),
        *clean_notices(people, person),
    ]
    if people.study.output.is_dir():
        map_landscape(study, progress=progress)
    names = lines["leader_name"].unique().sort()
    outputs, others = _look_again(people, names, (person, *lines["nomination_id"]))
    return ErasedPerson(
        leader_id=person,
        lines=lines.height,
        rewritten=(*copies.files, *cleaned),
        originals=originals,
        found_in_outputs=outputs,
        found_in_study=others,
        sentences=_sentences(lines.height, originals, outputs, others),
    )


def _record(people: StudyPeople, person: str, *, why: str, by: str, on: date) -> None:
    rows, _ = rows_of_person(people, person)
    stamped = rows.with_columns(reason=pl.lit(why), withdrawn_on=pl.lit(on), recorded_by=pl.lit(by))
    add_withdrawals(people.study.withdrawals or people.study.folder / WITHDRAWALS, stamped)
    record_objection(people, person, kind="erasure", why=why, by=by, on=on)
    to_name = files_to_name(people, objection=True)
    if to_name:
        raise StudyProblem(
            f"The erasure is recorded, and {people.study.path.name} does not name the files that record it.",
            "Nothing else was changed, because a run would bring the person back.",
            f"Add under [survey]: {'; '.join(to_name)}. Then give the same command again.",
            tuple(f"[survey] lacks {line.split(' ')[0]!r}." for line in to_name),
        )


def _look_again(
    people: StudyPeople, names: pl.Series, ids: tuple[str, ...]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Where the person still stands: in outputs, and elsewhere in the study's folder."""
    study = people.study
    empty = pl.DataFrame(schema={"file": pl.String, "name": pl.Boolean, "id": pl.Boolean})
    outputs = find_names(study.output, names, ids) if study.output.is_dir() else empty
    everything = find_names(study.folder, names)
    inside = (
        study.output.relative_to(study.folder).as_posix()
        if study.output.is_relative_to(study.folder)
        else None
    )
    others = everything.filter(~pl.col("file").str.starts_with(f"{inside}/")) if inside else everything
    return outputs, others


def _sentences(
    lines: int, originals: tuple[Path, ...], outputs: pl.DataFrame, others: pl.DataFrame
) -> tuple[str, ...]:
    told = [
        f"{lines} line{'s' * (lines != 1)} about the person {'is' if lines == 1 else 'are'} out of the study, and of "
        "every later run."
    ]
    told.append(
        f"Of the outputs, {outputs.height} still hold the person: {', '.join(outputs['file'].head(5))}."
        if outputs.height
        else "No output names the person or holds an id of theirs."
    )
    if originals:
        told.append(
            "Delete the originals that were set aside: " + ", ".join(path.name for path in originals) + "."
        )
    left = [name for name in others["file"] if not name.endswith(ORIGINAL_ENDING)]
    if left:
        told.append(
            "Still named in these files of the study: "
            + ", ".join(left[:10])
            + ", …" * (len(left) > 10)
            + "."
        )
    told.append(
        "What nobody can take back from here: copies and backups of these files, what respondents keep, and counts "
        "that were published."
    )
    return tuple(told)
