"""Themes of a coding folder: what stands in whose answers, what stands together, what may be quoted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadscape.actions.choose_scheme import choose_scheme
from leadscape.survey.coding.acceptance import share_accepted, tell_acceptance
from leadscape.survey.coding.files import read_coding_files
from leadscape.survey.coding.history import settle_segments
from leadscape.survey.coding.quotes import pick_quotes, read_names
from leadscape.survey.coding.theme_files import write_theme_files
from leadscape.survey.coding.themes import count_by_source, count_together, gather_coded, summarise_themes

if TYPE_CHECKING:
    import polars as pl

    from leadscape.survey.coding.themes import Coded

NO_NAMES = (
    "Quotes were not written: there is no list of names to take out. Give one with --names (column name)."
)
READ_QUOTES = (
    "Read every quote before it is used: names that are not on the list stay, and words can give somebody away "
    "without a name."
)


@dataclass(frozen=True)
class SummarisedThemes:
    """Themes and where their tables are.

    Attributes
    ----------
    tables
        ``themes``, ``code_by_source``, ``co_occurrence``, ``acceptance``; with a list of names also ``quotes`` and
        ``quote_counts``.
    """

    tables: dict[str, pl.DataFrame]
    coded: Coded
    withdrawn: int
    files: tuple[Path, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print."""
        coded = self.coded
        told = [
            f"Of {coded.segments} segments the coding of {coded.decided} is settled, {coded.disputed} wait for a "
            f"decision between coders, {coded.unread} are decided on by nobody. Only settled ones are counted."
        ]
        if coded.outdated:
            told.append(f"Left out, because the scheme does not have them: {', '.join(coded.outdated)}.")
        if self.withdrawn:
            told.append(f"Respondents who withdrew, of whom nothing is counted: {self.withdrawn}.")
        if "quotes" in self.tables:
            counts = self.tables["quote_counts"]
            told += [
                f"Of {counts['segments'].sum()} coded stretches {counts['shown'].sum()} are shown as quotes; not "
                f"shown: {counts['no_permission'].sum()} no permission, {counts['no_pseudonym'].sum()} no pseudonym.",
                READ_QUOTES,
            ]
        else:
            told.append(NO_NAMES)
        return (*told, *tell_acceptance(self.tables["acceptance"]))

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "segments": self.coded.segments,
            "decided": self.coded.decided,
            "disputed": self.coded.disputed,
            "unread": self.coded.unread,
            "outdated": self.coded.outdated,
            "withdrawn": self.withdrawn,
            **self.tables,
            "files": [str(path) for path in self.files],
        }


def summarise_themes_of(
    folder: Path,
    *,
    scheme: str,
    names: Path | None = None,
    output: Path | None = None,
    as_of_round: int | None = None,
) -> SummarisedThemes:
    """Count themes and write their tables.

    Parameters
    ----------
    names
        A table with a column ``name``: what is taken out of quotes. Without it no quote is written.
    output
        Folder for the tables; ``themes`` in the coding folder without it.
    as_of_round
        Count what stood at the end of this round; what stands now without it.

    Raises
    ------
    NotFound, TableProblem, CodebookProblem, OutputBlocked
        When the folder or the list of names cannot be used, or the tables cannot be written.
    """
    codes = choose_scheme(scheme)
    files = read_coding_files(folder)
    settled = settle_segments(files.codings, as_of_round)
    coded = gather_coded(settled, files.segments, files.sources, codes)
    tables = {
        "themes": summarise_themes(coded, codes),
        "code_by_source": count_by_source(coded, files.segments, files.sources, codes),
        "co_occurrence": count_together(coded),
        "acceptance": share_accepted(files.outcomes),
    }
    if names is not None:
        picked = pick_quotes(coded, files.segments, files.sources, codes, read_names(names))
        tables |= {"quotes": picked.quotes, "quote_counts": picked.counts}
    written = write_theme_files(tables, output or folder / "themes")
    return SummarisedThemes(tables, coded, files.withdrawn, written)
