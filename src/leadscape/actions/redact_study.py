"""Take one person out of the files of a study, as they lie in a folder: returns, decisions, validation, register.

Unlike :mod:`leadscape.actions.erase_person` nothing is recorded and nothing is run: whoever keeps the study elsewhere
writes it out, lets it be redacted, and takes the changed files back.
"""

from __future__ import annotations

import gzip
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.clean_files import check_rewritable, clean_review, clean_validation
from leadscape.actions.find_person import StudyPeople, find_person, read_people
from leadscape.actions.keep_out import placed_names
from leadscape.actions.redact_names import still_naming, words_of_name
from leadscape.actions.redact_returns import move_copy, redact_returns
from leadscape.core.errors import NotFound, OutputBlocked
from leadscape.core.identifiers import clean_identifier
from leadscape.core.tabular import read_text_table
from leadscape.survey.identity import fold_person_name
from leadscape.survey.privacy.redaction import can_rewrite, rewrite_table
from leadscape.survey.privacy.search import name_words, names_person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadscape.core.progress import Progress

PACKED: Final = ".gz"
HEAD: Final = "head"


@dataclass(frozen=True)
class RedactedStudy:
    """What was changed.

    Attributes
    ----------
    changed
        Files that were written again without the person.
    lines
        Lines of returns about the person.
    still
        Names of files in which the name still stands: of a namesake, or of the person at a school not given.
    """

    changed: tuple[Path, ...]
    lines: int
    still: tuple[str, ...]


def redact_study(
    study: Path,
    *,
    leaders: Sequence[str],
    names: Sequence[str],
    urns: Sequence[str],
    decisions: Sequence[Path] = (),
    progress: Progress | None = None,
) -> RedactedStudy:
    """Rewrite every file of a study that is about one person, in place.

    Parameters
    ----------
    leaders
        Ids by which runs call or called the person; none where they are no leader.
    names, urns
        Every name that the person is known under, and the schools they are known at. Who bears the name elsewhere is
        somebody else.
    decisions
        Files of decisions beside the one that the study names.

    Raises
    ------
    OutputBlocked
        When a file that is about the person cannot be written again; nothing was changed then.
    """
    people = read_people(study, progress)
    lines = _lines(people, leaders, names, urns)
    check_rewritable(people)
    words = name_words(pl.Series(names, dtype=pl.String))
    registers = [*people.study.schools]
    heads = _Head(words, tuple(tuple(words_of_name(name)) for name in names), tuple(urns))
    if barred := [path.name for path in registers if _names_head(path, heads) and not _can_rewrite(path)]:
        raise OutputBlocked(
            f"{', '.join(barred)} cannot be written again by leadscape.",
            "The person is named there as the head of a school, so nothing was changed.",
            "Save it as .csv or .xlsx, let it take the place of the other, and try again.",
        )
    copies = redact_returns(people, lines)
    changed = list(copies.files)
    try:
        for path, copy in copies.files.items():
            move_copy(copy, path)
    finally:
        copies.discard()
    for path in dict.fromkeys([people.study.decisions, *decisions]):
        changed += clean_review(path, lines, names)
    for leader in _known(people, leaders):
        changed += clean_validation(people, leader)
    changed += [path for path in registers if _blank_heads(path, heads)]
    return RedactedStudy(tuple(dict.fromkeys(changed)), lines.height, still_naming(study.parent, names))


def _known(people: StudyPeople, leaders: Sequence[str]) -> list[str]:
    """Which of the ids the study still knows, and as what: an id changes with the lines behind it."""
    found = []
    for leader in leaders:
        with suppress(NotFound):
            found.append(find_person(people, leader=leader))
    return list(dict.fromkeys([*leaders, *found]))


def _lines(
    people: StudyPeople, leaders: Sequence[str], names: Sequence[str], urns: Sequence[str]
) -> pl.DataFrame:
    """Lines that the study takes for the person, and those that bear the name at one of the schools."""
    found = pl.concat(
        [
            people.inputs.nominations.clear(),
            # Ids that are not known any more: what follows finds the person by name and school.
            *(people.lines_of(leader) for leader in _known(people, leaders)),
        ]
    )
    words = name_words(pl.Series(names, dtype=pl.String))
    placed = placed_names(people.inputs, people.settled).filter(
        names_person(pl.col("name"), words), pl.col("urn").is_in(list(urns))
    )
    named = people.inputs.nominations.join(
        placed.select(nomination_id="id").unique(), on="nomination_id", how="semi", maintain_order="left"
    )
    return pl.concat([found, named]).unique("nomination_id", maintain_order=True)


def _can_rewrite(path: Path) -> bool:
    return can_rewrite(path.with_suffix("") if path.suffix.lower() == PACKED else path)


@dataclass(frozen=True)
class _Head:
    """How a person may stand as the head of one of their schools: ways of the name, its words, the schools."""

    ways: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    urns: tuple[str, ...]


def _names_head(path: Path, head: _Head) -> bool:
    frame = read_text_table(path).frame
    return bool(frame.select(_of_head(frame, head).any()).item())


def _of_head(frame: pl.DataFrame, head: _Head) -> pl.Expr:
    """Rows of the schools whose columns about the head, read together, name the person, be it by an initial."""
    heads = head_columns(frame)
    keys = [name for name in frame.columns if name.casefold() == "urn"]
    if not heads or not keys:
        return pl.lit(value=False)
    written = pl.concat_str(heads, separator=" ", ignore_nulls=True)
    words = fold_person_name(written).str.split(" ")
    named = names_person(written, head.ways)
    for one in head.names:
        if one:
            initial = words.list.first().str.slice(0, 1) == one[0][:1]
            named = named | ((words.list.last() == one[-1]) & initial).fill_null(value=False)
    return named & clean_identifier(pl.col(keys[0])).is_in(list(head.urns)).fill_null(value=False)


def head_columns(frame: pl.DataFrame) -> list[str]:
    """Columns of a register in which the head of a school is named, by their headings."""
    return [
        name
        for name in frame.columns
        if name.casefold().startswith(HEAD)
        and "title" not in name.casefold()
        and not name.casefold().endswith("id")
    ]


def _blank_heads(path: Path, head: _Head) -> bool:
    if not _names_head(path, head):
        return False

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        named = _of_head(frame, head)
        return frame.with_columns(
            pl.when(named).then(None).otherwise(pl.col(name)).alias(name) for name in head_columns(frame)
        )

    if path.suffix.lower() != PACKED:
        rewrite_table(path, path, change)
        return True
    with tempfile.TemporaryDirectory(prefix="leadscape-redact-") as folder:
        plain = Path(folder) / path.stem
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        rewrite_table(plain, plain, change)
        path.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    return True
