"""Coding sheets: out to a coder, back with every mistake told; suggestions that count for nothing until accepted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadscape.core.errors import TableProblem
from leadscape.core.tables import frame_of
from leadscape.survey.coding.acceptance import (
    add_outcomes,
    judge_suggestions,
    share_accepted,
    tell_acceptance,
)
from leadscape.survey.coding.files import CodingFiles, read_coding_files, write_coding_files
from leadscape.survey.coding.history import add_decisions, no_codings
from leadscape.survey.coding.scheme import Code, CodeScheme
from leadscape.survey.coding.segments import cut_segments
from leadscape.survey.coding.sheet_reading import SheetReading, read_sheet
from leadscape.survey.coding.sheets import lay_out_sheet, write_sheet
from leadscape.survey.coding.suggestions import suggest_codes
from leadscape.survey.coding.tables import Sources, SuggestionOutcomes, Suggestions

DAY = date(2006, 10, 1)
SCHEME = CodeScheme(
    "s", "S", "test", "2006",
    (
        Code("mandate", "Mandate", is_codable=False),
        Code("exit", "Exit agreed", "How it is to end.", parent="mandate", examples=("nobody said when it would end",)),
        Code("funding", "Money", "Who pays.", aliases=("funding of the role",)),
        Code("renewal", "Renewal", "Succession at home."),
    ),
)  # fmt: skip
TEXTS = (
    "Nobody said when it would end.",
    "=SUM(A1) was all they paid",
    "Funding of the role",
    "The weather held",
)
SOURCES = frame_of(
    Sources,
    [{"source_id": f"a{n}", "text": text, "permission": "unknown"} for n, text in enumerate(TEXTS, 1)],
)
SEGMENTS = cut_segments(SOURCES)
SUGGESTED = suggest_codes(SEGMENTS.select("text", text_id="segment_id"), SCHEME)


def blank_sheet() -> pl.DataFrame:
    return lay_out_sheet(SEGMENTS, SOURCES, SUGGESTED, "Ann", 1)


def read_back(tmp_path: Path, sheet: pl.DataFrame) -> SheetReading:
    path = tmp_path / "sheet.csv"
    sheet.write_csv(path)
    return read_sheet(path, SEGMENTS, SCHEME, DAY)


def test_a_suggestion_that_nobody_accepted_is_no_coding(tmp_path: Path) -> None:
    for ending in ("xlsx", "csv"):
        path = tmp_path / f"sheet.{ending}"
        write_sheet(blank_sheet(), SCHEME, path)
        read = read_sheet(path, SEGMENTS, SCHEME, DAY)
        assert (read.decided.height, read.suggested.height, read.undecided) == (0, 0, 4)
    assert blank_sheet()["suggestion_1"].to_list()[0] == "exit"


def test_codes_are_read_by_id_or_label_and_what_became_of_suggestions_is_counted(tmp_path: Path) -> None:
    # text                      suggested       written
    # Nobody said when ...      exit            exit agreed; renewal
    # =SUM(A1) ...              -               Money
    # Funding of the role       funding         renewal
    # The weather held          -               none
    written = blank_sheet().with_columns(
        codes=pl.Series(["exit agreed; RENEWAL; exit", "Money", "renewal", "none"]),
        memo=pl.Series(["?", None, None, None]),
    )
    read = read_back(tmp_path, written)
    assert read.decided["codes"].to_list() == [["exit", "renewal"], ["funding"], ["renewal"], ["none"]]
    assert read.decided.row(0, named=True)["memo"] == "?"
    assert read.decided["coded_on"].to_list() == [DAY] * 4
    outcomes = judge_suggestions(read.suggested)
    assert outcomes.select(pl.col("method", "outcome").cast(pl.String)).rows() == [
        ("example", "accepted_first"), ("alias", "overruled")]  # fmt: skip


def test_each_outcome_of_a_suggestion_has_its_name(tmp_path: Path) -> None:
    # suggested exit, then funding; written: exit | funding | renewal | none
    offered = blank_sheet().with_columns(
        suggestion_1=pl.lit("exit"), suggestion_2=pl.lit("funding"), reason_1=pl.lit("edited by somebody"),
        codes=pl.Series(["exit; renewal", "funding", "renewal", "none"]),
    )  # fmt: skip
    outcome = judge_suggestions(read_back(tmp_path, offered).suggested)
    assert outcome["outcome"].cast(pl.String).to_list() == [
        "accepted_first", "accepted_other", "overruled", "none_right"]  # fmt: skip
    assert outcome["method"].to_list() == [None] * 4


def test_every_mistake_in_a_sheet_is_told_at_once(tmp_path: Path) -> None:
    sheet = blank_sheet()
    spoilt = pl.concat([sheet, sheet.tail(1), sheet.tail(1)]).with_columns(
        segment_id=pl.Series([*sheet["segment_id"], sheet["segment_id"][3], "g0"]),
        text=pl.Series(["Changed", *sheet["text"][1:], "The weather held", "x"]),
        codes=pl.Series(["mandate", "none; exit", "nonsense", None, None, None]),
        coder=pl.Series(["Ann", "Ann", None, "Ann", "Ann", "Ann"]),
        round=pl.Series(["1", "first", "0", "1", "1", "1"]),
    )
    with pytest.raises(TableProblem) as refused:
        read_back(tmp_path, spoilt)
    assert set(refused.value.problems.select("row", "column").iter_rows()) == {
        (2, "text"), (2, "codes"), (3, "codes"), (3, "round"), (4, "codes"), (4, "coder"), (4, "round"),
        (5, "segment_id"), (6, "segment_id"), (7, "segment_id"),
    }  # fmt: skip
    assert "choose one below it: exit" in " ".join(refused.value.problems["rule"])


def test_what_a_spreadsheet_would_run_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    write_sheet(blank_sheet(), SCHEME, path)
    assert "'=SUM" in path.read_text(encoding="utf-8")
    filled = pl.read_csv(path, infer_schema=False).with_columns(codes=pl.lit("none"))
    assert read_back(tmp_path, filled).decided.height == 4


def test_a_segment_too_long_for_a_cell_is_refused_and_not_cut_short() -> None:
    long = frame_of(Sources, [{"source_id": "a1", "text": "word " * 7000, "permission": "unknown"}])
    with pytest.raises(TableProblem, match="Cut the answers by paragraph"):
        lay_out_sheet(cut_segments(long), long, Suggestions.create_empty(), "Ann", 1)


def test_a_workbook_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_sheet(blank_sheet(), SCHEME, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def outcomes(**counts: int) -> pl.DataFrame:
    rows = [
        {"segment_id": f"{outcome}{n}", "coder": "Ann", "round": 1, "suggested": ["exit"], "method": "nearest",
         "codes": ["exit"], "outcome": outcome}
        for outcome, times in counts.items() for n in range(times)
    ]  # fmt: skip
    return frame_of(SuggestionOutcomes, rows)


def test_the_share_accepted_has_its_denominator_and_an_exact_interval() -> None:
    shares = share_accepted(outcomes(accepted_first=8, overruled=2))
    overall = shares.filter(pl.col("method").is_null())
    assert overall.select("segments", "of").rows() == [(8, 10), (0, 10), (2, 10), (0, 10)]
    # Clopper-Pearson of 8 of 10, as printed in tables: 0.444 to 0.975.
    assert overall.select(pl.col("low", "high").round(3)).row(0) == (0.444, 0.975)
    assert shares.filter(pl.col("method").is_not_null()).height == 4
    assert "8 of 10 (80 %, 95 % interval 44 to 97 %)" in tell_acceptance(shares)[0]
    assert tell_acceptance(share_accepted(outcomes())) == (
        "No segment was decided with suggestions in view.",
    )


def test_a_sheet_that_is_read_again_counts_once() -> None:
    once = outcomes(accepted_first=2)
    assert add_outcomes(once, once).equals(once)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1).filter(
    lambda text: text.strip() != ""
)


@settings(max_examples=25)
@example(['Two\nlines, "quoted"', "=1+1; two", "carriage\r\nreturn"])
@given(st.lists(WORDS, min_size=1, max_size=3, unique_by=str.strip))
def test_a_coding_folder_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("coding")
    sources = frame_of(
        Sources,
        [{"source_id": f"a{n}", "text": text.strip(), "respondent_id": f"h{n}", "permission": "given"}
         for n, text in enumerate(texts)],
    )  # fmt: skip
    segments = cut_segments(sources)
    said = segments.select("segment_id", coder=pl.lit("Ann"), coded_on=pl.lit(DAY), round=pl.lit(1, pl.Int64),
                           memo=pl.lit("-see note"), codes=pl.lit(["exit", "none of it"]))  # fmt: skip
    history = add_decisions(no_codings(), said, "coding")
    files = CodingFiles(folder, sources, segments, history, outcomes(accepted_other=1))
    write_coding_files(files)
    read = read_coding_files(folder)
    for name in ("sources", "segments", "codings", "outcomes"):
        assert getattr(read, name).equals(getattr(files, name))


def test_who_withdrew_is_in_nothing_from_the_next_run_on(tmp_path: Path) -> None:
    sources = SOURCES.with_columns(respondent_id=pl.Series(["h1", "h1", "h2", None]))
    said = SEGMENTS.select("segment_id", coder=pl.lit("Ann"), coded_on=pl.lit(DAY), round=pl.lit(1, pl.Int64),
                           memo=pl.lit(None, pl.String), codes=pl.lit(["exit"]))  # fmt: skip
    write_coding_files(
        CodingFiles(tmp_path, sources, SEGMENTS, add_decisions(no_codings(), said, "coding"), outcomes())
    )
    (tmp_path / "withdrawn.csv").write_text("respondent_id\nh1\n", encoding="utf-8")
    left = read_coding_files(tmp_path)
    assert (left.sources.height, left.segments.height, left.codings.height, left.withdrawn) == (2, 2, 2, 1)
    write_coding_files(left)
    assert "Nobody said" not in (tmp_path / "sources.csv").read_text(encoding="utf-8")
    assert read_coding_files(tmp_path).withdrawn == 1
    (tmp_path / "withdrawn.csv").write_text("respondent_id\nh1\nh2\n", encoding="utf-8")
    assert read_coding_files(tmp_path).segments.height == 1
