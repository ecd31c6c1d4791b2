"""Lay out answers for coding: cut them into segments, suggest codes, write a sheet for one coder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.choose_scheme import choose_scheme
from leadscape.core.errors import NotFound, NotIdentified, OutputBlocked
from leadscape.core.progress import Progress, Silent
from leadscape.survey.coding.files import (
    SEGMENTS,
    CodingFiles,
    leave_out_withdrawn,
    read_coding_files,
    read_declared,
    write_coding_files,
)
from leadscape.survey.coding.history import no_codings, settle_segments, standing_decisions
from leadscape.survey.coding.second import draw_second_coding
from leadscape.survey.coding.segments import cut_segments
from leadscape.survey.coding.sheets import lay_out_sheet, write_sheet
from leadscape.survey.coding.sources import join_sources, read_sources, sources_of_forms
from leadscape.survey.coding.suggestions import suggest_codes
from leadscape.survey.coding.tables import Segments, Sources, SuggestionOutcomes, Suggestions
from leadscape.survey.instruments import load_instrument
from leadscape.survey.instruments.tables import Answers, Forms

if TYPE_CHECKING:
    from leadscape.core.tables import Table
    from leadscape.survey.coding.scheme import CodeScheme
    from leadscape.survey.coding.segments import Unit

_FORM_TABLES: Final[dict[str, type[Table]]] = {"answers": Answers, "forms": Forms}


@dataclass(frozen=True)
class CodingSheet:
    """A sheet that was written.

    Attributes
    ----------
    path
        The sheet.
    segments
        Rows in it.
    suggested
        Of these, rows with at least one suggestion.
    answers, segments_in_all, withdrawn
        Answers of the project; segments cut from them; respondents who withdrew.
    """

    path: Path
    coder: str
    coding_round: int
    segments: int
    suggested: int
    answers: int
    segments_in_all: int
    withdrawn: int


def code_answers(
    folder: Path,
    coder: str,
    *,
    answers: Path | None = None,
    scheme: str,
    unit: Unit = "answer",
    coding_round: int = 1,
    second_share: float | None = None,
    seed: int = 2006,
    suggest: bool = True,
    sheet: Path | None = None,
    progress: Progress | None = None,
) -> CodingSheet:
    """Write a coding sheet for one coder into the coding folder.

    Parameters
    ----------
    answers
        A table of answers, or the folder that `leadscape survey read --out` wrote, of which the questions that are
        answered in words are taken. Needed the first time, afterwards only when there are new ones.
    unit
        How new answers are cut; answers that were cut before stay as they are.
    second_share
        0-1: draw this share of what others have coded, for a blind second coding without suggestions. Without it the
        sheet holds every segment that this coder has not decided on in this round.
    sheet
        Where to write; ``sheet_{coder}_{round}.xlsx`` in the folder without it.

    Raises
    ------
    NotFound, NotIdentified, TableProblem, CodebookProblem, OutputBlocked
        When there is nothing to code, a file has problems, or the sheet is there already.
    """
    progress = progress or Silent()
    codes = choose_scheme(scheme)
    target = sheet or folder / f"sheet_{_plain(coder)}_{coding_round}.xlsx"
    if target.exists():
        raise OutputBlocked(
            f"{target} is there already.",
            "It may hold codes that somebody wrote.",
            "Read it with `leadscape survey code read`, then move it away, or name another file with --sheet.",
        )
    progress.step("Reading answers and cutting them")
    files = _with_answers(folder, answers, unit)
    rows = _segments_to_code(files, coder, coding_round, second_share, seed)
    if not rows.height:
        raise NotIdentified(
            f"There is no segment left for {coder} to code in round {coding_round}.",
            "A sheet holds what the coder has not decided on in this round.",
            "Use another round to code again, or give new answers.",
        )
    progress.step("Looking for suggestions")
    offered = _suggest(files, rows, codes) if suggest and second_share is None else Suggestions.create_empty()
    decided = standing_decisions(files.codings).filter(
        pl.col("coder") == coder, pl.col("step").cast(pl.String) == "coding"
    )
    progress.step("Writing the sheet")
    own = decided if second_share is None else None
    laid_out = lay_out_sheet(rows, files.sources, offered, coder, coding_round, own)
    write_coding_files(files)
    write_sheet(laid_out, codes, target)
    return CodingSheet(
        path=target,
        coder=coder,
        coding_round=coding_round,
        segments=rows.height,
        suggested=offered["text_id"].n_unique(),
        answers=files.sources.height,
        segments_in_all=files.segments.height,
        withdrawn=files.withdrawn,
    )


def _with_answers(folder: Path, answers: Path | None, unit: Unit) -> CodingFiles:
    if answers is None:
        return read_coding_files(folder)
    if (folder / SEGMENTS).is_file():
        files = read_coding_files(folder)
    else:
        files = CodingFiles(
            folder,
            Sources.create_empty(),
            Segments.create_empty(),
            no_codings(),
            SuggestionOutcomes.create_empty(),
        )
    given = _sources_of_read_forms(answers) if answers.is_dir() else read_sources(answers)
    sources = join_sources(files.sources, given)
    new = sources.join(files.segments, on="source_id", how="anti", maintain_order="left")
    segments = pl.concat([files.segments, cut_segments(new, unit)])
    return leave_out_withdrawn(replace(files, sources=sources, segments=segments))


def _sources_of_read_forms(folder: Path) -> pl.DataFrame:
    """Long answers of forms, with the dyad and the permission to quote that each form states."""
    answers, forms = (read_declared(folder / f"{name}.csv", table) for name, table in _FORM_TABLES.items())
    if not forms.height:
        raise NotFound(
            f"{folder} holds no forms.csv with a form.",
            "Of a folder the answers of forms are taken, as reading them back wrote them.",
            "Give the folder that `leadscape survey read FORMS --out FOLDER` wrote, or a table of answers.",
        )
    written = [
        question.id
        for name, version in forms.select("instrument", "version").unique().sort("instrument").iter_rows()
        for question in load_instrument(name, version).questions.values()
        if question.type == "long_text"
    ]
    return sources_of_forms(answers, forms, written)


def _segments_to_code(
    files: CodingFiles, coder: str, coding_round: int, second_share: float | None, seed: int
) -> pl.DataFrame:
    if second_share is not None:
        return draw_second_coding(files.segments, files.codings, coder, second_share, seed)
    done = standing_decisions(files.codings).filter(
        pl.col("coder") == coder, pl.col("step").cast(pl.String) == "coding", pl.col("round") >= coding_round
    )
    return files.segments.filter(~pl.col("segment_id").is_in(done["segment_id"].implode()))


def _suggest(files: CodingFiles, rows: pl.DataFrame, scheme: CodeScheme) -> pl.DataFrame:
    """Suggestions from the scheme and from what is settled; a segment's own settled codes are not used for it."""
    settled = settle_segments(files.codings).drop_nulls("codes")
    coders = (
        standing_decisions(files.codings)
        .group_by("segment_id")
        .agg(coder=pl.col("coder").unique().sort().str.join(" and "))
    )
    answered = (
        settled.join(files.segments.select("segment_id", "text"), on="segment_id")
        .join(coders, on="segment_id")
        .filter(~pl.col("segment_id").is_in(rows["segment_id"].implode()))
        .explode("codes", empty_as_null=True)
        .select("text", "coder", code="codes")
    )
    return suggest_codes(rows.select("text", text_id="segment_id"), scheme, answered)


def _plain(coder: str) -> str:
    letters = "".join(letter if letter.isalnum() else "_" for letter in coder.casefold())
    return letters.strip("_") or "coder"
