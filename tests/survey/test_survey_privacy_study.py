"""A person's rights in a whole study: withdrawn, objected, exported, told, erased; looked for in every file after."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.erase_person import erase_person
from leadscape.actions.export_person import export_person
from leadscape.actions.find_person import SeveralPeople, read_people
from leadscape.actions.gather_inputs import gather_everything, gather_inputs
from leadscape.actions.keep_out import placed_names
from leadscape.actions.map_landscape import map_landscape
from leadscape.actions.settle_study import settle_inputs
from leadscape.actions.study import read_study
from leadscape.actions.withdraw_person import list_withdrawn, withdraw_person
from leadscape.actions.write_notices import write_notices
from leadscape.cli import main
from leadscape.core.errors import NotFound, OutputBlocked, StudyProblem
from leadscape.core.tabular import read_text_table
from leadscape.demo import write_demo
from leadscape.survey import no_decisions
from leadscape.survey.privacy import hold_back, make_objection
from leadscape.survey.privacy.search import find_names, name_words

DAY = date(2026, 11, 20)
GIVEN = ("Alice", "Bola", "Carys", "Dev", "Esme", "Femi", "Grace", "Hari")
SURNAMES = ("Mockford", "Draftson", "Specimen", "Fixturer", "Placehold", "Testwell", "Sampling", "Trialby")
NAMED = """withdrawals = "withdrawn.csv"
objections = "objections.csv"
objections_secret = "objections.secret"
"""


def leader(n: int) -> str:
    return f"{GIVEN[n % 8]} {SURNAMES[n // 8]}{'abcdefgh'[n % 8]}"


def make_study(folder: Path) -> Path:
    """Three authorities of which two answer, 24 people; Jane Okafor is named by both and mentioned in a note."""
    head = "URN,EstablishmentName,EstablishmentStatus (name),LA (code),LA (name),GOR (name),PhaseOfEducation (name)"
    schools = [
        f"{100000 + n},School {n},Open,{301 + n % 3},Authority {n % 3},Region,Primary" for n in range(60)
    ]
    (folder / "register.csv").write_text("\n".join([head, *schools]) + "\n", encoding="utf-8")
    (folder / "respondents.csv").write_text(
        "respondent_id,respondent_name,kind,authority_code,region,response\n"
        "301,Authority 0,authority,301,Region,yes\n302,Authority 1,authority,302,Region,yes\n"
        "303,Authority 2,authority,303,Region,\n",
        encoding="utf-8",
    )
    (folder / "returns").mkdir()
    columns = ("leader_name", "urn", "home_school", "role", "notes")

    def rows(authority: int) -> list[tuple[str | None, ...]]:
        return [(leader(n), str(100000 + 3 * n + authority), None, "executive head", None)
                for n in range(12 * authority, 12 * authority + 12)]  # fmt: skip

    jane = ("Mrs Jane Okafor", "100045", None, "executive head", "Known to the diocese")
    noted = ("Bob Example", "100048", None, "consultant leader", "Covers for Jane Okafor on Fridays")
    pl.DataFrame([*rows(0), jane, noted], columns, orient="row").write_excel(folder / "returns" / "301.xlsx")
    again = ("OKAFOR, Jane", "100045", None, "mentor head", None)
    doubtful = ("J Okafor", "100046", None, "sings in a choir", None)
    pl.DataFrame([*rows(1), again, doubtful], columns, orient="row").write_csv(folder / "returns" / "302.csv")
    path = folder / "study.toml"
    path.write_text(
        """[study]
