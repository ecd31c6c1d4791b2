"""Read forms that came back: what each was taken for, what is wrong, what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadscape.codebooks import load_codebook
from leadscape.core.errors import OutputBlocked, TableProblem
from leadscape.core.exit_codes import EXIT_CODES, OK
from leadscape.core.progress import Progress, Silent
from leadscape.core.writing import write_csv
from leadscape.survey.instruments import FormsReading, load_instrument, read_forms

TABLES: Final = ("forms", "answers", "set_aside", "eligibility", "nominations", "null_returns", "problems")


@dataclass(frozen=True)
class ReadForms:
    """Forms as read, and the files written of them."""

    reading: FormsReading
    written: tuple[Path, ...]

    @property
    def exit_code(self) -> int:
        """0, or that of a table with problems where something must be settled."""
        return OK if self.reading.is_sound else EXIT_CODES[TableProblem]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was recognised, in words."""
        forms = self.reading.forms
        used = forms.filter(pl.col("use") == "used").height
        told = [f"{forms.height} form{'s' * (forms.height != 1)} read; answers used: {used}."]
        for use, words in (
            ("no_consent", "Not used, because consent was refused or left blank"),
            ("not_eligible", "Kept apart, because the respondent is not eligible"),
            ("eligibility_unknown", "Kept apart, because it is not known whether the respondent is eligible"),
        ):
            if apart := forms.filter(pl.col("use") == use).height:
                told.append(f"{words}: {apart}.")
        if self.reading.nominations.height:
            told.append(f"Nominations: {self.reading.nominations.height}.")
        if self.reading.null_returns.height:
            told.append(f"Forms that say that they have none: {self.reading.null_returns.height}.")
        return tuple(told)

    @property
    def printed_forms(self) -> pl.DataFrame:
        """What each file was taken for, in as few columns as a terminal has room for."""
        texts = pl.col("recognised_by", "consent", "use").cast(pl.String).str.replace_all("_", " ")
        return self.reading.forms.with_columns(texts).select(
            "file",
            pl.format("{} {}", "instrument", "version").alias("instrument and version"),
            respondent=pl.when(pl.col("part").is_null())
            .then("respondent_id")
            .otherwise(pl.format("{} ({})", pl.col("respondent_id").fill_null("–"), "part")),
            recognised=pl.format(
                "{}, {} %", "recognised_by", (100 * pl.col("certainty_share")).floor().cast(pl.Int64)
            ),
            consent="consent",
            use="use",
            answered="answered",
        )

    def as_dict(self) -> dict[str, Any]:
        """Every table as plain values."""
        return {
            "sound": self.reading.is_sound,
            "without_consent": self.reading.without_consent,
            **{name: getattr(self.reading, name) for name in TABLES},
            "written": [str(path) for path in self.written],
        }


def read_form_files(
    files: list[Path],
    *,
    instrument: str | None = None,
    version: int | None = None,
    codebook: str | None = None,
    on: date | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> ReadForms:
    """Read forms and, where asked, write their tables into a folder.

    Parameters
    ----------
    instrument, version
        For forms that do not say what they are, or that were made from an instrument of one's own.
    on
        The date that eligibility is judged for.
    out
        An empty or new folder for ``answers.csv`` and the others. They hold what people said.

    Raises
    ------
    FileProblem, NotFound
        When the only file is no form of any instrument.
    OutputBlocked
        When the folder holds something.
    """
    progress = progress or Silent()
    progress.step("Reading the forms")
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputBlocked(
            f"{out} exists and is not an empty folder.",
            "Answers of another day must not be mixed with these.",
            "Name a new folder.",
        )
    loaded = load_instrument(instrument, version) if instrument is not None else None
    book = load_codebook(codebook) if codebook is not None else None
    reading = read_forms(tuple(files), loaded, book, on)
    written: list[Path] = []
    if out is not None:
        progress.step("Writing the tables")
        for name in TABLES:
            write_csv(getattr(reading, name), out / f"{name}.csv")
            written.append(out / f"{name}.csv")
    return ReadForms(reading, tuple(written))
