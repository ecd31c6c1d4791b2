"""A person's rights, part by part: withdrawals, objections without a name, notices, search and redaction."""

from __future__ import annotations

import gzip
import re
import string
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.errors import FileProblem, OutputBlocked, StudyProblem, TableProblem
from leadscape.core.tables import frame_of
from leadscape.core.tabular import read_text_table
from leadscape.survey import no_decisions, read_returns
from leadscape.survey.privacy import (
    HeldBack,
    Withdrawals,
    add_withdrawals,
    blank_mentions,
    hold_back,
    make_objection,
    read_objections,
    read_withdrawals,
    still_counted,
    withdraw,
)
from leadscape.survey.privacy.ledger import REMOVED_MENTION, add_objection, make_secret, read_secret
from leadscape.survey.privacy.notices import notice_html, read_notice_settings
from leadscape.survey.privacy.redaction import MARKED, blank_rows, can_rewrite, rewrite_table
from leadscape.survey.privacy.search import find_names

from tests.support.drawn import drawn
from tests.support.returns import nominations

SECRET = bytes(range(32))
OTHER_SECRET = bytes(range(1, 33))
DAY = date(2026, 11, 20)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# Withdrawals


LINES = nominations(
    {"respondent_id": "301"}, {"respondent_id": "301"}, {"respondent_id": "302"}, {"respondent_id": "302"}
)


def test_a_person_is_withdrawn_with_every_line_about_them(tmp_path: Path) -> None:
    gone = written(
        tmp_path / "gone.csv", "leader_id,reason,withdrawn_on,recorded_by\nL1,letter,20/11/2026,clerk\n"
    )
    people = pl.DataFrame({"nomination_id": ["N1", "N2", "N3", "N4"], "leader_id": ["L1", "L2", "L1", "L4"]})
    kept = withdraw(LINES, gone, lambda: people)
    assert kept.nominations["nomination_id"].to_list() == ["N2", "N4"]
    assert (kept.removed, kept.people, kept.respondents) == (2, 1, ())
    with pytest.raises(TableProblem, match=r"L1.*survey withdraw"):
        withdraw(LINES, gone, lambda: people.filter(pl.col("leader_id") != "L1"))


def test_a_line_about_an_objector_may_be_gone_but_another_may_not(tmp_path: Path) -> None:
    # Once the returns were written again, the line is no more; the respondent has answered all the same.
    gone = written(tmp_path / "gone.csv", "nomination_id,leader_id,returned_by\nN9,L9,303\nN1,L1,301\n")
    kept = withdraw(LINES, gone)
    assert (kept.removed, kept.earlier, kept.people) == (1, 1, 2)
    assert still_counted(LINES, gone)["respondent_id"].to_list() == ["301", "301", "302", "302", "303"]
    typo = written(tmp_path / "typo.csv", "nomination_id\nN9\n")
    with pytest.raises(TableProblem, match=r"N9.*nominations\.csv"):
        withdraw(LINES, typo)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("reason\nnobody named\n", "Must name a respondent_id"),
        ("respondent_id,withdrawn_on\n301,yesterday\n", "Must be a date"),
    ],
)
def test_a_row_that_says_nothing_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(TableProblem, match=told):
        read_withdrawals(written(tmp_path / "gone.csv", text))


def test_a_withdrawal_is_added_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = written(tmp_path / "gone.csv", "respondent,letter no\n301,17\n")
    row = frame_of(
        Withdrawals, [{"nomination_id": "N3", "leader_id": "L3", "reason": "=asked", "withdrawn_on": DAY}]
    )
    assert add_withdrawals(path, row) == 1
    assert add_withdrawals(path, row.with_columns(withdrawn_on=pl.lit(date(2027, 1, 1)))) == 0
    kept = read_text_table(path).frame
    assert kept["letter no"].to_list() == ["17", None]
    assert read_withdrawals(path)["reason"].to_list() == [None, "=asked"], "guarded on the way out only"
    with pytest.raises(OutputBlocked, match=r"not a \.csv"):
        add_withdrawals(tmp_path / "gone.xlsx", row)


# Objections


def objector(secret: bytes = SECRET) -> pl.DataFrame:
    people = pl.DataFrame(
        [("x", "Mrs Jane Okafor-Bell", "100001", "Hill Top School", "301")],
        schema=["id", "name", "urn", "school", "authority_code"],
        orient="row",
    )
    return make_objection(
        people, secret, kind="objection", recorded_on=DAY, recorded_by="clerk", reason="letter"
    )


def held(text: str, secret: bytes = SECRET, decisions: dict[str, str] | None = None) -> HeldBack:
    """Lines drawn as a table: ``name``, ``urn``, ``school``, ``authority``."""
    rows = drawn(text)
    lines = nominations(*({"leader_name": row["name"], "home_urn": row["urn"]} for row in rows))
    places = pl.DataFrame(rows).select(
        "name", "urn", "school", id=lines["nomination_id"], authority_code="authority"
    )
    decided = no_decisions()
    if decisions:
        decided = pl.DataFrame(
            [(question, answer, "clerk", None, None) for question, answer in decisions.items()],
            schema=decided.schema,
            orient="row",
        )
    return hold_back(lines, places, objector(), secret, decided)