title = "Small"
system = "england"
as_of = 2006-06-30
codebook = "england-2006"
[register]
schools = ["register.csv"]
[survey]
frame = "respondents.csv"
returns = ["returns/*"]
[landscape]
suppress_below = 0
""",
        encoding="utf-8",
    )
    return path


def name_files(study: Path) -> None:
    study.write_text(
        study.read_text(encoding="utf-8").replace("[landscape]", f"{NAMED}[landscape]"), encoding="utf-8"
    )


def leader_of(study: Path, school: str) -> str:
    people = read_people(study)
    lines = people.inputs.nominations.filter(pl.col("home_urn") == school)
    return people.traces.join(lines, on="nomination_id", how="semi")["leader_id"].unique().item()


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_study(tmp_path)


def test_whoever_withdrew_from_the_demonstration_is_in_no_output(tmp_path: Path) -> None:
    demo = write_demo(tmp_path / "demo", size="small")
    before = gather_inputs(read_study(demo.study))
    respondent = (
        before.nominations.join(before.responses, on="respondent_id")
        .filter(pl.col("kind").cast(pl.String) == "authority")["respondent_id"]
        .mode()
        .sort()
        .item(0)
    )
    theirs = before.nominations.filter(pl.col("respondent_id") == respondent)
    (demo.study.parent / "withdrawn.csv").write_text(f"respondent_id\n{respondent}\n", encoding="utf-8")
    people = read_people(demo.study)
    others = people.traces.join(
        before.nominations.filter(pl.col("respondent_id") != respondent), on="nomination_id"
    )
    objecting = others["leader_id"].sort().item(0)
    withdraw_person(demo.study, leader=objecting, why="asked by letter", by="clerk", on=DAY)
    name_files(demo.study)
    mapped = map_landscape(demo.study)

    also_named = set(name_words(others["leader_name"]))
    only_theirs = theirs.filter(~pl.col("leader_name").map_elements(
        lambda name: bool(set(name_words(pl.Series([name]))) & also_named), return_dtype=pl.Boolean
    ))["leader_name"]  # fmt: skip
    assert len(only_theirs) >= 2
    gone = pl.concat([only_theirs, people.lines_of(objecting)["leader_name"]])
    assert find_names(mapped.folder, gone).height == 0
    kept = others.filter(pl.col("leader_id") != objecting, ~pl.col("respondent_id").eq(respondent))
    kept = kept["leader_name"].head(20)
    assert (
        find_names(mapped.folder, kept)["file"]
        .is_in(["restricted/leaders.csv", "restricted/nominations.csv"])
        .any()
    )

    after = gather_inputs(read_study(demo.study))
    assert (
        after.withdrawn
        == theirs.height + people.lines_of(objecting).join(theirs, on="nomination_id", how="anti").height
    )
    answers = dict(after.responses.select("respondent_id", pl.col("response").cast(pl.String)).iter_rows())
    assert answers[respondent] == "silent"
    assert "Withdrawn and in nothing here" in mapped.report.read_text(encoding="utf-8")
    inputs = json.loads((mapped.folder / "restricted" / "provenance.json").read_text(encoding="utf-8"))[
        "inputs"
    ]
    assert {"withdrawals", "objections", "objections secret"} <= {entry["purpose"] for entry in inputs}


def test_an_objector_known_from_one_line_is_recognised_in_the_others(tmp_path: Path) -> None:
    # The truth of the demonstration says which lines are about one person, whatever they are called there.
    demo = write_demo(tmp_path, size="small")
    inputs = gather_everything(read_study(demo.study))
    places = placed_names(inputs, settle_inputs(inputs, read_study(demo.study)))
    truth = pl.read_parquet(tmp_path / "truth" / "truth_nominations.parquet")
    place = ["source_file", "source_row", "respondent_id"]
    people = (
        inputs.nominations.join(truth.select(*place, "leader"), on=place)
        .group_by("leader")
        .agg("nomination_id")
    )
    several = (
        people.filter(pl.col("nomination_id").list.len() > 1).sort("leader")["nomination_id"].list.sort()
    )
    assert len(several) > 20
    recognised = stopped = others = 0
    for lines in several[:25]:
        known = places.filter(pl.col("id") == lines[0])
        objection = make_objection(
            known, bytes(32), kind="objection", recorded_on=DAY, recorded_by="clerk", reason=None
        )
        later = inputs.nominations.filter(pl.col("nomination_id") != lines[0])
        held = set(later["nomination_id"]) - set(
            hold_back(later, places, objection, bytes(32), no_decisions()).nominations["nomination_id"]
        )
        recognised += len(held & set(lines))
        others += len(lines) - 1
        stopped += len(held - set(lines))
    assert recognised == others
    assert stopped <= 0.2 * 25


def test_an_objection_is_in_force_once_named_and_is_recorded_once(study: Path) -> None:
    jane = leader_of(study, "100045")
    first = withdraw_person(study, leader=jane, why="asked by letter", by="clerk", on=DAY)
    assert (first.rows, first.lines, first.objection) == (2, 2, True)
    assert len(first.to_name) == 3
    assert "Not in force yet" in " ".join(first.sentences)
    name_files(study)
    again = withdraw_person(study, leader=jane, why="asked again", by="clerk", on=DAY)
    assert (again.rows, again.lines, again.to_name) == (0, 0, ())
    assert "recorded before" in again.sentences[0]
    for missing in ({"leader": "L0"}, {"respondent": "999"}, {"nomination": "N0"}):
        with pytest.raises(NotFound):
            withdraw_person(study, why="w", by="clerk", on=DAY, **missing)


def test_a_later_return_that_names_an_objector_is_held_back_until_decided(
    study: Path, tmp_path: Path
) -> None:
    withdraw_person(study, leader=leader_of(study, "100045"), why="asked", by="clerk", on=DAY)
    name_files(study)
    state = list_withdrawn(study)
    # J Okafor of another school of the authority could be Jane; nobody has decided.
    assert (state.withdrawn, state.held_back) == (2, 1)
    later = tmp_path / "returns" / "303.csv"
    later.write_text(
        "leader_name,urn,home_school,role\nJane Okafer,100045,,executive head\n", encoding="utf-8"
    )
    state = list_withdrawn(study)
    assert state.held_back == 2
    rows = state.questions.select("question_id", "as_written").sort("as_written")
    assert rows["as_written"].to_list() == ["Line in 302.csv, row 15", "Line in 303.csv, row 2"]
    mapped = map_landscape(study)
    assert mapped.open_questions["objection"] == 2
    assert "Is somebody named here who objected?" in mapped.report.read_text(encoding="utf-8")
    review = read_text_table(mapped.folder / "restricted" / "review.xlsx").frame
    assert (
        review.filter(pl.col("question") == "objection")["as_written"].sort().to_list()
        == rows["as_written"].to_list()
    )
    assert find_names(mapped.folder, pl.Series(["J Okafor", "Jane Okafor", "Jane Okafer"])).height == 0

    decided = rows["question_id"].item(0)
    (tmp_path / "review.csv").write_text(
        f"question_id,decision,decided_by,note\n{decided},different,clerk,another person\n", encoding="utf-8"
    )
    text = study.read_text(encoding="utf-8").replace("[landscape]", 'decisions = "review.csv"\n[landscape]')
    study.write_text(text, encoding="utf-8")
    inputs = gather_inputs(read_study(study))
    assert inputs.held_back == 1
    assert "J Okafor" in inputs.nominations["leader_name"].to_list()
    assert "Jane Okafer" not in inputs.nominations["leader_name"].to_list()
    note = inputs.nominations.filter(pl.col("leader_name") == "Bob Example")["notes"].item()
    assert "Okafor" not in note


def test_one_file_of_the_two_recognises_nobody_and_is_refused(study: Path) -> None:
    withdraw_person(study, leader=leader_of(study, "100045"), why="asked", by="clerk", on=DAY)
    text = study.read_text(encoding="utf-8").replace(
        "[landscape]", 'objections = "objections.csv"\n[landscape]'
    )
    study.write_text(text, encoding="utf-8")
    with pytest.raises(StudyProblem, match="objections_secret"):
        gather_inputs(read_study(study))


def test_everything_held_about_a_person_is_given_and_nothing_about_others(study: Path) -> None:
    map_landscape(study)
    jane = leader_of(study, "100045")
    found = export_person(study, name="Mrs J. Okafor", school="100045")
    assert found.record.leader_id == jane
    tables = found.record.tables
    assert tables["lines"].select("leader_name", "said_by", "source_file", "source_row", "in_use").rows() == [
        ("Mrs Jane Okafor", "Authority 0", "301.xlsx", 14, True),
        ("OKAFOR, Jane", "Authority 1", "302.csv", 14, True),
    ]
    assert sorted(tables["role_holdings"]["role"]) == ["executive_headship", "mentor_head"]
    assert tables["outputs"].filter("name")["file"].str.starts_with("restricted/").all()
    assert "restricted/leaders.csv" in tables["outputs"]["file"].to_list()
    data = json.loads(found.json.read_text(encoding="utf-8"))
    assert data["held"]["lines"][0]["notes"] == "Known to the diocese"
    readable = found.page.read_text(encoding="utf-8")
    assert found.page.name == f"{jane}.html"
    assert "OKAFOR, Jane" in readable
    assert not any(leader(n) in readable for n in range(24))
    other = export_person(study, name="Okafor", school="100046")
    pair = other.record.tables["questions"].filter(pl.col("question").cast(pl.String) == "person")
    assert pair.height <= 1
    assert "Jane" not in other.page.read_text(encoding="utf-8"), "another person's name is not theirs to have"


def test_a_name_that_several_bear_is_never_guessed(study: Path) -> None:
    for wanted in ("J Okafor", "Okafor"):
        with pytest.raises(SeveralPeople) as caught:
            export_person(study, name=wanted)
        assert caught.value.problems["leader_id"].len() == 2
        assert "Okafor" not in str(caught.value), "people are told apart by school and role, not by name"
    for wanted in (
        {"name": "Nobody Atall"},
        {"name": ""},
        {"leader": "L0"},
        {"name": "Okafor", "school": "1"},
    ):
        with pytest.raises(NotFound):
            export_person(study, **wanted)


def test_everybody_named_gets_a_notice_and_a_changed_one_is_told(study: Path, tmp_path: Path) -> None:
    settings = tmp_path / "notice.toml"
    entries = ("controller", "contact", "data_protection_officer", "purpose", "basis_explained", "recipients",
               "transfers", "retention", "complaints")  # fmt: skip
    settings.write_text(
        "[notice]\nlawful_basis = 'public_task'\n"
        + "".join(f"{entry} = 'the {entry}'\n" for entry in entries),
        encoding="utf-8",
    )
    made = write_notices(study, settings, dated=DAY)
    register = read_text_table(made.register).frame
    assert made.made == register.height == 27
    assert all(path.stem in set(register["leader_id"]) for path in made.folder.glob("*.html"))
    jane = leader_of(study, "100045")
    text = (made.folder / f"{jane}.html").read_text(encoding="utf-8")
    assert "Your local authority, Authority 0, wrote: name “Mrs Jane Okafor”" in text
    assert "Your local authority, Authority 1, wrote: name “OKAFOR, Jane”" in text
    before = bytes_of(made.folder)
    write_notices(study, settings, dated=DAY)
    assert bytes_of(made.folder) == before

    sent = made.register.read_text(encoding="utf-8").splitlines()
    sent = [line + "2026-11-22" if line.startswith(jane) else line for line in sent]
    made.register.write_text("\n".join(sent) + "\n", encoding="utf-8")
    returned = tmp_path / "returns" / "302.csv"
    returned.write_text(returned.read_text(encoding="utf-8").replace("mentor head", "SIP"), encoding="utf-8")
    later = write_notices(study, settings, dated=date(2026, 12, 1))
    now = leader_of(study, "100045")
    kept = read_text_table(later.register).frame.filter(pl.col("leader_id") == jane)
    assert kept["sent_on"].item() == "2026-11-22"
    assert later.changed == (1 if now == jane else 0)


def test_an_erased_person_is_found_nowhere_and_everybody_else_is_as_before(
    study: Path, tmp_path: Path
) -> None:
    jane = leader_of(study, "100045")
    export_person(study, leader=jane)
    before = gather_inputs(read_study(study))
    pair = before.nominations.filter(pl.col("leader_name").str.contains("(?i)okafor"))["nomination_id"].sort()
    (tmp_path / "review.csv").write_text(
        "question_id,as_written,context,decision,decided_by,note\n"
        f"person-{pair[0][1:]}-{pair[1][1:]},Jane Okafor =? J Okafor,,different,clerk,\n"
        "role-sings in a choir,sings in a choir,asked Jane Okafor about it,none,clerk,\n",
        encoding="utf-8",
    )
    text = study.read_text(encoding="utf-8").replace("[landscape]", 'decisions = "review.csv"\n[landscape]')
    study.write_text(text, encoding="utf-8")
    asked = {"leader": jane, "why": "asked by letter", "by": "clerk", "on": DAY, "rewrite_returns": True}
    untouched = bytes_of(tmp_path / "returns")
    with pytest.raises(StudyProblem, match=r"withdrawn\.csv"):
        erase_person(study, **asked)
    assert bytes_of(tmp_path / "returns") == untouched
    name_files(study)

    kept = erase_person(study, **{**asked, "rewrite_returns": False})
    assert bytes_of(tmp_path / "returns") == untouched, "letters of others stay as they are unless asked"
    assert kept.found_in_outputs.height == 0
    assert kept.found_in_study["file"].to_list() == ["returns/301.xlsx", "returns/302.csv"]
    assert "Still named in these files of the study: returns/301.xlsx, returns/302.csv." in kept.sentences

    erased = erase_person(study, **asked)
    assert erased.lines == 2
    assert erased.found_in_outputs.height == 0
    assert erased.found_in_study["file"].sort().to_list() == [
        "erased-originals/301.xlsx.original",
        "erased-originals/302.csv.original",
    ]
    assert {path.name for path in erased.originals} == {"301.xlsx.original", "302.csv.original"}
    names = pl.Series(["Mrs Jane Okafor", "OKAFOR, Jane"])
    for original in erased.originals:
        original.unlink()
    assert find_names(tmp_path, names).height == 0
    decisions = read_text_table(tmp_path / "review.csv").frame
    assert decisions["decision"].to_list() == [None, "none"]

    after = gather_inputs(read_study(study))
    okafors = pl.col("leader_name").str.contains("(?i)okafor")
    others = before.nominations.filter(~okafors)
    same = [name for name in others.columns if name != "notes"]
    assert after.nominations.select(same).equals(others.select(same))
    assert (after.withdrawn, after.held_back) == (2, 1), "still counted; J Okafor may be the same person"
    assert after.responses.select("respondent_id", "response").equals(
        before.responses.select("respondent_id", "response")
    )
    with pytest.raises(NotFound):
        erase_person(study, **asked)

    outputs = bytes_of(tmp_path / "out" / "restricted")
    map_landscape(study)
    assert bytes_of(tmp_path / "out" / "restricted") == outputs, "what stays out is an input: same bytes"


def test_returns_are_replaced_all_or_none(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jane = leader_of(study, "100045")
    withdraw_person(study, leader=jane, why="asked", by="clerk", on=DAY)
    name_files(study)
    untouched = bytes_of(tmp_path / "returns")
    calls = []

    def fails_the_second_time(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        Path(source).rename(target)

    monkeypatch.setattr("leadscape.actions.redact_returns.move_copy", fails_the_second_time)
    with pytest.raises(OutputBlocked, match="put back"):
        erase_person(study, leader=jane, why="asked", by="clerk", on=DAY, rewrite_returns=True)
    assert bytes_of(tmp_path / "returns") == untouched
    assert not list(tmp_path.glob(".erasing-*"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["survey", *arguments])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out + printed.err


def test_the_commands_say_what_they_did_and_end_with_their_codes(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(capsys, "withdraw", str(study), "--respondent", "302", "--why", "letter", "--by", "clerk")
    assert told[0] == 0
    assert "counts as silent" in told[1]
    assert "Add under [survey] in study.toml" in told[1]
    assert run(capsys, "withdraw", str(study), "--respondent", "302")[0] == 2, "nobody answers for it"
    code, out = run(capsys, "person", str(study), "--name", "Okafor", "--json")
    assert code == 7
    assert len(json.loads(out)["problems"]) == 2
    code, out = run(capsys, "person", str(study), "--name", "Jane Okafor", "--school", "100045", "--json")
    assert code == 0
    assert len(json.loads(out)["held"]["lines"]) == 2

    code, out = run(capsys, "validate", str(study), "--draw", str(tmp_path / "v"), "--kind", "csv", "--json")
    assert code == 0
    assert json.loads(out)["entries"] == 27
    assert run(capsys, "validate", str(study))[0] == 5, "no sample is named"
    form = sorted((tmp_path / "v" / "forms").glob("*.csv"))[0]
    page = pl.read_csv(form, infer_schema=False).with_columns(
        pl.lit("no").alias("Leads beyond their own school?")
    )
    page.write_csv(form)
    options = (
        "--sample",
        str(tmp_path / "v" / "sample.csv"),
        "--forms",
        str(tmp_path / "v" / "forms"),
        "--totals",
    )
    code, out = run(capsys, "validate", str(study), *options)
    assert code == 0
    assert "1 answer is not enough" in out
    assert "100.0 %" in out, "one of one, with an interval that says how little that is"
