"""Wrong and hostile files: each mistake ends in sentences and an exit code, nothing of the user's is lost."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.gather_inputs import gather_inputs
from leadscape.actions.map_landscape import map_landscape
from leadscape.actions.report_contents import count_answers
from leadscape.actions.study import read_study
from leadscape.cli import main
from leadscape.core.tabular import read_text_table
from leadscape.landscape.config import LandscapeConfig

REGISTER = (
    "URN,EstablishmentName,EstablishmentStatus (name),LA (code),LA (name),PhaseOfEducation (name),"
    "Easting,Northing\n"
)
RETURN = "leader_name,home_urn,home_school,role\n"
STUDY = """\
[study]
title = "Wrong files"
system = "england"
as_of = 2006-06-30
codebook = "england-2006"
seed = 2006
[register]
schools = ["register.csv"]
[survey]
frame = "respondents.csv"
returns = ["returns/*.csv"]
[landscape]
suppress_below = 0
[output]
folder = "out"
"""
SQUARE = [[[-2, 53], [-1, 53], [-1, 54], [-2, 54], [-2, 53]]]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Twelve schools of two authorities, both of which answer; map it and it works."""
    schools = [
        f"{100001 + n},School {n},Open,{301 + n % 2},Authority {n % 2},Primary,"
        f"{410000 + 900 * n},{430000 + 700 * (n % 5)}"
        for n in range(12)
    ]
    write(tmp_path / "register.csv", REGISTER + "\n".join(schools) + "\n")
    write(
        tmp_path / "respondents.csv",
        "respondent_id,respondent_name,kind,authority_code,region,response\n"
        "301,Authority 0,authority,301,North,yes\n302,Authority 1,authority,302,North,yes\n",
    )
    for code in (301, 302):
        lines = "".join(f"Alice Example{n},{100001 + n + code % 2},,SIP\n" for n in range(0, 8, 2))
        write(tmp_path / "returns" / f"{code}.csv", RETURN + lines)
    return write(tmp_path / "study.toml", STUDY)


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def change(study: Path, old: str, new: str) -> Path:
    text = study.read_text(encoding="utf-8")
    assert old in text
    return write(study, text.replace(old, new))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    """Exit code and what was told, of a command that must fail in three sentences."""
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert all(told[part] for part in ("what", "why", "next_step"))
    return int(ended.value.code or 0), " ".join((told["what"], told["why"], told["next_step"]))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (STUDY, "study = 1\nsurvey = []\n[[register]]\n", ["section that begins with the line [study]", "[register]"]),
        ('["register.csv"]', "[]", ["schools is empty"]),
        ('["register.csv"]', f'["{"x" * 5000}"]', ["there is no file"]),
        ('["register.csv"]', '["**x/["]', ["there is no file"]),
        ('"respondents.csv"', '"*.csv"', ["is 2 files (register.csv, respondents.csv)"]),
        ('"Wrong files"', '"a\\u0000b"', ["title holds a line break or another control character"]),
        ('"Wrong files"', '""', ["title is empty"]),
        ("as_of = 2006-06-30", "as_of = 2006-06-30T10:00:00", ["as_of must be a date"]),
        ("seed = 2006", "seed = -1", ["seed must be 0 or more"]),
        ('"england-2006"', '"a\\u0000.toml"', ["codebook holds"]),
        (
            "suppress_below = 0",
            "suppress_below = 1.5\nbootstrap_replications = inf\nfactor_high = inf\nround_to = 0",
            ["suppress_below must be a whole number", "replications must be", "factor_high must be", "round_to is 0"],
        ),
        ("suppress_below = 0", "factor_step = 1e-12", ["more than 1000 steps"]),
        ("suppress_below = 0", "national_routes = 'agency'", ["national_routes must be a list of words"]),
        ("suppress_below = 0", "denominator = [1]", ["[[landscape.denominator]] 1 must be a section"]),
        (
            "[output]",
            "[[landscape.denominator]]\nlabel = 5\nn = 10\nunit = 7\nsource = 's'\n[output]",
            ["label must be a line of text", "unit must be a line of text"],
        ),
    ],
)  # fmt: skip
def test_a_study_of_the_wrong_shape_is_told_whole(
    study: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, words: list[str]
) -> None:
    code, told = refused(capsys, "map", change(study, old, new))
    assert code == 5
    assert [word for word in words if word not in told] == [], told
    assert not (study.parent / "out").exists()


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + STUDY.encode(), STUDY.replace("\n", "\r\n").encode()])
def test_a_study_as_other_editors_save_it_is_read(study: Path, content: bytes) -> None:
    assert read_study(write(study, content)).title == "Wrong files"


