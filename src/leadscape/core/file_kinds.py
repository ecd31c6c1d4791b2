"""What a file really is, whatever it is called, and the sentences for one that is no table.

A file is recognised by its first bytes. What is refused here is refused before it is read, so that neither a
wrong file nor a small one that unpacks to a huge one can fill the memory.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from leadscape.core.errors import FileProblem

OLD_OFFICE: Final = "an older Office file or a locked workbook"
WORKBOOK: Final = "an Excel workbook (.xlsx)"
DAMAGED_ARCHIVE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What reading a zip archive throws that is damaged, locked, or packed in another way."""
_PIECE_BYTES: Final = 1 << 20

_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", OLD_OFFICE),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "a rich text document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_MARKUP: Final = re.compile(rb"<(!doctype\s+html|html|head|body|table|meta|script)\b", re.IGNORECASE)


def content_kind(path: Path, head: bytes, *, packed: bool = False) -> str | None:
    """What the first bytes say the file is; null for text that may be a table."""
    kind = next((said for signature, said in _SIGNATURES if head.startswith(signature)), None)
    if kind == "a zip archive" and not packed and zipfile.is_zipfile(path):
        members = [member.filename for member in zip_members(path)]
        if "xl/workbook.xml" in members:
            return WORKBOOK
        if any(member.startswith(("word/", "ppt/")) for member in members):
            return "an Office document without a table"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if kind is None and _MARKUP.match(text):
        return "a web page"
    if kind is None and text.startswith((b"<?xml", b"<Workbook")):
        return "a web page" if _MARKUP.search(text) else "an XML document"
    if kind is None and re.match(rb'[\[{]\s*["\[{]', text):
        return "a JSON document"
    return kind


def zip_members(path: Path) -> list[zipfile.ZipInfo]:
    """The directory of a zip archive, which every modern workbook is."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (*DAMAGED_ARCHIVE, ValueError) as error:
        raise damaged_file(path.name, str(error)) from error


def refuse_other_content(path: Path, head: bytes, ending: str) -> None:
    """Refuse a file whose first bytes contradict its name."""
    kind = content_kind(path, head)
    expected = {".xlsx": WORKBOOK, ".xls": OLD_OFFICE}.get(ending)
    if expected is not None:
        if kind == expected or (ending == ".xls" and kind == WORKBOOK):
            return
        locked = ending == ".xlsx" and kind == OLD_OFFICE
        raise mismatch(
            path.name, kind or "plain text", ending, "Save it without a password." if locked else None
        )
    if kind is not None:
        raise mismatch(path.name, kind, ending)


def mismatch(name: str, kind: str, ending: str, next_step: str | None = None) -> FileProblem:
    """The sentence for a file that is not what its name says."""
    advice = {
        WORKBOOK: "Rename it to end in .xlsx.",
        OLD_OFFICE: "If it is a workbook, rename it to end in .xls.",
        "a Parquet file": "Rename it to end in .parquet.",
        "a gzip archive": "Rename it to end in .gz, as in table.csv.gz.",
        "a zip archive": "Unpack it and use the table inside.",
        "a web page": "Open it in a browser, find the download of the table itself, and use that file.",
        "plain text": "If it is a table, rename it to end in .csv.",
    }
    return FileProblem(
        f"{name} ends in {ending} and is {kind}.",
        "It has no rows and columns that can be read as its name says.",
        next_step or advice.get(kind, "Export the table itself as CSV or XLSX and use that file."),
    )


def empty_file(name: str) -> FileProblem:
    """The sentence for a file without a character."""
    return FileProblem(
        f"{name} is empty.", "There is no row to read.", "Download or export it again and check its size."
    )


def refuse_large(name: str, size: int, max_bytes: int) -> None:
    """Refuse more than ``max_bytes``, with the size."""
    if size > max_bytes:
        raise FileProblem(
            f"{name} has {size / 1e6:,.0f} MB.",
            f"Files of up to {max_bytes / 1e6:,.0f} MB are read, so that memory stays bounded.",
            "Split the file, or keep only the rows and columns of the system you study.",
        )


def unpack(path: Path, max_bytes: int) -> bytes:
    """The content of a ``.gz`` file, refused once it exceeds ``max_bytes``: a small one may unpack to much."""
    content = bytearray()
    try:
        with gzip.open(path) as stream:
            while piece := stream.read(_PIECE_BYTES):
                content += piece
                if len(content) > max_bytes:
                    raise FileProblem(
                        f"{path.name} unpacks to more than {max_bytes / 1e6:,.0f} MB.",
                        "Larger tables are not read, so that memory stays bounded.",
                        "Split the file, or keep only the rows and columns of the system you study.",
                    )
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise damaged_file(path.name, str(error)) from error
    return bytes(content)


def damaged_file(name: str, how: str) -> FileProblem:
    """The sentence for a file that breaks off."""
    return FileProblem(
        f"{name} is damaged ({how}).", "Rows would be missing from its end.", "Download or copy it again."
    )
