"""What a form says about itself on a hidden sheet, so that an answer is read by the wording that was asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas

STAMP_SHEET: Final = "leadscape"
ANSWERS: Final = "answers"
_SHEET: Final = "sheet."


@dataclass(frozen=True)
class Stamp:
    """Instrument, version, wording and addressee of one form.

    Attributes
    ----------
    sheets
        Name of the sheet of each repeating section, by section id; ``answers`` for the questions asked once.
    """

    instrument: str
    version: int
    content_hash: str
    language: str
    codebook: str
    respondent_id: str | None = None
    dyad_id: str | None = None
    part: str | None = None
    entry_id: str | None = None
    sheets: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[tuple[str, str]]:
        """Key and value, as they stand on the sheet; what is not known has no line."""
        plain = {
            name: value for name, value in asdict(self).items() if name != "sheets" and value is not None
        }
        named = {f"{_SHEET}{section}": name for section, name in self.sheets.items()}
        return [(key, str(value)) for key, value in {**plain, **named}.items()]


def read_stamp(path: Path) -> Stamp | None:
    """The stamp of a workbook that is known to have the sheet; null when the sheet does not hold one.

    Raises
    ------
    FileProblem
        When the workbook cannot be opened.
    """
    frame = unguard_formulas(read_text_table(path, sheet=STAMP_SHEET).frame)
    if not {"key", "value"} <= set(frame.columns):
        return None
    known = dict(frame.select("key", "value").drop_nulls().iter_rows())
    version = known.get("version", "").removesuffix(".0")
    if not {"instrument", "content_hash", "language", "codebook"} <= set(known) or not version.isdecimal():
        return None
    return Stamp(
        known["instrument"],
        int(version),
        known["content_hash"],
        known["language"],
        known["codebook"],
        *(known.get(name) for name in ("respondent_id", "dyad_id", "part", "entry_id")),
        sheets={key.removeprefix(_SHEET): name for key, name in known.items() if key.startswith(_SHEET)},
    )
