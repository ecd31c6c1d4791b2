"""Reading what people send: frames, returns, withdrawals, forms and review files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from leadscape.codebooks import load_codebook
from leadscape.core.errors import FileProblem, TableProblem
from leadscape.core.tabular import read_text_table
from leadscape.register.tables import Authorities
from leadscape.survey import (
    count_response,
    no_decisions,
    read_decisions,
    read_respondents,
    read_returns,
    write_review,
)
from leadscape.survey.privacy import silence, withdraw
from leadscape.survey.tables import Questions
from leadscape.survey.template import RETURN_COLUMNS, write_frame_form, write_return_form

BOOK = load_codebook("england-2006")


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_return_without_respondent_column_belongs_to_the_file_it_came_in(tmp_path: Path) -> None:
    path = written(
        tmp_path / "383.csv",
        "Name of Leader,LEA,School name,Role held,Supports,Start\n"
        "Ms Alice Example,Leeds,Hill Top,SIP,Low Vale; High Vale,01/09/2005\n"
        ",,,,,\n"
        "Bob Sample,,Low Vale,mentor head,,2004-01-31\n",
    )
    reading = read_returns((path,))
    assert reading.nominations.select(
        "respondent_id",
        "leader_name",
        "home_school",
        "role_text",
        "partner_schools",
        "started_on",
        "source_row",
    ).rows() == [
        ("383", "Ms Alice Example", "Hill Top", "SIP", "Low Vale; High Vale", date(2005, 9, 1), 2),
        ("383", "Bob Sample", "Low Vale", "mentor head", None, date(2004, 1, 31), 4),
    ]
    assert reading.files.rows() == [("383.csv", 3, 2, 1)]


def test_the_id_of_a_nomination_is_what_it_says_not_where_it_stands(tmp_path: Path) -> None:
    lines = ["Alice Example,Hill Top,SIP", "Bob Sample,Low Vale,SIP", "Alice Example,Hill Top,SIP"]
    head = "leader_name,home_school,role\n"
    first = read_returns((written(tmp_path / "301.csv", head + "\n".join(lines)),))
    second = read_returns((written(tmp_path / "301.csv", head + "\n".join(reversed(lines))),))
    assert sorted(first.nominations["nomination_id"]) == sorted(second.nominations["nomination_id"])
    assert first.nominations["nomination_id"].n_unique() == 3, "two lines that say the same are two lines"


def test_every_problem_of_every_return_is_told_at_once(tmp_path: Path) -> None:
    half = written(tmp_path / "301.csv", "leader_name,notes\nAlice Example,x\n")
    wrong = written(
        tmp_path / "302.csv",
        "leader_name,home_school,role,started_on,ended_on\n"
        ",Hill Top,SIP,,\n"
        "Bob Sample,Hill Top,SIP,last summer,\n"
        "Cy Sample,Hill Top,SIP,2005-09-01,2004-09-01\n",
    )
    with pytest.raises(TableProblem) as caught:
        read_returns((half, wrong))
    found = caught.value.problems
    assert found.filter(file="301.csv")["column"].to_list() == ["home_school", "role_text"]
    assert found.filter(file="302.csv").select("row", "column").rows() == [
        (2, "leader_name"),
        (3, "started_on"),
        (4, "ended_on"),
    ]


def test_text_that_a_spreadsheet_would_run_is_read_as_text(tmp_path: Path) -> None:
    path = written(tmp_path / "301.csv", "leader_name,home_school,role\n\"=cmd|'/c calc'!A1\",Hill Top,SIP\n")
    assert read_returns((path,)).nominations["leader_name"].item() == "=cmd|'/c calc'!A1"


def test_the_form_sent_out_reads_back(tmp_path: Path) -> None:
    authorities = Authorities.validate(
        pl.DataFrame(
            {"authority_code": ["301"], "authority_name": ["Northshire"], "region": ["North"], "schools": [4]}
        )
    )
    write_return_form(tmp_path / "301.xlsx", BOOK, authorities)
    write_frame_form(tmp_path / "frame.xlsx", authorities)
    with pytest.raises(FileProblem, match="no row"):
        read_returns((tmp_path / "301.xlsx",))
    path = tmp_path / "302.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, [column.heading for column in RETURN_COLUMNS])
        sheet.write_row(1, 0, ["Alice Example", "100001", "Hill Top", "Northshire", "SIP", "Low Vale"])
    line = read_returns((path,)).nominations.row(0, named=True)
    assert (line["home_urn"], line["authority"], line["partner_schools"]) == (
        "100001",
        "Northshire",
        "Low Vale",
    )
    frame = read_respondents(tmp_path / "frame.xlsx")
    assert frame.select("respondent_id", "kind", "response").rows() == [("301", "authority", "silent")]


def test_dates_typed_into_a_workbook_are_dates(tmp_path: Path) -> None:
    path = tmp_path / "301.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Leader", "School", "Role", "From", "URN"])
        sheet.write_row(1, 0, ["Alice Example", "Hill Top", "SIP"])
        sheet.write_datetime(1, 3, date(2005, 9, 1), workbook.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_number(1, 4, 100001)
    line = read_returns((path,)).nominations.row(0, named=True)
    assert (line["started_on"], line["home_urn"]) == (date(2005, 9, 1), "100001")


FRAME = (
    "respondent_id,respondent_name,kind,authority_code,region,response\n"
    "301,Northshire,authority,301,North,yes\n"
    "302,Southshire,authority,302,South,none\n"
    "303,Westshire,authority,303,West,\n"
)


def test_silence_is_told_from_having_none(tmp_path: Path) -> None:
    asked = read_respondents(written(tmp_path / "frame.csv", FRAME))
    returned = read_returns(
        (written(tmp_path / "301.csv", "leader_name,home_school,role\nA Example,Hill,SIP\n"),)
    )
    counted = count_response(asked, returned.nominations, "frame.csv")
    assert counted.select("respondent_id", "response", "nominations").rows() == [
        ("301", "answered", 1),
        ("302", "answered_none", 0),
        ("303", "silent", 0),
    ]


def test_frame_and_returns_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    asked = read_respondents(written(tmp_path / "frame.csv", FRAME))
    line = "leader_name,home_school,role\nA Example,Hill,SIP\n"
    returned = read_returns((written(tmp_path / "302.csv", line), written(tmp_path / "399.csv", line)))
    with pytest.raises(TableProblem) as caught:
        count_response(asked, returned.nominations, "frame.csv")
    assert sorted(caught.value.problems["value"]) == ["301", "302", "399"]


def test_words_of_the_frame_that_are_not_understood_are_listed(tmp_path: Path) -> None:
    text = FRAME + "304,Eastshire,council,304,East,maybe\n"
    with pytest.raises(TableProblem) as caught:
        read_respondents(written(tmp_path / "frame.csv", text))
    assert caught.value.problems.select("row", "column", "value").rows() == [
        (5, "kind", "council"),
        (5, "response", "maybe"),
    ]


def test_a_withdrawn_respondent_is_silent_and_counted(tmp_path: Path) -> None:
    asked = read_respondents(written(tmp_path / "frame.csv", FRAME))
    lines = "leader_name,home_school,role\nA Example,Hill,SIP\nB Example,Hill,SIP\n"
    returned = read_returns((written(tmp_path / "301.csv", lines),))
    counted = count_response(asked, returned.nominations, "frame.csv")
    gone = withdraw(returned.nominations, written(tmp_path / "gone.csv", "respondent_id\n301\n"))
    assert (gone.nominations.height, gone.removed) == (0, 2)
    assert silence(counted, gone, "gone.csv")["response"].to_list() == ["silent", "answered_none", "silent"]
    with pytest.raises(TableProblem, match="888"):
        silence(
            counted,
            withdraw(returned.nominations, written(tmp_path / "typo.csv", "respondent_id\n888\n")),
            "x",
        )


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_review_file_reads_back_with_what_a_person_wrote(tmp_path: Path, ending: str) -> None:
    questions = Questions.validate(
        pl.DataFrame(
            {
                "question_id": ["role-=cmd", "school-1"],
                "question": ["role", "school"],
                "as_written": ["=cmd|calc", "Hill Top"],
                "context": [None, "authority 301"],
                "nominations": [1, 2],
                "candidates": [[], ["100001 | Hill Top | Ashby | 98"]],
                "answers": [[], ["100001"]],
                "probabilities": [[], [0.98]],
                "evidence": [[], [""]],
                "decision": ["mentor_head", None],
                "decided_by": ["clerk", None],
                "note": ["asked by phone", None],
                "decided_in": ["Heads 2005", None],
            },
            schema_overrides={
                "question": Questions.create_empty().schema["question"],
                "candidates": pl.List(pl.String),
                "answers": pl.List(pl.String),
                "probabilities": pl.List(pl.Float64),
                "evidence": pl.List(pl.String),
            },
        )
    )
    path = tmp_path / f"review.{ending}"
    write_review(questions, path)
    assert read_decisions(path).drop("row").rows() == [
        ("role-=cmd", "mentor_head", "clerk", "asked by phone", "Heads 2005")
    ]
    assert "'=cmd|calc" in read_text_table(path).frame["as_written"].to_list(), (
        "a spreadsheet must not run it"
    )


def test_a_question_decided_twice_differently_is_refused(tmp_path: Path) -> None:
    path = written(
        tmp_path / "review.csv", "question_id,decision,decided_by,note\nq1,same,,\nq1,different,,\n"
    )
    with pytest.raises(TableProblem, match="one decision"):
        read_decisions(path)
    assert no_decisions().height == 0


def test_a_candidate_copied_whole_is_its_id_and_capitals_do_not_matter(tmp_path: Path) -> None:
    path = written(
        tmp_path / "review.csv",
        "question_id,decision\n"
        "school-1,100001 | Hill Top | Ashby | 98\n"
        "school-2,NONE\n"
        "role-sips,mentor_head (83)\n"
        "person-1-2,Different\n",
    )
    read = read_decisions(path)
    assert read["decision"].to_list() == ["100001", "none", "mentor_head", "different"]
    assert read["row"].to_list() == [2, 3, 4, 5]
