"""Does a name stand in a file, cell by cell? Asked before a file is emptied, and after files were written again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.errors import LeadscapeError
from leadscape.core.identifiers import normalise_name
from leadscape.core.tabular import read_text_table
from leadscape.survey.identity import fold_person_name
from leadscape.survey.privacy.search import name_words, names_person

if TYPE_CHECKING:
    from collections.abc import Sequence


def may_name(content: bytes, file_name: str, names: Sequence[str]) -> bool:
    """Whether a table may name somebody: a row holds the first and the last word of a name, in whichever cells.

    Says yes of what cannot be read: for files of which nothing depends any more, and that had better be emptied.
    """
    with tempfile.TemporaryDirectory(prefix="leadscape-look-") as folder:
        path = Path(folder) / Path(file_name).name
        path.write_bytes(content)
        try:
            rows = _rows_as_words(path)
        except LeadscapeError:
            return True
    found = pl.lit(value=False)
    for name in names:
        words = words_of_name(name)
        if words:
            found = found | (
                pl.col("words").list.contains(words[0]) & pl.col("words").list.contains(words[-1])
            )
    return bool(rows.select(found.any()).item())


def still_naming(folder: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Files below a folder in whose rows a name stands word for word, read cell by cell."""
    words = name_words(pl.Series(names, dtype=pl.String))
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix.lower() in (".toml", ".secret", ".geojson", ".json"):
            continue
        try:
            rows = _rows_as_words(path)
        except LeadscapeError:
            continue
        if rows.select(names_person(pl.col("words").list.join(" "), words).any()).item():
            found.append(path.relative_to(folder).as_posix())
    return tuple(found)


def _rows_as_words(path: Path) -> pl.DataFrame:
    """``words``: those of all cells of each row of a table, in order, folded."""
    frame = read_text_table(path).frame.drop("row")
    joined = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    return frame.select(words=normalise_name(joined).str.split(" "))


def words_of_name(name: str) -> list[str]:
    """The words of a person's name, folded as names are."""
    folded = pl.select(fold_person_name(pl.lit(name))).item() or ""
    return folded.split(" ") if folded else []