AGAIN = """
    name               | urn    | school           | authority
    Jane Okafor-Bell   | 100001 | -                | -
    Okafor Bell, Jane  | -      | Hill Top School  | 301
    J. Okafor          | 100001 | -                | -
    Jane Okofor-Bell   | 100001 | -                | -
    Bell               | 100001 | -                | -
    Jane Marriedname   | 100001 | -                | -
    Mrs J Bell         | 100009 | -                | 301
    Jane Bell          | 100009 | Elsewhere School | 399
    Jane Bell          | -      | -                | -
    J. Bell            | -      | -                | 301
    Bob Bell           | 100009 | Elsewhere School | 301
    Bob Example        | 100001 | Hill Top School  | 301
    Jane Example       | 100009 | Elsewhere School | 301
"""


def test_an_objector_is_recognised_under_other_spellings_and_others_are_not() -> None:
    # The table above, drawn: the first ten are held back, the last three are not.
    result = held(AGAIN)
    assert result.nominations["nomination_id"].to_list() == ["N11", "N12", "N13"]
    assert result.held == 10
    why = dict(zip(result.questions["question_id"], result.questions["context"], strict=True))
    assert "the same name at the same school" in why["objection-1"]
    assert "a surname within one letter at the same school" in why["objection-4"]
    assert "the same given name at the same school" in why["objection-6"]
    assert "the same initial and surname in the same authority" in why["objection-7"]
    assert "the same name." in why["objection-8"]


def test_the_question_names_the_row_and_nobody() -> None:
    asked = held(AGAIN).questions
    text = asked.select(pl.col("as_written", "context")).write_csv().casefold()
    assert "301.xlsx, row 2" in text
    assert not re.search(r"okafor|bell|jane", text)


def test_a_decision_lets_a_line_in_and_silence_does_not() -> None:
    answered = held(AGAIN, decisions={"objection-8": "different", "objection-7": "same"})
    assert answered.held == 9
    assert "N8" in answered.nominations["nomination_id"].to_list()
    assert answered.questions.height == 10, "decided ones stay on record"


def test_nobody_is_recognised_with_another_secret() -> None:
    assert held(AGAIN, secret=OTHER_SECRET).held == 0
    assert objector(OTHER_SECRET)["key"].is_in(objector()["key"].implode()).sum() == 0


@settings(max_examples=60)
@given(data=st.data())
def test_any_surname_with_one_letter_wrong_is_recognised_at_the_school(data: st.DataObject) -> None:
    letters = st.sampled_from(string.ascii_lowercase)
    surname = data.draw(st.text(letters, min_size=5, max_size=10))
    at = data.draw(st.integers(0, len(surname) - 1))
    changed = data.draw(
        st.sampled_from(
            [
                surname[:at] + surname[at + 1 :],
                surname[:at] + data.draw(letters) + surname[at:],
                surname[:at] + data.draw(letters) + surname[at + 1 :],
            ]
        )
    )
    columns = ["id", "name", "urn", "school", "authority_code"]
    types = dict.fromkeys(columns, pl.String)
    known = pl.DataFrame([("x", f"Ann {surname}", "100001", None, None)], types, orient="row")
    again = pl.DataFrame([("N1", f"Zoe {changed}", "100001", None, None)], types, orient="row")
    objection = make_objection(
        known, SECRET, kind="erasure", recorded_on=DAY, recorded_by="clerk", reason=None
    )
    lines = nominations({"leader_name": f"Zoe {changed}"})
    assert hold_back(lines, again, objection, SECRET, no_decisions()).held == 1


def test_the_ledger_holds_no_name_and_reads_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "objections.csv"
    assert add_objection(path, objector())
    assert not add_objection(path, objector()), "recorded once"
    assert not re.search(r"okafor|bell|jane|100001|hill", path.read_text(encoding="utf-8"), re.IGNORECASE)
    assert read_objections(path).equals(objector())
    for text, told in (("key\nabc\n", "objection_id"), ("", "empty")):
        with pytest.raises((TableProblem, FileProblem), match=told):
            read_objections(written(tmp_path / "broken.csv", text))


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "objections.secret"
    made = make_secret(path)
    assert make_secret(path) == read_secret(path) == made
    assert len(made) == 32
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileProblem, match="not the secret"):
        read_secret(written(tmp_path / "other.secret", "password"))


def test_notes_on_others_do_not_name_an_objector() -> None:
    lines = nominations(
        {"notes": "Shares the post with Jane Okafor-Bell since May."},
        {"notes": "Shares the post with Jane Smith since May."},
        {"notes": None},
    )
    notes = blank_mentions(lines, objector(), SECRET)["notes"].to_list()
    assert notes == [REMOVED_MENTION, "Shares the post with Jane Smith since May.", None]


# Notices


NOTICE = """[notice]
controller = "University of Exampleton"
contact = "study@example.org"
data_protection_officer = "none"
purpose = "mapping who leads improvement beyond their own school"
lawful_basis = "public_task"
basis_explained = "research in the public interest"
recipients = "the study's team"
transfers = "none"
retention = "until 31 December 2027"
complaints = "the Information Commissioner"
"""


