"""One row of a file of a study, of which a person said whether it names somebody: show it, take it out, put it back."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from leadscape.actions.redact_file import RedactedFile
from leadscape.actions.redact_reading import ReadFile
from leadscape.actions.redact_study import PACKED
from leadscape.actions.redact_write import DOUBTS, Found, rewritten
from leadscape.core.errors import OutputBlocked
from leadscape.survey.nomination_lines import sender_of
from leadscape.survey.privacy.redaction import MARK, rewrite_table

Cells = Mapping[str, str]
"""Heading to what stands below it in one row; without empty cells."""
_NO_SCHOOLS = pl.DataFrame(
    schema=dict.fromkeys(("urn", "school", "authority_code", "authority_name"), pl.String())
)


def read_rows(content: bytes, file_name: str, purpose: str, rows: Sequence[int]) -> dict[int, Cells]:
    """What stands in rows of a file, as its reader takes it; a row that cannot be read is missing.

    Raises
    ------
    FileProblem
        When it is no table.
    """
    with _on_disk(content, file_name) as path:
        frame = ReadFile(path, purpose, _NO_SCHOOLS).table.frame
    wanted = frame.filter(pl.col("row").is_in(list(rows)))
    return {
        one["row"]: {
            name: text for name, text in one.items() if name not in ("row", MARK) and text is not None
        }
        for one in wanted.iter_rows(named=True)
    }


def line_of(content: bytes, file_name: str, purpose: str, row: int) -> str | None:
    """Id of the line of a return that stands in a row; null where none does."""
    with _on_disk(content, file_name) as path:
        lines = ReadFile(path, purpose, _NO_SCHOOLS).nominations()
    found = lines.filter(pl.col("source_row") == row)["nomination_id"]
    return found.item() if len(found) == 1 else None


def take_row_out(
    content: bytes, file_name: str, purpose: str, row: int, column: str | None, person: str | None
) -> RedactedFile:
    """A file without one row, or without the words of one cell of it; the row keeps its place.

    Parameters
    ----------
    column
        Of the cell; null: what in the row is about one person. Of a register that is the head of the school.
    person
        Whom it names, in any words; kept with the line.

    Raises
    ------
    OutputBlocked
        When the file cannot be written again.
    """
    with _on_disk(content, file_name) as path:
        read = ReadFile(path, purpose, _NO_SCHOOLS)
        nominations = read.nominations()
        columns = [column] if column else read.person_columns() if purpose == "schools" else []
        whole = not columns
        lines = (
            pl.DataFrame({"row": [row] if whole else [], "person": [person] if whole else []},
                         schema={"row": pl.Int64, "person": pl.String})
            .join(nominations.select("nomination_id", "respondent_id", row="source_row"), on="row", how="left")
            .with_columns(respondent_id=pl.coalesce("respondent_id", pl.lit(sender_of(path))))
            .select("row", "nomination_id", "respondent_id", "person")
        )  # fmt: skip
        cells = pl.DataFrame(
            [(row, name) for name in columns], {"row": pl.Int64, "column": pl.String}, orient="row"
        )
        found = Found(lines, cells, 0, pl.DataFrame(schema=DOUBTS))
        return RedactedFile(rewritten(path, purpose, found), lines, found.taken_out, found.doubts)


def put_row_back(content: bytes, file_name: str, row: int, cells: Cells) -> bytes:
    """A file with a row as it stood before it was taken out.

    Raises
    ------
    OutputBlocked
        When the file has no such row or columns any more: another took its place.
    """
    with _on_disk(content, file_name) as path:
        plain = path
        if path.suffix.lower() == PACKED:
            plain = path.with_suffix("")
            plain.write_bytes(gzip.decompress(content))
        (plain.parent / "back").mkdir()
        copy = plain.parent / "back" / plain.name

        def change(frame: pl.DataFrame) -> pl.DataFrame:
            if set(cells) - set(frame.columns):
                raise OutputBlocked(
                    f"{file_name} has not the columns any more that row {row} had.",
                    "Another file took its place, or it was written again.",
                    "Bring the row in with a file of its own.",
                )
            if row not in frame["row"]:
                # A row of which nothing is left is not read.
                empty = pl.DataFrame({"row": [row]}, schema={"row": frame.schema["row"]})
                frame = pl.concat([frame, empty], how="diagonal").sort("row")
            here = pl.col("row") == row
            return frame.with_columns(
                pl.when(here).then(pl.lit(cells.get(name), pl.String)).otherwise(pl.col(name)).alias(name)
                for name in frame.columns
                if name != "row"
            )

        rewrite_table(plain, copy, change)
        back = copy.read_bytes()
        return gzip.compress(back, mtime=0) if path.suffix.lower() == PACKED else back


@contextmanager
def _on_disk(content: bytes, file_name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="leadscape-row-") as folder:
        path = Path(folder) / Path(file_name).name
        path.write_bytes(content)
        yield path