def test_one_file_is_one_file_however_it_is_named(study: Path) -> None:
    everywhere = (
        f'["register.csv", "./register.csv", "returns/../reg*.csv", "{study.parent.as_posix()}/reg*.csv"]'
    )
    assert len(read_study(change(study, '["register.csv"]', everywhere)).schools) == 1


@pytest.mark.parametrize(
    "content",
    [
        '{"type": "FeatureCollection", "features": [1, {"geometry": "x", "properties": "y"}]}',
        '{"type": "FeatureCollection", "features": [{"geometry": {"type": "Polygon", "coordinates": []}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[0,0],[0,0],[0,0],[0,0]]]}}]}',
        "[" * 100_000,
    ],
)
def test_boundaries_without_an_area_are_refused(
    study: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    write(study.parent / "b.json", content)
    code, told = refused(capsys, "map", change(study, "[survey]", 'boundaries = "b.json"\n[survey]'))
    assert (code, "b.json" in told) == (3, True)


def test_boundaries_with_one_broken_feature_are_drawn_from_the_others(study: Path) -> None:
    features = [
        1,
        {"geometry": None},
        {"geometry": {"type": "Polygon", "coordinates": SQUARE}, "properties": None},
    ]
    write(study.parent / "b.json", json.dumps({"type": "FeatureCollection", "features": features}))
    change(study, "[survey]", 'boundaries = "b.json"\n[survey]')
    assert map_landscape(study).report.is_file()


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("format = 1\n", ["format must be a table of keys"]),
        (
            "[format]\nid = 3\ntitle = 't'\ntable = 'schools'\nrequired = 'urn'\n[columns]\nurn = 5\n",
            ["format.id must be text", "format.required must be a list", "columns.urn must be"],
        ),
        (
            "[format]\nid='x'\ntitle='t'\ntable='schools'\nrequired=['urn']\nbounds=[1]\n"
            "[columns.urn]\nheaders=['N']\nextract='('\n",
            ["'(' is no regular expression", "bounds must be four numbers"],
        ),
    ],
)
def test_a_mapping_of_the_wrong_shape_is_told_whole(
    study: Path, capsys: pytest.CaptureFixture[str], mapping: str, words: list[str]
) -> None:
    write(study.parent / "m.toml", mapping)
    code, told = refused(
        capsys, "register", "check", study.parent / "register.csv", "--mapping", study.parent / "m.toml"
    )
    assert code == 5
    assert [word for word in words if word not in told] == [], told


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("codebook = 1\nrole = 2\nkind = [1]\n", ["codebook must be a table", "role must be", "kind[1] must be"]),
        ("[[origin]]\nid = 'a'\nlabel = 5\naliases = [7]\n", ["origin[1].label must be", "aliases[1] must be"]),
        ("[[baseline]]\nid = 'b'\n[[baseline.count]]\nrole = 'r'\n", ["b lacks 'unit'", "lacks 'printed_pct'"]),
    ],
)  # fmt: skip
def test_a_codebook_of_the_wrong_shape_is_told_whole(
    study: Path, capsys: pytest.CaptureFixture[str], content: str, words: list[str]
) -> None:
    code, told = refused(capsys, "codebook", "check", write(study.parent / "mine.toml", content))
    assert code == 6
    assert [word for word in words if word not in told] == [], told


