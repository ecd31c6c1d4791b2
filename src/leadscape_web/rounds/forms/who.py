"""Saying who is asked: authorities of the register, or everybody in a file, with every problem in it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from leadscape.actions.read_frame import FrameReading, read_frame
from leadscape.core.errors import LeadscapeError, TableProblem
from leadscape_web.govuk.fields import CheckboxesField, FileField, RadiosField
from leadscape_web.govuk.forms import GovukForm

MOST_BYTES: Final = 5_000_000
ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx")


class WhoForm(GovukForm):
    """Who is asked: authorities of the register, or everybody in a file.

    Parameters
    ----------
    regions
        Regions of the register.
    """

    who = RadiosField(
        label="Who is asked?",
        called="who is asked",
        choices=[
            ("all", "Every authority of the register"),
            ("regions", "Authorities of some regions"),
            ("file", "Everybody in a file"),
        ],
        hints={
            "all": "The register holds no e-mail addresses. Add respondents, download the list of them on the page of "
            "the round, add a column “email”, and bring it back here as a file.",
            "file": "The downloaded list of respondents with a column “email” added, or a frame of the library with "
            "that column: authorities, agencies and networks. A column “channel” says how each is asked (email, post, "
            "telephone, other); letters go only to those asked by e-mail. "
            "Addresses of those who are asked already are taken over: links sent to their former ones end, and a "
            "new link goes out by letter.",
        },
    )
    regions = CheckboxesField(
        label="Regions", depends=True, help_text="Only for authorities of some regions."
    )
    frame = FileField(
        label="File",
        called="a file",
        depends=True,
        accept=ENDINGS,
        help_text="CSV or XLSX, up to 5 MB. Only for everybody in a file.",
    )

    def __init__(self, *args: Any, regions: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["regions"].choices = [(region, region) for region in regions]  # type: ignore[attr-defined]
        self.reading: FrameReading | None = None
        self.problems: list[list[Any]] = []

    def clean(self) -> dict[str, Any]:
        """What the choice needs; the file is read, and every problem in it kept for a table."""
        given = super().clean() or self.cleaned_data
        if given.get("who") == "regions" and not given.get("regions"):
            self.add_error("regions", "Select at least one region")
        if given.get("who") == "file":
            file = given.get("frame")
            if file is None:
                if "frame" not in self.errors:
                    self.add_error("frame", "Choose a file")
            elif file.size > MOST_BYTES:
                self.add_error("frame", "The file must be 5 MB or smaller")
            elif not file.name.lower().endswith(ENDINGS):
                self.add_error("frame", "The file must be .csv or .xlsx")
            else:
                self._read(file)
        return given

    def _read(self, file: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="leadscape-frame-") as folder:
            path = Path(folder) / f"frame{Path(file.name).suffix.lower()}"
            path.write_bytes(file.read())
            try:
                self.reading = read_frame(path)
            except TableProblem as problem:
                rows = problem.problems.head(200).iter_rows(named=True)
                self.problems = [[row["row"], row["column"], row["value"], row["rule"]] for row in rows]
                self.add_error("frame", f"{problem.what} {problem.next_step}".replace(path.name, "The file"))
            except LeadscapeError as problem:
                self.add_error("frame", f"{problem.what} {problem.next_step}".replace(path.name, "The file"))
