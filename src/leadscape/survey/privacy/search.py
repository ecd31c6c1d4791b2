"""In which files does a person's name still stand?"""

from __future__ import annotations

import gzip
import html
import re
import zipfile
from pathlib import Path
from typing import Final

import polars as pl

from leadscape.core.file_kinds import DAMAGED_ARCHIVE
from leadscape.core.identifiers import normalise_name
from leadscape.survey.identity import fold_person_name

PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".pdf")
_TAG: Final = re.compile(r"<[^>]*>")


def name_words(names: pl.Series) -> tuple[str, ...]:
    """The ways in which full names stand in a text, folded: as a person's name is read, and turned round.

    A name of one word is left out: as a word it may mean anything.
    """
    folded = names.to_frame("name").select(
        read=fold_person_name(pl.col("name")), plain=normalise_name(pl.col("name"))
    )
    found: set[str] = set()
    for read, plain in folded.iter_rows():
        words = read.split(" ")
        if len(words) > 1:
            found |= {read, plain, f"{words[0]} {words[-1]}", " ".join([words[-1], *words[:-1]])}
    return tuple(sorted(found))


def names_person(text: pl.Expr, words: tuple[str, ...]) -> pl.Expr:
    """Whether a text names a person in one of the ways of :func:`name_words`."""
    if not words:
        return pl.lit(value=False)
    folded = pl.concat_str(pl.lit(" "), normalise_name(text), pl.lit(" "))
    return folded.str.contains_any([f" {form} " for form in words]).fill_null(value=False)


def find_names(folder: Path, names: pl.Series, ids: tuple[str, ...] = ()) -> pl.DataFrame:
    """Files below ``folder`` in which a person stands: ``file``, ``name`` and ``id`` (whether by either).

    Parameters
    ----------
    names
        As written anywhere.
    ids
        Ids that stand for the person.

    Notes
    -----
    Workbooks are searched in every sheet, Parquet in every column of text, packed files unpacked. Pictures are not
    searched; leadscape draws no names.
    """
    words = [f" {form} " for form in name_words(names)]
    rows = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix.lower() in PICTURES:
            continue
        text = read_words(path)
        folded = f" {pl.select(normalise_name(pl.lit(text))).item()} "
        by_name, by_id = any(form in folded for form in words), any(one in text for one in ids)
        if by_name or by_id:
            rows.append((path.relative_to(folder).as_posix(), by_name, by_id))
    return pl.DataFrame(rows, schema={"file": pl.String, "name": pl.Boolean, "id": pl.Boolean}, orient="row")


def read_words(path: Path) -> str:
    """All text in a file, whatever its format; empty where it cannot be read."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                parts = [packed.read(name) for name in packed.namelist() if not name.endswith("/")]
            return "\n".join(_plain(part) for part in parts)
        if path.suffix.lower() == ".parquet":
            texts = pl.read_parquet(path).select(pl.selectors.string() | pl.selectors.list())
            columns = [_as_text(name, dtype) for name, dtype in texts.schema.items()]
            return "\n".join(texts.select(columns).unpivot()["value"].drop_nulls()) if columns else ""
        content = path.read_bytes()
        return _plain(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)
    except (OSError, ValueError, *DAMAGED_ARCHIVE, pl.exceptions.PolarsError):
        return ""


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.List):
        return pl.col(name).cast(pl.List(pl.String)).list.join(" ")
    return pl.col(name)


def _plain(content: bytes) -> str:
    text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="ignore")
    return html.unescape(_TAG.sub(" ", text) if "<" in text[:2000] else text)
