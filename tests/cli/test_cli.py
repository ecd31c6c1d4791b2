"""The command line as its user meets it: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from leadscape.cli import main
from leadscape.core.exit_codes import MEANINGS


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_help_documents_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    flat = " ".join(out.split())
    assert code == 0
    assert all(f"{number} {meaning}" in flat for number, meaning in MEANINGS.items())


def test_the_baseline_is_table_1_with_exactly_two_flags(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "landscape", "baseline", "hopkins-higham-2006", "--json")
    shown = json.loads(out)
    assert code == 0
    counts = [row["holdings"] for row in shown["extent"]]
    assert counts == [101, 81, 78, 83, 2292, 139, 255, 49, None, None]
    assert shown["total"] == 3078
    flagged = [row["subject"] for row in shown["consistency"] if row["severity"] == "flag"]
    assert flagged == ["sustaining_improvement", "other"]
    _, table, _ = run(capsys, "landscape", "baseline")
    assert "2,292" in table
    assert "not collected" in table


def test_a_bare_percentage_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("landscape", "prevalence", "--numerator", "3078", "--numerator-source", "HH2007, Table 1")
    code, _, told = run(capsys, *arguments)
    assert code == 9
    assert "denominator" in told
    code, out, _ = run(capsys, *arguments, "--printed-pct", "13")
    assert "22,800 to 24,624" in out
    code, out, _ = run(
        capsys, *arguments, "--denominator", "22400", "--denominator-source", "a census", "--json"
    )
    stated = json.loads(out)["prevalence"]
    assert stated["low"] < stated["value"] < stated["high"]
    assert stated["denominator_source"] == "a census"


def test_codebooks_are_listed_shown_compared_and_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "england-2006" in run(capsys, "codebook", "list")[1]
    shown = json.loads(run(capsys, "codebook", "show", "england-2026", "--json")[1])
    assert "rise_adviser" in [role["role"] for role in shown["roles"]]
    assert "no_counterpart" in run(capsys, "codebook", "show", "england-2006", "--compare", "england-2026")[1]
    bad = tmp_path / "mine.toml"
    bad.write_text("[codebook]\nid = 'x'\n", encoding="utf-8")
    code, _, told = run(capsys, "codebook", "check", str(bad))
    assert code == 6
    assert "There is no [[role]]" in told
    code, out, _ = run(capsys, "codebook", "show", "atlantis", "--json")
    assert code == 6
    assert json.loads(out)["error"] == "CodebookProblem"


REGISTER = (
    "URN,EstablishmentName,EstablishmentStatus (name),LA (code),LA (name),PhaseOfEducation (name)\n"
    "100001,Hill Top,Open,301,Northshire,Primary\n"
    "100002,Low Vale,Closed,301,Northshire,Primary\n"
)


def test_a_register_is_checked_and_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="utf-8")
    code, out, _ = run(capsys, "register", "check", str(register))
    assert code == 0
    assert "2 rows" in out
    assert "100.0 %" in out, "shares are printed in per cent"
    code, out, _ = run(
        capsys, "register", "read", str(register), "--output", str(tmp_path / "schools.parquet")
    )
    assert code == 0
    assert pl.read_parquet(tmp_path / "schools.parquet")["urn"].to_list() == ["100001", "100002"]
    code, _, told = run(capsys, "register", "read", str(register), "--output", str(register))
    assert code == 12
    assert "never over the file" in told
    assert register.read_text(encoding="utf-8") == REGISTER


def test_a_file_that_is_no_register_ends_with_its_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    named = tmp_path / "people.csv"
    named.write_text("shoe size,colour\n43,red\n", encoding="utf-8")
    code, out, _ = run(capsys, "register", "check", str(named), "--json")
    assert code == 4
    assert json.loads(out)["usable"] is False
    paper = tmp_path / "paper.csv"
    paper.write_bytes(b"%PDF-1.7 not a table")
    code, _, told = run(capsys, "register", "check", str(paper))
    assert code == 3
    assert "PDF" in told
    assert run(capsys, "register", "check", str(tmp_path / "gone.csv"))[0] == 3


def test_lineage_and_changes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    links = tmp_path / "links.csv"
    links.write_text(
        "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n100001,100009,New Hill,Successor,01-09-2015\n",
        encoding="utf-8",
    )
    code, out, _ = run(capsys, "register", "lineage", "100001", "--links", str(links))
    assert code == 0
    assert "100001 became 100009" in out
    assert run(capsys, "register", "lineage", "999999", "--links", str(links))[0] == 7
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text(REGISTER, encoding="utf-8")
    new.write_text(REGISTER.replace("100001,Hill Top", "100009,New Hill"), encoding="utf-8")
    dates = ("--old-date", "2015-01-01", "--new-date", "2016-01-01")
    code, out, _ = run(
        capsys, "register", "changes", str(old), str(new), "--links", str(links), *dates, "--json"
    )
    changes = json.loads(out)
    assert code == 0
    assert [row["urn"] for row in changes["missing"]] == ["100001"]
    assert changes["missing"][0]["successor_urns"] == ["100009"]
    assert changes["closed"] == []
    assert run(capsys, "register", "changes", str(old), str(new))[0] == 10, (
        "without dates nothing can be said"
    )


def test_a_study_that_is_not_whole_writes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "init", str(tmp_path / "mine"), "--as-of", "2026-09-01")
    assert code == 0
    assert "leadscape map" in out
    code, _, told = run(capsys, "map", str(tmp_path / "mine" / "study.toml"))
    assert code == 5
    assert "register.csv" in told
    assert not (tmp_path / "mine" / "out").exists()
    assert run(capsys, "init", str(tmp_path / "mine"))[0] == 12


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--version")
    assert code == 0
    assert out.startswith("leadscape ")


def test_a_codebook_and_a_mapping_of_ones_own_start_from_one_that_works(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(run(capsys, "codebook", "show", "england-2026", "--toml")[1], encoding="utf-8")
    assert run(capsys, "codebook", "check", str(mine))[0] == 0
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(run(capsys, "register", "formats", "new_zealand_schools")[1], encoding="utf-8")
    register = tmp_path / "schools.csv"
    register.write_text(
        "School ID,School Name,Type,Authority,Regional Council,From,To\n"
        "1,Hill School,Full Primary,State,North,2000,2017\n",
        encoding="utf-8",
    )
    code, out, _ = run(capsys, "register", "check", str(register), "--mapping", str(mapping))
    assert code == 0, out
    assert "new_zealand_schools" in run(capsys, "register", "formats")[1]
    assert run(capsys, "register", "formats", "atlantis")[0] == 7


def test_role_ids_are_printed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "codebook", "show", "england-2026")[1]
    assert "supporting_organisation_lead" in out
    assert "authority_improvement_partner" in out
