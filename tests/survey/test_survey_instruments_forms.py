"""Forms out and back: what is written can be read, what was changed is told, nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscape.codebooks import load_codebook
from leadscape.core.errors import FileProblem, NotFound, TableProblem
from leadscape.core.tabular import read_text_table, workbook_sheets
from leadscape.survey import read_returns
from leadscape.survey.instruments import (
    Addressee,
    FormsReading,
    lists_of,
    load_instrument,
    read_form,
    read_forms,
    render_page_form,
    write_workbook_form,
)
from leadscape.survey.instruments.library import instrument_source
from leadscape.survey.instruments.stamp import read_stamp
from leadscape.survey.nomination_lines import NO_DATE
from leadscape.survey.privacy.redaction import blank_rows, rewrite_table

from tests.support.forms import fill_form, option, write_cells

BOOK = load_codebook("england-2006")
AUTHORITIES = pl.DataFrame({"authority_code": ["301", "302"], "authority_name": ["Northshire", "Southshire"]})
LISTS = lists_of(BOOK, AUTHORITIES, ("en",))
ALICE = {
    "Name of leader": "Alice Example",
    "URN": "100001",
    "Home school": "Hill Top",
    "Local authority": "Northshire",
    "Role": "School improvement partner",
    "Schools supported": "Low Vale; High Vale",
    "From": "01/09/2005",
    "How you know": "Our records; Somebody told us",
    "Notes": "since the merger",
}
BOB = {"Name of leader": "Bob Sample", "Home school": "Low Vale", "Role": "helps out next door"}


def form(folder: Path, name: str, to: Addressee | None = None, file: str = "301.xlsx") -> Path:
    path = folder / file
    write_workbook_form(path, load_instrument(name), to or Addressee("301", "Northshire"), LISTS, "en")
    return path


def nominated(
    folder: Path, answers: dict[str, str], lines: list[dict[str, str]], file: str = "301.xlsx"
) -> Path:
    return fill_form(form(folder, "landscape-nomination", file=file), answers, lines)


def answer(reading: FormsReading, question: str, item: int = 0) -> tuple[str, str | None]:
    row = reading.answers.filter(pl.col("question") == question, pl.col("item") == item)
    return row.select(pl.col("status").cast(pl.String), "value").row(0)


def told(reading: FormsReading, severity: str = "problem") -> list[tuple[int | None, str | None, str | None]]:
    found = reading.problems.filter(pl.col("severity").cast(pl.String) == severity)
    return found.select("row", "column", "value").rows()


YES = {"consent": "Yes", "have_none": "No"}


def test_a_form_filled_in_is_read_back_question_by_question(tmp_path: Path) -> None:
    path = nominated(
        tmp_path,
        {**YES, "answered_on": "3 March 2006", "complete": "Most are on it",
         option("sources", "knowledge"): "Yes", option("sources", "own_records"): "x"},
        [ALICE, BOB],
    )  # fmt: skip
    reading = read_form(path)
    assert reading.is_sound
    shown = reading.forms.select("instrument", "version", "respondent_id", "recognised_by", "use").row(0)
    assert shown == ("landscape-nomination", 1, "301", "hidden_sheet", "used")
    assert answer(reading, "answered_on") == ("answered", "2006-03-03")
    assert answer(reading, "sources") == ("answered", "own_records; knowledge")
    assert answer(reading, "complete") == ("answered", "most")
    assert answer(reading, "answered_by") == ("not_answered", None)
    assert answer(reading, "role_text", 2) == ("answered", "school_improvement_partner")
    assert answer(reading, "evidence", 2) == ("answered", "records; told")
    assert answer(reading, "role_text", 3) == ("answered", "helps out next door"), (
        "an open list keeps the words"
    )


def test_a_form_and_a_free_list_that_say_the_same_are_the_same_nominations(tmp_path: Path) -> None:
    nominated(tmp_path, YES, [ALICE, BOB])
    (tmp_path / "free").mkdir()
    free = tmp_path / "free" / "301.csv"
    pl.DataFrame([ALICE, {**dict.fromkeys(ALICE), **BOB}]).drop("How you know").write_csv(free)
    by_form, by_list = (read_returns((path,)).nominations for path in (tmp_path / "301.xlsx", free))
    assert by_form["nomination_id"].to_list() == by_list["nomination_id"].to_list()
    assert by_form.drop("notes", "source_file").equals(by_list.drop("notes", "source_file"))
    assert by_form["notes"].to_list() == ["since the merger; evidence: Our records; Somebody told us", None]
    assert read_form(tmp_path / "301.xlsx").nominations.equals(by_form)


def test_an_error_of_a_formula_is_told_once_with_its_sheet_and_cell(tmp_path: Path) -> None:
    path = nominated(
        tmp_path,
        {**YES, "answered_by": "#N/A"},
        [{**ALICE, "URN": "#N/A", "Home school": "#REF!"}, {**BOB, "Name of leader": "#N/A", "From": "soon"}],
    )
    reading = read_form(path)
    found = reading.problems.filter(pl.col("severity").cast(pl.String) == "problem")
    error = "Must hold a value, not an error of a formula."
    assert set(found.select("sheet", "row", "column", "value", "rule").rows()) == {
        ("Answers", found.filter(pl.col("column") == "answered_by")["row"][0], "answered_by", "#N/A", error),
        ("Leaders", 2, "home_urn", "#N/A", error),
        ("Leaders", 2, "home_school", "#REF!", error),
        ("Leaders", 3, "leader_name", "#N/A", error),
        ("Leaders", 3, "started_on", "soon", NO_DATE),
    }
    with pytest.raises(TableProblem) as returned:
        read_returns((path,))
    told = returned.value.problems
    assert set(told.select("row", "column").rows()) == set(found.select("row", "column").rows())
    assert told.height == found.height
    assert told.filter(pl.col("column") == "home_school")["rule"].item() == (
        f"{error} It stands on the sheet 'Leaders'."
    )


def test_consent_that_is_an_error_of_a_formula_is_a_problem_not_a_blank(tmp_path: Path) -> None:
    path = nominated(tmp_path, {**YES, "consent": "#REF!"}, [ALICE])
    assert told(read_form(path))[0][1:] == ("consent", "#REF!")


def test_what_must_be_answered_is_told_with_its_sheet(tmp_path: Path) -> None:
    reading = read_form(nominated(tmp_path, YES, [{**ALICE, "Role": ""}]))
    found = reading.problems.filter(pl.col("rule") == "Must be answered.")
    assert found.select("sheet", "row", "column").rows() == [("Leaders", 2, "role_text")]


def test_a_form_written_again_without_one_person_says_the_same_of_everybody_else(tmp_path: Path) -> None:
    path = nominated(tmp_path, YES, [ALICE, BOB]).rename(tmp_path / "back.xlsx")
    copy = tmp_path / "copy.xlsx"
    rewrite_table(path, copy, lambda frame: blank_rows(frame, pl.Series([2])))
    before, after = (read_returns((one,)).nominations for one in (path, copy))
    assert after.drop("source_file", "notes").equals(before.drop("source_file", "notes")[1:])
    assert b"Alice" not in copy.read_bytes()
    assert "Alice" not in str(read_text_table(copy).frame.to_dicts())


def test_the_respondent_is_the_one_on_the_form_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = nominated(tmp_path, YES, [BOB]).rename(tmp_path / "Copy of the form (2).xlsx")
    assert read_returns((path,)).nominations["respondent_id"].to_list() == ["301"]


@pytest.mark.parametrize("name", ["landscape-nomination", "executive-head", "validation"])
def test_the_same_form_is_the_same_bytes(tmp_path: Path, name: str) -> None:
    to = Addressee("x", "X", part="head" if name == "executive-head" else None)
    first = form(tmp_path, name, to, "a.xlsx").read_bytes()
    second = form(tmp_path, name, to, "b.xlsx").read_bytes()
    assert first == second
    instrument = load_instrument(name)
    assert render_page_form(instrument, to, LISTS, "en") == render_page_form(instrument, to, LISTS, "en")


def test_the_stamp_is_hidden_and_the_answers_can_be_written(tmp_path: Path) -> None:
    path = form(tmp_path, "landscape-nomination")
    hidden = [sheet.name for sheet in workbook_sheets(path) if not sheet.visible]
    assert hidden == ["Lists", "leadscape"]
    stamp = read_stamp(path)
    assert stamp is not None
    assert (stamp.instrument, stamp.respondent_id) == ("landscape-nomination", "301")
    assert stamp.content_hash == load_instrument("landscape-nomination").content_hash


# Consent, none and silence


@pytest.mark.parametrize("consent", ["No", None])
def test_without_consent_nothing_is_used_and_nothing_is_shown(tmp_path: Path, consent: str | None) -> None:
    answers = {
        "have_none": "No",
        "answered_by": "head of service",
        **({"consent": consent} if consent else {}),
    }
    path = nominated(tmp_path, answers, [ALICE])
    reading = read_form(path)
    assert reading.without_consent == 1
    assert reading.nominations.height == 0
    held = reading.answers.filter(pl.col("question") != "consent")
    assert held["status"].cast(pl.String).unique().to_list() == ["withheld"]
    assert held.select("value", "written").null_count().row(0) == (held.height, held.height)
    assert "Alice" not in str(reading)
    returned = read_returns((path,))
    assert returned.nominations.height == 0
    assert returned.files.rows() == [("301.xlsx", 1, 0, 0)]
    assert returned.set_aside.rows() == [("301.xlsx", "consent not given", 1)]


def test_having_none_is_told_from_a_blank_form(tmp_path: Path) -> None:
    none = nominated(tmp_path, {"consent": "Yes", "have_none": "Yes"}, [])
    assert read_form(none).is_sound
    returned = read_returns((none,))
    assert returned.null_returns.rows() == [("301.xlsx", "301")]
    blank = form(tmp_path, "landscape-nomination", file="302.xlsx")
    assert not read_form(blank).is_sound
    with pytest.raises(TableProblem, match="answer Yes to 'we have none'"):
        read_returns((none, blank))
    silent = nominated(tmp_path, {"consent": "Yes"}, [], "303.xlsx")
    with pytest.raises(TableProblem, match="blank form cannot be told from no answer"):
        read_returns((silent,))


def test_people_and_none_together_are_a_problem_not_a_guess(tmp_path: Path) -> None:
    path = nominated(tmp_path, {"consent": "Yes", "have_none": "Yes"}, [ALICE, BOB])
    assert told(read_form(path)) == [(None, "have_none", "yes")]
    with pytest.raises(TableProblem, match="names people on 2 lines"):
        read_returns((path,))
    with pytest.raises(TableProblem, match="names nobody"):
        read_returns((nominated(tmp_path, YES, [], "302.xlsx"),))


def test_a_blank_list_says_what_to_mark(tmp_path: Path) -> None:
    (tmp_path / "301.csv").write_text("leader_name,home_school,role\n", encoding="utf-8")
    with pytest.raises(FileProblem, match="mark 'we have none'"):
        read_returns((tmp_path / "301.csv",))


# What is wrong, and what was changed


def test_every_wrong_cell_is_named_by_row_and_question(tmp_path: Path) -> None:
    path = nominated(
        tmp_path,
        {**YES, "answered_on": "soon", "complete": "nearly", option("sources", "knowledge"): "perhaps"},
        [{**ALICE, "From": "last year", "How you know": "Our records; a dream"}, {"Home school": "Low Vale"}],
    )
    found = set(told(read_form(path)))
    assert {(2, "started_on", "last year"), (2, "evidence", "a dream")} <= found
    assert {(3, "leader_name", None), (3, "role_text", None)} <= found
    assert {("soon", "answered_on"), ("nearly", "complete"), ("perhaps", "sources:knowledge")} <= {
        (value, column) for _, column, value in found
    }
    assert answer(read_form(path), "complete") == ("not_understood", None)


def test_a_skip_rule_that_was_broken_is_reported_and_the_answer_kept(tmp_path: Path) -> None:
    to = Addressee("h1", "A head", "D1", "head")
    path = form(tmp_path, "executive-head", to)
    fill_form(
        path,
        {"consent": "Yes", "took_up_post": "2003-09-01", "schools_led": "2", "home_school": "Hill Top",
         "partner_school": "Low Vale", "has_mandate": "No", "without_mandate": "we talk", "quote": "Yes",
         option("mandate_terms", "exit"): "Yes", "lead_school_strain": "6"},
    )  # fmt: skip
    reading = read_form(path, on=date(2006, 6, 30))
    assert answer(reading, "mandate_terms") == ("answered_against_rule", "exit")
    assert answer(reading, "without_mandate") == ("answered", "we talk")
    assert {column for _, column, _ in told(reading)} == {"mandate_terms", "lead_school_strain"}
    second = form(tmp_path, "executive-head", Addressee("s1", "A deputy", "D1", "second"), "s1.xlsx")
    fill_form(second, {"consent": "Yes", "second_post": "deputy", "second_school": "At both",
                       "has_mandate": "Yes", "quote": "No"})  # fmt: skip
    reading = read_form(second)
    apart = replace(reading, answers=reading.set_aside)
    assert answer(apart, "without_mandate") == ("skipped_by_rule", None)
    assert "took_up_post" not in reading.set_aside["question"].to_list(), "the second respondent is not asked"


def test_a_question_that_depends_on_one_ruled_out_is_ruled_out_itself(tmp_path: Path) -> None:
    text = instrument_source("executive-head") + (
        '\n[[section.question]]\nid = "quoted_where"\ntype = "single_choice"\nwording = { en = "Where?" }\n'
        'ask_if = { question = "quote", is = ["yes"] }\noption = [{ id = "report", label = { en = "In the report" } }, '
        '{ id = "talk", label = { en = "In talks" } }]\n'
        '\n[[section.question]]\nid = "which_talk"\ntype = "text"\nwording = { en = "In which talk?" }\n'
        'ask_if = { question = "quoted_where", is = ["talk"] }\n'
    )
    own = tmp_path / "mine.toml"
    own.write_text(text, encoding="utf-8")
    mine = load_instrument(str(own))
    path = tmp_path / "s1.xlsx"
    write_workbook_form(path, mine, Addressee("s1", dyad_id="D1", part="second"), LISTS, "en")
    fill_form(path, {"consent": "Yes", "second_post": "deputy", "second_school": "At both", "has_mandate": "No",
                     "quote": "No"})  # fmt: skip
    reading = read_form(path, mine)
    apart = replace(reading, answers=reading.set_aside)
    assert {answer(apart, name) for name in ("quoted_where", "which_talk")} == {("skipped_by_rule", None)}


def test_answers_of_a_head_too_new_in_post_are_kept_apart_with_the_reason(tmp_path: Path) -> None:
    answers = {"consent": "Yes", "schools_led": "2", "home_school": "Hill Top", "partner_school": "Low Vale",
               "has_mandate": "No", "quote": "Yes"}  # fmt: skip
    paths = []
    for dyad, since in (("1", "2004-09-01"), ("2", "2005-09-01")):
        path = form(tmp_path, "executive-head", Addressee(f"h{dyad}", "A", dyad, "head"), f"h{dyad}.xlsx")
        paths.append(fill_form(path, {**answers, "took_up_post": since}))
    reading = read_forms(tuple(paths), on=date(2005, 12, 31))
    assert reading.answers["file"].unique().to_list() == ["h1.xlsx"]
    assert reading.set_aside["file"].unique().to_list() == ["h2.xlsx"]
    assert "0 full academic years on 2005-12-31" in reading.eligibility["reason"][1]


def test_changed_wording_added_and_removed_columns_are_told(tmp_path: Path) -> None:
    path = nominated(tmp_path, YES, [ALICE])
    table = read_text_table(path, sheet="Answers").frame
    row = table.filter(pl.col("question_id") == "complete")["row"].item()
    write_cells(path, "Answers", {f"B{row}": "Is your list finished?"})
    write_cells(path, "Leaders", {"H1": "Ended, or ending", "J1": "Shoe size"})
    reading = read_form(path)
    notices = {(column, value) for _, column, value in told(reading, "notice")}
    assert ("complete", "Is your list finished?") in notices
    assert ("ended_on", None) in notices, "the column was taken out"
    assert ("notes", None) in notices
    assert ("Shoe size", "Shoe size") in notices, "a column of their own"
    assert answer(reading, "ended_on", 2) == ("not_asked", None)


def test_a_form_of_a_version_not_at_hand_is_read_with_its_own_file(tmp_path: Path) -> None:
    text = (
        instrument_source("validation")
        .replace("version = 1", "version = 7")
        .replace('en = "Name: is it right?"', 'en = "Is the name right?"')
    )
    own = tmp_path / "mine.toml"
    own.write_text(text, encoding="utf-8")
    mine = load_instrument(str(own))
    path = tmp_path / "e1.xlsx"
    write_workbook_form(path, mine, Addressee("100001", entry_id="e1"), LISTS, "en")
    with pytest.raises(NotFound, match="validation version 7"):
        read_form(path)
    assert read_form(path, mine).forms["version"].item() == 7
    reading = read_form(path, load_instrument("validation"))
    fill_form(path, {"consent": "Yes"})
    reading = read_form(path, load_instrument("validation"))
    rules = reading.problems["rule"].to_list()
    assert any("made from another wording" in rule for rule in rules)
    assert any("asks 'Name: is it right?'" in rule for rule in rules)


def test_an_entry_is_confirmed_or_corrected_field_by_field(tmp_path: Path) -> None:
    to = Addressee("100001", "Hill Top", entry_id="L1:sip", shown={"leader_name": "Alice Exampel"})
    path = form(tmp_path, "validation", to)
    assert "We hold: Alice Exampel" in str(read_text_table(path, sheet="Answers").frame["Question"].to_list())
    fields = ("home_school", "role", "partner_schools", "started_on", "ended_on")
    fill_form(
        path,
        {"consent": "Yes", "leader_name_is": "Wrong", "leader_name_corrected": "Alice Example", "objects": "No",
         **{f"{name}_is": "Do not know" for name in fields}},
    )  # fmt: skip
    reading = read_form(path)
    assert reading.is_sound
    assert reading.forms["entry_id"].item() == "L1:sip"
    assert answer(reading, "leader_name_corrected") == ("answered", "Alice Example")
    assert answer(reading, "role_is") == ("answered", "do_not_know")
    assert answer(reading, "role_corrected") == ("skipped_by_rule", None)


# Forms that lost their stamp


def as_csv(path: Path, sheet: str, columns: list[str] | None = None, file: str = "301.csv") -> Path:
    table = read_text_table(path, sheet=sheet).frame
    out = path.with_name(file)
    table.select(columns or [name for name in table.columns if name != "row"]).write_csv(out)
    return out


def test_answers_saved_as_csv_are_recognised_by_their_words(tmp_path: Path) -> None:
    filled = nominated(tmp_path, {"consent": "Yes", "have_none": "Yes", "answered_by": "clerk"}, [])
    path = as_csv(filled, "Answers", ["Question", "Answer"], "302.csv")
    reading = read_form(path)
    form_row = reading.forms.row(0, named=True)
    assert (form_row["instrument"], form_row["recognised_by"], form_row["respondent_id"]) == (
        "landscape-nomination", "headings", "302")  # fmt: skip
    assert 0 < form_row["certainty_share"] < 1
    assert answer(reading, "have_none") == ("answered", "yes")
    assert (
        "Assumed to be landscape-nomination version 1: 6 of its 16 questions" in reading.problems["rule"][0]
    )


def test_the_lines_saved_as_csv_are_recognised_and_consent_is_asked_about(tmp_path: Path) -> None:
    path = as_csv(nominated(tmp_path, YES, [ALICE, BOB]), "Leaders")
    reading = read_form(path)
    assert reading.nominations["leader_name"].to_list() == ["Alice Example", "Bob Sample"]
    assert reading.forms["consent"].cast(pl.String).item() == "not_asked"
    assert any("consent question is not here" in rule for rule in reading.problems["rule"])


def test_a_retyped_question_is_taken_for_the_nearest_and_said_so(tmp_path: Path) -> None:
    path = tmp_path / "301.csv"
    path.write_text(
        "Question,Answer\n"
        '"Do you agree that your answers are used in the study? Your answers are used to count and map leaders. '
        'You may withdraw at any time; your answers are then taken out of the next results.",yes\n'
        "Post of the person who answers,clerk\n"
        "How complete is the list?,Only some are on it\n"
        "We have none: answer Yes if you looked and know of nobody who leads beyond their own school.,no\n"
        "What is your shoe size?,43\n",
        encoding="utf-8",
    )
    reading = read_form(path)
    assert answer(reading, "complete") == ("answered", "some")
    assert ("complete", "How complete is the list?") in {(c, v) for _, c, v in told(reading, "notice")}
    assert (6, None, "43") in told(reading)


def test_what_is_no_form_is_refused_and_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "bad.csv").write_bytes(b"%PDF-1.4")
    with pytest.raises(FileProblem, match="No instrument is recognised"):
        read_form(tmp_path / "odd.csv")
    good = nominated(tmp_path, YES, [ALICE])
    reading = read_forms((tmp_path / "bad.csv", good, tmp_path / "odd.csv"))
    assert reading.forms["file"].to_list() == ["301.xlsx"]
    assert reading.problems["file"].to_list() == ["bad.csv", "odd.csv"]


def test_two_sheets_with_lines_are_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "301.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, leader in (("North", "Alice Example"), ("South", "Bob Sample")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Leader", "School", "Role"])
            sheet.write_row(1, 0, [leader, "Hill Top", "SIP"])
    with pytest.raises(TableProblem, match="sheets with lines: North, South") as caught:
        read_returns((path,))
    assert caught.value.problems["file"].to_list() == ["301.xlsx"]


def test_the_sheet_with_lines_is_found_behind_a_cover(tmp_path: Path) -> None:
    path = tmp_path / "301.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Cover").write_column(0, 0, ["Dear researcher,", "please find our list."])
        sheet = book.add_worksheet("List")
        sheet.write_row(0, 0, ["Leader", "School", "Role"])
        sheet.write_row(1, 0, ["Alice Example", "Hill Top", "SIP"])
    assert read_returns((path,)).nominations["leader_name"].to_list() == ["Alice Example"]


def test_a_form_of_another_instrument_is_no_return(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="a form of validation, which names nobody"):
        read_returns((form(tmp_path, "validation"),))


LABELS = {label: o.id for o in LISTS.entries["roles"] for label in o.label.values()}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    role=st.sampled_from(sorted(LABELS)),
    since=st.dates(date(1950, 1, 1), date(2020, 1, 1)),
    pattern=st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y"]),
    name=st.text("ABCabcé'=+-@ ", min_size=1, max_size=12).filter(
        lambda t: t.strip() and t.strip()[0] != "'"
    ),
)
def test_whatever_is_written_comes_back(
    tmp_path: Path, role: str, since: date, pattern: str, name: str
) -> None:
    line = {**BOB, "Name of leader": name, "Role": role, "From": since.strftime(pattern)}
    reading = read_form(nominated(tmp_path, YES, [line]))
    assert answer(reading, "leader_name", 2) == ("answered", name.strip())
    assert answer(reading, "role_text", 2) == ("answered", LABELS[role])
    assert answer(reading, "started_on", 2) == ("answered", since.isoformat())


def test_a_form_whose_lines_lost_every_heading_is_read_without_lines(tmp_path):
    path = nominated(tmp_path, {"consent": "Yes"}, [{"Name of leader": "Alice Example"}])
    stamp = read_stamp(path)
    assert stamp is not None
    section = next(name for name in stamp.sheets if name != "answers")
    write_cells(path, stamp.sheets[section], {f"{letter}1": f"Column {letter}" for letter in "ABCDEFGHIJ"})
    assert read_form(path).problems.height
