"""``leadscape survey link`` as its user meets it: lists right and wrong, a review file filled and read back."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.link_list import link_list
from leadscape.cli import main
from leadscape.core.errors import FileProblem, OutputBlocked, StudyProblem, TableProblem
from leadscape.survey.linkage.listing import read_list

REGISTER = """URN,EstablishmentName,LA (code),LA (name),Town,Postcode,OpenDate,CloseDate
100001,St Anne's Primary School,301,Northshire,Ashby,AB1 2CD,01-09-1990,
100002,Hill Top School,301,Northshire,Moorby,AB3 4EF,01-09-1990,
100003,Hill Top School,301,Northshire,Castleby,AB5 6GH,01-09-1990,
100004,Old Mill Junior School,301,Northshire,Moorby,AB3 4EG,01-09-1990,31-08-2004
100005,Mill Lane Primary School,301,Northshire,Moorby,AB3 4EG,01-09-2004,
"""
LINKS = """URN,LinkURN,LinkName,LinkType,LinkEstablishedDate
100004,100005,Mill Lane Primary School,Successor,01-09-2004
"""
LIST = """School Name,Local Authority,Notes
St. Annes Prim,Northshire,first
Hill Top School,Northshire,second
Hill Top School,Northshire,third
Old Mill Jnr Sch,Northshire,fourth
Three Rivers Alliance,Northshire,fifth
=1+1,Northshire,sixth
"""


def saved(folder: Path, text: str, name: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {
        "list": saved(tmp_path, LIST, "list.csv"),
        "register": saved(tmp_path, REGISTER, "register.csv"),
        "links": saved(tmp_path, LINKS, "links.csv"),
    }


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["survey", "link", *map(str, arguments)])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_a_list_is_linked_and_written_out(capsys, files, tmp_path):
    code, out, _ = run(
        capsys,
        files["list"],
        "--register",
        files["register"],
        "--links",
        files["links"],
        "--out",
        tmp_path / "out",
    )
    flat = " ".join(out.split())
    assert code == 0
    assert "list.csv: 6 rows, 5 different, against 4 schools that may be meant." in flat
    assert "at least 99.5 % of links were right" in flat
    assert "to be wrong" in flat
    rows = pl.read_csv(tmp_path / "out" / "links.csv", infer_schema_length=0)
    assert rows["outcome"].to_list() == [
        "accepted", "review", "review", "not_in_register", "not_in_register", "no_match",
    ]  # fmt: skip
    assert rows["urn"][0] == "100001"
    assert rows["closed_urn"][3] == "100004"
    assert rows["name"][5] == "'=1+1", "a formula is never written as one"
    review = pl.read_csv(tmp_path / "out" / "review.csv", infer_schema_length=0)
    tied = review.filter(pl.col("as_written") == "Hill Top School").row(0, named=True)
    assert tied["nominations"] == "2"
    assert {tied["candidate_1"][:6], tied["candidate_2"][:6]} == {"100002", "100003"}
    closed = review.filter(pl.col("as_written") == "Old Mill Jnr Sch").row(0, named=True)
    assert closed["candidate_1"].startswith("100005 | Mill Lane Primary School")


def test_one_json_object(capsys, files):
    code, out, _ = run(capsys, files["list"], "--register", files["register"], "--json")
    found = json.loads(out)
    assert code == 0
    assert found["precision_target"] == 0.995
    assert sum(row["rows"] for row in found["summary"]) == 6
    assert {row["outcome"] for row in found["summary"]} == {
        "accepted",
        "review",
        "not_in_register",
        "no_match",
    }


def test_a_review_file_is_replayed_and_its_wordings_learned(files, tmp_path):
    first = link_list(files["list"], (files["register"],), out=tmp_path / "one")
    review = pl.read_csv(tmp_path / "one" / "review.csv", infer_schema_length=0)
    tied = pl.col("as_written") == "Hill Top School"
    answered = review.with_columns(
        decision=pl.when(tied).then("candidate_2").otherwise("decision"),
        decided_by=pl.when(tied).then(pl.lit("clerk")),
    )
    answered.write_csv(tmp_path / "answered.csv")
    again = link_list(
        files["list"], (files["register"],), decisions=tmp_path / "answered.csv", out=tmp_path / "two"
    )
    decided = again.rows.filter(pl.col("method") == "review")
    assert decided["urn"].to_list() == ["100003", "100003"]
    assert first.rows.filter(pl.col("outcome") == "accepted").height + 2 == again.summary["rows"][0]
    assert "2 rows linked by a person's decision." in again.sentences
    next_wave = saved(tmp_path, "Name,LA,Postcode\nHILL TOP SCHOOL,Northshire,AB1 1AA\n", "next.csv")
    learned = link_list(next_wave, (files["register"],), decisions=tmp_path / "two" / "aliases.csv")
    assert learned.rows.select("urn", "method").rows() == [("100003", "review")]
    assert "decided by a person before" in learned.rows["reason"][0]


def test_same_inputs_same_bytes(files, tmp_path):
    for folder in ("one", "two"):
        link_list(files["list"], (files["register"],), out=tmp_path / folder)
    for name in ("links.csv", "candidates.csv", "review.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_headings_of_all_sorts_are_understood(tmp_path):
    text = " URN, Teaching School, Local Authority, Phase\n100001,St Anne's,Northshire,Primary\n,,,\n"
    read = read_list(saved(tmp_path, text, "list.csv"))
    assert read.select("row", "urn", "name", "authority", "phase").rows() == [
        (2, "100001", "St Anne's", "Northshire", "Primary")
    ]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("%PDF-1.4 not a table", FileProblem, "PDF"),
        ("", FileProblem, "empty"),
        ("colour,size\nred,1\n", TableProblem, "names no school"),
        ("School Name,LA\n,Northshire\n", TableProblem, "names no school"),
    ],
)
def test_a_wrong_list_is_refused_with_a_sentence(text, error, words, files, tmp_path):
    with pytest.raises(error, match=words):
        link_list(saved(tmp_path, text, "wrong.csv"), (files["register"],), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_asked_for_is_refused(files, tmp_path):
    with pytest.raises(StudyProblem, match="cannot be aimed at"):
        link_list(files["list"], (files["register"],), precision=1.0)
    review = saved(tmp_path, "question_id,decision\nschool-0123456789ab,555555\n", "review.csv")
    with pytest.raises(TableProblem, match="555555"):
        link_list(files["list"], (files["register"],), decisions=review)
    with pytest.raises(OutputBlocked):
        link_list(files["list"], (files["register"],), decisions=review, out=tmp_path)
    stray = saved(tmp_path, "question_id,decision\nschool-0123456789ab,none\n", "stray.csv")
    told = link_list(files["list"], (files["register"],), decisions=stray)
    assert told.unused_decisions == 1