def test_a_withdrawal_that_matches_no_line_is_refused(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(study.parent / "gone.csv", "nomination_id\nN000000000000\n")
    code, told = refused(capsys, "map", change(study, "[landscape]", 'withdrawals = "gone.csv"\n[landscape]'))
    assert (code, "N000000000000" in told) == (4, True)
    write(study.parent / "gone.csv", "respondent_id\n301.0\n")
    assert gather_inputs(read_study(study)).withdrawn == 4, "a number as a spreadsheet writes it"


def test_files_of_one_name_in_two_folders_are_counted_each(study: Path) -> None:
    folder = study.parent
    header, *schools = (folder / "register.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    write(folder / "a" / "register.csv", header + "".join(schools[:5]))
    write(folder / "b" / "register.csv", header + "".join(schools[4:]))
    lines = "respondent_id," + RETURN + "302,Bob Example,100002,,SIP\n"
    write(folder / "returns" / "later" / "301.csv", lines)
    change(study, '["register.csv"]', '["a/register.csv", "b/register.csv"]')
    change(study, '["returns/*.csv"]', '["returns/*.csv", "returns/later/301.csv"]')
    inputs = gather_inputs(read_study(study))
    used = {file.name: file.rows_used for file in inputs.files if file.purpose in ("schools", "returns")}
    assert used == {
        "a/register.csv": 5,
        "b/register.csv": 8,
        "returns/301.csv": 4,
        "returns/302.csv": 4,
        "returns/later/301.csv": 1,
    }
    kept = inputs.outcomes.filter(pl.col("outcome") == "used").select("file", "rows").rows()
    assert kept[:2] == [("a/register.csv", 5), ("b/register.csv", 7)], "the school in both counts once"


def test_two_agencies_of_one_name_are_two_lists(study: Path) -> None:
    with (study.parent / "respondents.csv").open("a", encoding="utf-8") as frame:
        frame.write("x,people,agency,,,yes\ny,people,agency,,,yes\n")
    lines = "".join(
        f"{agency},Alice Example{n},{100001 + n},,SIP\n" for agency in "xy" for n in range(0, 8, 2)
    )
    write(study.parent / "returns" / "agencies.csv", "respondent_id," + RETURN + lines)
    assert map_landscape(study).landscape.extent["holdings"].sum() > 0


def test_a_register_without_authorities_has_a_landscape_and_no_map(study: Path) -> None:
    register = pl.read_csv(study.parent / "register.csv").drop("LA (code)", "LA (name)")
    register.write_csv(study.parent / "register.csv")
    assert map_landscape(study).report.is_file()


def test_rows_of_a_short_list_cannot_be_worked_out_from_the_total(study: Path) -> None:
    with (study.parent / "respondents.csv").open("a", encoding="utf-8") as frame:
        frame.write("x,A network,network,,,yes\ny,An agency,agency,,,yes\n")
    agency = "".join(f"y,Bob Example{n},{100001 + n},,SIP\n" for n in range(12))
    lines = f"respondent_id,{RETURN}x,Carol Example,100001,,SIP\n{agency}"
    write(study.parent / "returns" / "lists.csv", lines)
    inputs = gather_inputs(read_study(study))
    told = count_answers(inputs.responses, LandscapeConfig(suppress_below=6))
    assert told.select("kind", "nominations").rows() == [
        ("authority", None),
        ("agency", 12),
        ("network", None),
    ], "1 for the network; 8 for the authorities go with it"
    assert count_answers(inputs.responses, LandscapeConfig(suppress_below=0))["nominations"].sum() == 21


def test_every_return_that_cannot_be_opened_is_named_at_once(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(study.parent / "returns" / "303.csv", b"%PDF-1.4")
    code, told = refused(capsys, "map", study)
    assert (code, "303.csv ends in .csv and is a PDF document" in told) == (3, True)
    write(study.parent / "returns" / "304.csv", RETURN)
    write(study.parent / "returns" / "305.csv", f"{RETURN},100001,,SIP\n")
    code, told = refused(capsys, "map", study)
    assert code == 4
    assert all(word in told for word in ("303.csv", "304.csv has a header and no row", "305.csv, row 2"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_control_characters_reach_no_output(study: Path, encoding: str) -> None:
    register = (study.parent / "register.csv").read_text(encoding="utf-8")
    noisy = register.replace("School 0,Open,301,Authority", "Sch\x07öol\x0b0,Open,301,Auth\x1b[31mority")
    write(study.parent / "register.csv", noisy.encode(encoding))
    schools = gather_inputs(read_study(study)).schools
    assert schools.row(0, named=True)["name"] == "Sch öol 0"
    assert schools.row(0, named=True)["authority_name"] == "Auth [31mority 0"


def test_control_characters_of_a_workbook_reach_no_output(tmp_path: Path) -> None:
    pl.DataFrame({"URN": ["100001"], "Name\x07": ["Hill\x0bTop"]}).write_excel(tmp_path / "register.xlsx")
    assert read_text_table(tmp_path / "register.xlsx").frame["Name"].to_list() == ["Hill Top"]


HOSTILE = "<script>alert('school')</script>"


def test_names_of_schools_and_authorities_are_text_and_nothing_else(study: Path) -> None:
    formula = "=HYPERLINK(1)"
    register = (study.parent / "register.csv").read_text(encoding="utf-8")
    write(
        study.parent / "register.csv",
        register.replace("School ", HOSTILE).replace("Authority ", f"{formula}<b>"),
    )
    change(study, '"Wrong files"', f'"{HOSTILE}[bold]"')
    mapped = map_landscape(study)
    assert HOSTILE not in mapped.report.read_text(encoding="utf-8")
    assert "<b>0" not in mapped.report.read_text(encoding="utf-8")
    cells = [
        cell
        for path in mapped.folder.rglob("*.csv")
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        for cell in row
    ]
    assert any(formula in cell for cell in cells)
    assert not any(cell.startswith(formula) for cell in cells), "a spreadsheet would run it"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_what_was_written_before_stays_when_a_run_fails_or_is_stopped(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    map_landscape(study)
    out = study.parent / "out"
    write(out / "restricted" / "mine.txt", "a note of the user's")
    before = tree(out)
    write(out / ".restricted.999999999.fresh" / "leaders.csv", "left by a run that was killed")
    change(study, "seed = 2006", "seed = 7")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("leadscape.actions.map_landscape.write_report", stop)
        with pytest.raises(KeyboardInterrupt):
            map_landscape(study)
    assert tree(out) == before, "nothing half written, nothing left behind"
    write(out / "public" / "mine.txt", "x")
    code, told = refused(capsys, "map", study)
    assert (code, "mine.txt" in told) == (12, True)
    (out / "public" / "mine.txt").unlink()
    map_landscape(study)
    assert (out / "restricted" / "mine.txt").is_file(), "files of others stay"
    assert tree(out) != before


def test_decisions_in_the_written_review_file_are_never_written_over(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (study.parent / "returns" / "301.csv").open("a", encoding="utf-8") as lines:
        lines.write("Carol Example,100001,,does good things\n")
    review = map_landscape(study).review
    assert review is not None
    map_landscape(study)
    answer = pl.when(pl.col("question") == "person").then(pl.lit("same")).otherwise(pl.lit("mentor_head"))
    pl.read_excel(review, infer_schema_length=0).with_columns(decision=answer).write_excel(review)
    edited = review.read_bytes()
    code, told = refused(capsys, "map", study)
    assert (code, "[survey] decisions" in told) == (12, True)
    assert review.read_bytes() == edited
    change(study, "[landscape]", 'decisions = "out/restricted/review.xlsx"\n[landscape]')
    assert map_landscape(study).open_questions == {}


@pytest.mark.parametrize("place", ["out/restricted", "out/public", "out"])
def test_a_file_where_a_folder_should_be_stops_the_run_before_it_begins(
    study: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    write(study.parent / place, "a file")
    before = tree(study.parent)
    assert refused(capsys, "map", study)[0] == 12
    assert tree(study.parent) == before


def test_a_stopped_run_says_what_became_of_the_results(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault, code, words in (
        (KeyboardInterrupt, 130, "Stopped before it was done."),
        (MemoryError, 14, "There is not enough memory for this."),
    ):

        def fail(*_: object, fault: type[BaseException] = fault, **__: object) -> None:
            raise fault

        monkeypatch.setattr("leadscape.actions.run_study.settle_inputs", fail)
        with pytest.raises(SystemExit) as ended:
            main(["map", str(study)])
        assert (ended.value.code, words in capsys.readouterr().err) == (code, True)
    assert not (study.parent / "out").exists()


def test_a_folder_name_that_no_system_takes_is_refused(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, "map", study, "--output", study.parent / ("x" * 300))[0] == 12


def test_a_demonstration_never_replaces_a_study(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(study.parent)
    code, told = refused(capsys, "demo", "--folder", study.parent)
    assert (code, "Name a new folder" in told) == (12, True)
    assert tree(study.parent) == before


@pytest.mark.parametrize("title", ['a "b" \\ c', "two\nlines\x07"])
def test_a_new_study_can_be_read_back_whatever_its_title_codebook_and_mapping(
    study: Path, capsys: pytest.CaptureFixture[str], title: str
) -> None:
    codebook = (
        Path(str(pytest.importorskip("leadscape.codebooks").__file__)).parent / "data" / "england_2026.toml"
    )
    own = write(
        study.parent / "mine.toml",
        codebook.read_text(encoding="utf-8").replace('"england-2026"', '"mine"', 1),
    )
    mapping = write(
        study.parent / "m.toml",
        "[format]\nid='m'\ntitle='M'\ntable='schools'\nrequired=['urn', 'name']\n"
        "[columns]\nurn='URN'\nname='EstablishmentName'\nauthority_code='LA (code)'\nauthority_name='LA (name)'\n",
    )
    new = study.parent / "new"
    options: dict[str, str | Path] = {
        "--title": title,
        "--codebook": own,
        "--register": study.parent / "register.csv",
        "--mapping": mapping,
    }
    with pytest.raises(SystemExit) as ended:
        main(["init", str(new), *(str(part) for pair in options.items() for part in pair)])
    assert not ended.value.code, capsys.readouterr().err
    write(new / "returns" / "301.xlsx", b"to be found")
    started = read_study(new / "study.toml")
    assert started.title == title.translate({10: " ", 7: " "})
    assert (started.codebook.id, started.mapping) == ("mine", mapping.resolve())
