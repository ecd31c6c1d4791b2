"""A file that names people who stay out is kept without them: what is certain goes, what is likely is told."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from leadscape.actions.number_lines import number_lines
from leadscape.actions.recognise_objectors import key_objector
from leadscape.actions.redact_file import RedactedFile, redact_file
from leadscape.actions.redact_reading import KnownPerson
from leadscape.core.errors import OutputBlocked
from leadscape.core.tabular import read_text_table
from leadscape.survey.privacy.search import read_words

SECRET = bytes(32)
SCHOOLS = pl.DataFrame(
    {
        "urn": ["100001", "100002", "100003"],
        "school": ["Ash Primary School", "Beech Infant School", "Cedar High School"],
        "authority_code": ["301", "301", "302"],
        "authority_name": ["Northshire", "Northshire", "Southshire"],
    }
)
HEAD = "leader_name,home_urn,home_school,role,notes"
NETWORK = "respondent_id,leader_name,authority,home_school,role"


def _keys(*names: str) -> pl.DataFrame:
    people = pl.DataFrame(
        [(name, "100001", "Ash Primary School", "301") for name in names],
        schema=["name", "urn", "school", "authority_code"],
        orient="row",
    )
    keyed = key_objector(people, SECRET, kind="erasure", recorded_on=date(2026, 1, 1), recorded_by="tests")
    assert keyed is not None
    return keyed.keys.select("key", person=pl.lit("one"))


def _redact(
    content: bytes | str, name: str = "301.csv", purpose: str = "returns", **more: object
) -> RedactedFile:
    given = {"keys": _keys("Jane Birch", "José Núñez"), "secret": SECRET, "schools": SCHOOLS, **more}
    data = content.encode() if isinstance(content, str) else content
    return redact_file(data, name, purpose, **given)  # type: ignore[arg-type]


def _words(content: bytes, folder: Path, name: str) -> str:
    (folder / name).write_bytes(content)
    return read_words(folder / name).casefold()


@pytest.mark.parametrize(
    "line",
    [
        "Jane Birch,100001,Ash Primary School,head,",
        "Mrs J. Birch,100001,Ash Primary School,head,",
        '"BIRCH, Jane",,Ash Primary School,head,',
        "Jane Burch,100001,,head,",
        "Dr Jane Mary Birch,,Ash Primary School,head,",
        "Birch Jane,100001,Ash Primary School,head,",
        "Jane Birch,,,head,",
    ],
)
def test_a_line_that_names_somebody_for_certain_goes_whole(line: str) -> None:
    done = _redact(f"{HEAD}\n{line}\nAlice Ash,100002,Beech Infant School,head,\n")
    assert done.content is not None
    text = done.content.decode()
    assert "irch" not in text
    assert "Burch" not in text
    assert "Alice Ash,100002" in text
    assert (done.taken_out, done.doubtful) == (1, ())
    assert done.lines["row"].to_list() == [2]
    assert done.lines["respondent_id"].to_list() == ["301"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("J. Birch,100002,Beech Infant School,head,", "an initial at another school"),
        ("Jane Birch,100002,Beech Infant School,head,", "the name at another school"),
        ("Tom Birch,100001,Ash Primary School,head,", "the family name alone at the school"),
        ("Jane Oak,100001,Ash Primary School,head,", "the given name alone at the school"),
        (
            "Alice Ash,100003,Cedar High School,head,works with Jane Birch",
            "named in words of another authority",
        ),
    ],
)
def test_a_line_that_may_name_somebody_stays_and_is_told(line: str, why: str) -> None:
    name = "302.csv" if "Cedar" in line else "301.csv"
    done = _redact(f"{HEAD}\nBob Elm,100002,Beech Infant School,head,\n{line}\n", name)
    assert (done.content, done.taken_out, done.doubtful) == (None, 0, (3,)), why


@pytest.mark.parametrize(
    "line",
    [
        "Jane Birch,100001,Ash Primary School,head,",
        "Mrs J. Birch,100001,,head,",
        '"BIRCH, Jane",,Ash Primary School,head,',
        "Jane Burch,100001,,head,",
        "Dr Jane Mary Birch,,Ash  Primary SCHOOL,head,",
        "Birch Jane,,,head,",
        "José Nunez,100003,Cedar High School,head,",
        "J. Birch,100002,Beech Infant School,head,",
        "Jane Oak,100001,Ash Primary School,head,",
        "Alice Ash,100002,Beech Infant School,head,took over from Jane Birch",
        "Alice Ash,100002,Beech Infant School,head,took over from somebody",
    ],
)
@pytest.mark.parametrize("name", ["301.csv", "302.csv", "100001.csv"])
def test_passing_over_rows_without_a_name_or_school_of_theirs_changes_nothing(line: str, name: str) -> None:
    text = (
        f"{HEAD}\nBob Elm,100002,Beech Infant School,head,\n{line}\nTom Oak,100003,Cedar High School,head,\n"
    )
    known = KnownPerson(("Jane Birch", "José Núñez"), ("100001", "Ash Primary School"))
    for purpose in ("returns", "validation"):
        whole, passed = _redact(text, name, purpose), _redact(text, name, purpose, known=known)
        assert passed.content == whole.content
        assert passed.lines.equals(whole.lines)
        assert passed.doubts.equals(whole.doubts)


def test_a_network_names_the_authority_and_no_school() -> None:
    done = _redact(
        f"{NETWORK}\nmentors,Jane Birch,Northshire,,head\nmentors,Jane Birch,Southshire,,head\n", "all.csv"
    )
    assert done.lines["row"].to_list() == [2]
    assert done.doubtful == (3,)


def test_nobody_else_is_touched() -> None:
    text = f"{HEAD}\nAlice Ash,100001,Ash Primary School,head,Birch Lane\nTom Oak,100002,Beech Infant School,head,\n"
    done = _redact(text)
    assert (done.content, done.taken_out, done.doubtful) == (None, 0, ())
    assert _redact(text, keys=_keys("Jane Birch").clear()).content is None
    assert _redact(HEAD).content is None


def test_a_return_in_another_encoding() -> None:
    text = f"{HEAD}\nJosé Núñez,100001,Ash Primary School,head,\nZoë Ash,100002,Beech Infant School,head,\n"
    done = _redact(text.encode("cp1252"))
    assert done.content is not None
    assert "ez," not in done.content.decode()
    assert "Zoë Ash" in done.content.decode()


def test_words_beside_another_line_go_without_the_line(tmp_path: Path) -> None:
    done = _redact(f"{HEAD}\nAlice Ash,100002,Beech Infant School,head,took over from Jane Birch\n")
    assert done.content is not None
    assert "Birch" not in done.content.decode()
    assert "Alice Ash,100002,Beech Infant School,head" in done.content.decode()
    assert done.lines.is_empty()
    assert done.taken_out == 1


def _register(*rows: tuple[str, ...]) -> bytes:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = workbook.add_worksheet("Schools")
    head = ("URN", "EstablishmentName", "LA (code)", "HeadTitle", "HeadFirstName", "HeadLastName", "Street")
    for number, row in enumerate((head, *rows)):
        page.write_row(number, 0, row)
    workbook.close()
    return stream.getvalue()


def test_the_head_of_a_register_whose_name_stands_in_two_columns(tmp_path: Path) -> None:
    # Both parts stand elsewhere before, so that the workbook nowhere holds them side by side.
    content = _register(
        ("100002", "Beech Infant School", "301", "Ms", "Jane", "Ash", "Birch Lane"),
        ("100003", "Cedar High School", "302", "Mr", "Tom", "Birch", "High Street"),
        ("100001", "Ash Primary School", "301", "Mrs", "Jane", "Birch", "Low Street"),
    )
    done = _redact(content, "register.xlsx", "schools")
    assert done.content is not None
    path = tmp_path / "after.xlsx"
    path.write_bytes(done.content)
    after = read_text_table(path).frame.filter(pl.col("URN") == "100001")
    assert after["HeadFirstName"].to_list() == [None]
    assert after["HeadLastName"].to_list() == [None]
    assert after["Street"].to_list() == ["Low Street"]
    others = read_text_table(path).frame.filter(pl.col("URN") != "100001")
    assert others["HeadLastName"].to_list() == ["Ash", "Birch"]
    assert done.doubtful == ()


def test_a_name_on_a_sheet_that_nobody_reads_goes_with_the_sheet(tmp_path: Path) -> None:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    page, other = workbook.add_worksheet("Return"), workbook.add_worksheet("Old list")
    page.write_row(0, 0, HEAD.split(","))
    page.write_row(1, 0, ["Alice Ash", "100002", "Beech Infant School", "head", ""])
    other.write_row(0, 0, ["First", "Last"])
    other.write_row(1, 0, ["Jane", "Birch"])
    workbook.close()
    done = _redact(stream.getvalue(), "301.xlsx")
    assert done.content is not None
    assert "birch" not in _words(done.content, tmp_path, "301.xlsx")
    assert "alice ash" in _words(done.content, tmp_path, "301.xlsx")


def test_decisions_stay_and_the_words_beside_them_go() -> None:
    text = (
        "question_id,question,as_written,context,decision,note\n"
        "person-aaaaaaaaaaaa-bbbbbbbbbbbb,person,Jane Birch,Ash,same,\n"
        "role-x,role,advises,Jane Birch says so,none,asked Jane Birch\n"
        "role-y,role,helps,Alice Ash says so,none,\n"
    )
    done = _redact(text, "decisions.csv", "decisions", withdrawn=frozenset({"Nbbbbbbbbbbbb"}))
    assert done.content is not None
    after = done.content.decode()
    assert "Birch" not in after
    assert "bbbbbbbbbbbb" not in after
    assert "role-x,role,advises" in after
    assert "role-y,role,helps,Alice Ash says so,none," in after


def test_a_line_that_is_known_goes_whatever_it_says(tmp_path: Path) -> None:
    text = f"{HEAD}\nThe usual one,100002,Beech Infant School,head,\nBob Elm,100002,Beech Infant School,deputy,\n"
    path = tmp_path / "301.csv"
    path.write_text(text)
    number = number_lines(path)["nomination_id"][0]
    done = _redact(text, withdrawn=frozenset({number}))
    assert done.content is not None
    assert "usual" not in done.content.decode()
    assert done.lines["nomination_id"].to_list() == [number]


def test_a_drawn_sample_keeps_the_row_without_the_person() -> None:
    text = (
        "entry_id,leader_id,leader_name,home_urn,home_school,role,stratum\n"
        "E1,L1,Jane Birch,100001,Ash Primary School,head,x\nE2,L2,Bob Elm,100002,Beech Infant School,head,x\n"
    )
    done = _redact(text, "sample.csv", "validation_sample")
    assert done.content is not None
    assert done.content.decode().splitlines()[1:] == [
        "erased-2,erased-2,(erased),,,head,x", "E2,L2,Bob Elm,100002,Beech Infant School,head,x",
    ]  # fmt: skip


def test_a_file_that_cannot_be_written_again_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "301.parquet"
    row = {"leader_name": ["Jane Birch"], "home_urn": ["100001"], "home_school": ["Ash"], "role": ["head"]}
    pl.DataFrame(row).write_parquet(path)
    with pytest.raises(OutputBlocked):
        _redact(path.read_bytes(), path.name)