def test_a_notice_with_a_gap_is_refused_with_every_gap(tmp_path: Path) -> None:
    text = (
        NOTICE.replace("University of Exampleton", " ")
        .replace("public_task", "because")
        .replace("retention", "kept")
    )
    with pytest.raises(StudyProblem) as caught:
        read_notice_settings(written(tmp_path / "notice.toml", text))
    assert len(caught.value.problems) == 4
    told = str(caught.value)
    assert "controller must be text, and not blank" in told
    assert "lacks 'retention'" in told
    assert "'kept' is not understood" in told
    assert "legitimate_interests" in told
    with pytest.raises(FileProblem, match="as TOML"):
        read_notice_settings(written(tmp_path / "broken.toml", "controller ="))
    with pytest.raises(StudyProblem, match="lacks 'complaints'"):
        read_notice_settings(written(tmp_path / "none.toml", "[other]\n"))


def test_a_notice_says_who_said_what_and_what_can_be_done(tmp_path: Path) -> None:
    told = read_notice_settings(written(tmp_path / "notice.toml", NOTICE))
    lines = nominations(
        {"leader_name": "J. <Okafor>", "role_text": "ECM lead", "home_school": "Hill Top", "notes": None}
    ).with_columns(said_by=pl.lit("Northshire"), sender=pl.lit("authority"))
    holdings = pl.DataFrame(
        {"role": ["Mentor head"], "school": [None]}, schema_overrides={"school": pl.String}
    )
    text = notice_html("L1", lines, holdings, "A study", DAY, told)
    plain = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    for expected in (
        "Your local authority, Northshire, wrote: name “J. &lt;Okafor&gt;”, role “ECM lead”, school “Hill Top”.",
        "Mentor head",
        "University of Exampleton",
        "public interest (Article 6(1)(e))",
        "It does not leave the country",
        "until 31 December 2027",
        "object to being in the study at all",
        "complain to the Information Commissioner",
        "2026-11-20",
    ):
        assert expected in plain, expected
    assert "None" not in plain
    assert "data protection officer" not in plain


# Search and redaction


def test_a_name_is_found_in_every_kind_of_file(tmp_path: Path) -> None:
    people = pl.DataFrame({"name": ["OKAFOR, Jane", "Bob Example"], "tags": [["a"], ["b"]]})
    people.drop("tags").write_csv(tmp_path / "a.csv")
    people.write_parquet(tmp_path / "b.parquet")
    people.drop("tags").write_excel(tmp_path / "c.xlsx")
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"name\nJane  Okafor\n"))
    written(tmp_path / "e.html", "<p>Jane <b>Okafor</b></p>")
    written(tmp_path / "f.csv", "name\nJane Okafors\nJanet Okafor\n")
    written(tmp_path / "g.json", '{"leader": "L77"}')
    found = find_names(tmp_path, pl.Series(["Mrs Jane Okafor"]), ("L77",))
    assert found["file"].to_list() == ["a.csv", "b.parquet", "c.xlsx", "d.csv.gz", "e.html", "g.json"]
    assert found.filter("id")["file"].to_list() == ["g.json"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "tsv"])
def test_a_return_written_again_says_the_same_about_everybody_else(tmp_path: Path, ending: str) -> None:
    lines = pl.DataFrame(
        {
            "Name of leader": ["Jane Okafor", "Bob, the Example", "=Carys"],
            "Home school": ["Hill Top", "Hill Top", "Old\tMill"],
            "Role": ["SIP", "mentor head", "SIP"],
            "From": ["2005-09-01", None, "01/09/2004"],
        }
    )
    before, after = tmp_path / f"301.{ending}", tmp_path / "new" / f"301.{ending}"
    after.parent.mkdir()
    if ending == "xlsx":
        lines.write_excel(before)
    else:
        lines.write_csv(before, separator="\t" if ending == "tsv" else ",")
    rewrite_table(before, after, lambda frame: blank_rows(frame, pl.Series([2])))
    kept = read_returns((before,)).nominations.filter(pl.col("source_row") != 2)
    assert read_returns((after,)).nominations.equals(kept), "ids, rows and all"
    assert read_text_table(after).frame["redacted"].to_list() == [MARKED, None, None]
    assert not find_names(after.parent, pl.Series(["Jane Okafor"])).height


def test_a_kind_of_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    assert not can_rewrite(Path("301.xls"))
    with pytest.raises(OutputBlocked, match="cannot be written again"):
        rewrite_table(Path("301.xls"), tmp_path / "301.xls", lambda frame: frame)


def test_an_archive_packed_in_another_way_is_searched_as_far_as_it_goes(tmp_path: Path) -> None:
    import zipfile

    from leadscape.survey.privacy.search import read_words

    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "Alice Ash")
    assert "Alice Ash" in read_words(path)
    content = path.read_bytes()
    at = content.index(b"PK\x01\x02")
    path.write_bytes(content[: at + 6] + b"\x44" + content[at + 7 :])
    assert read_words(path) == ""
