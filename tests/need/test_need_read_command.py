"""``leadscape need read``: files of any kind in, an account of every row out, tables written once and the same."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.list_need_formats import describe_need_formats, print_need_format
from leadscape.actions.read_need import read_need
from leadscape.cli.app import main
from leadscape.core.errors import FileProblem, NotFound, OutputBlocked, TableProblem
from leadscape.need.formats import load_measure_format
from leadscape.need.inspections.formats import inspection_format_source, shipped_inspection_formats

from tests.support.figures import (
    ks2_world,
    write_absence_statistics,
    write_ks2,
    write_report_cards,
    write_rows,
)


@pytest.fixture
def some_files(tmp_path: Path) -> list[Path]:
    return [
        write_ks2(tmp_path / "2018_999_ks2final.csv", ks2_world(5, seed=1, hidden=(2,))[0]),
        write_absence_statistics(tmp_path / "absence.csv"),
        write_report_cards(tmp_path / "mi.csv"),
        write_rows(tmp_path / "imd2019.csv", ["lsoa11_code", "IMD_rank"], [["E01000001", "100"]]),
    ]


def test_files_of_four_kinds_are_recognised_and_written(some_files: list[Path], tmp_path: Path) -> None:
    done = read_need(some_files, tmp_path / "out")
    assert done.tables["files"]["format"].to_list() == [
        "dfe_ks2", "dfe_absence_statistics", "ofsted_report_cards", "indices_by_small_area",
    ]  # fmt: skip
    rows = dict(done.tables["counts"].group_by("file").agg(pl.col("rows").sum()).iter_rows())
    assert rows == dict(done.tables["files"].select("file", "rows").iter_rows())
    assert dict(done.missing_by_kind.select("code", "cells").iter_rows())["SUPP"] == 1
    record = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert [entry["name"] for entry in record["inputs"]] == [path.name for path in some_files]
    assert record["inputs"][0]["rows_read"] == record["inputs"][0]["rows_used"] == 6
    assert "/" not in json.dumps(record["inputs"])
    read_back = pl.read_parquet(tmp_path / "out" / "measures.parquet")
    assert read_back.height == done.tables["measures"].height


def test_the_same_files_give_the_same_bytes(some_files: list[Path], tmp_path: Path) -> None:
    for folder in ("one", "two"):
        read_need(some_files, tmp_path / folder, file_format="csv")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "measures.csv" in names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_nothing_is_written_when_one_file_cannot_be_used(some_files: list[Path], tmp_path: Path) -> None:
    strange = write_rows(tmp_path / "strange.csv", ["a"], [["1"]])
    with pytest.raises(TableProblem, match=r"strange\.csv is no file of figures"):
        read_need([*some_files, strange], tmp_path / "out")
    with pytest.raises(TableProblem, match=r"2 files cannot be used: strange.csv .* cannot be read"):
        read_need([strange, tmp_path / "absent.csv"], tmp_path / "out")
    with pytest.raises(FileProblem):
        read_need([tmp_path / "absent.csv"], tmp_path / "out")
    with pytest.raises(OutputBlocked, match="no format of tables"):
        read_need(some_files, tmp_path / "out", file_format="xls")
    assert not (tmp_path / "out").exists()


def test_register_and_links_give_context_with_its_year_and_carried_figures(tmp_path: Path) -> None:
    results = write_ks2(tmp_path / "2018_ks2final.csv", ks2_world(3, seed=1)[0])
    indices = write_rows(
        tmp_path / "lookup_imd2019.csv", ["Postcode", "LSOA code", "Index of Multiple Deprivation Rank"],
        [["AB1 2CD", "E01000001", "100"]],
    )  # fmt: skip
    register = write_rows(
        tmp_path / "register.csv", ["URN", "EstablishmentName", "EstablishmentStatus", "Postcode", "PercentageFSM"],
        [["900001", "Invented", "Open", "AB1 2CD", "12.5"]],
    )  # fmt: skip
    links = write_rows(
        tmp_path / "links.csv", ["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"],
        [["900002", "900012", "Invented Academy", "Successor", "01-09-2018"]],
    )  # fmt: skip
    done = read_need([results, indices], register=register, links=[links], as_of=date(2022, 8, 31))
    ages = done.tables["context_ages"]
    assert ages.filter(measure="fsm_pct")["gap_years"].to_list() == [4]
    assert ages.filter(measure="imd_rank").select("gap_years", "schools").row(0) == (1, 1)
    moved = done.tables["carried_measures"].filter(pl.col("carried"))
    assert moved.select("from_urn", "urn").unique().row(0) == ("900002", "900012")
    with pytest.raises(TableProblem, match="on which date"):
        read_need([results], register=register)


def test_the_command_prints_an_account(some_files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["need", "read", *map(str, some_files)])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    for words in ("What became of every row", "SUPP", "The release final is from the file's name", "Fine"):
        assert words in printed
    with pytest.raises(SystemExit):
        main(["need", "read", str(some_files[0]), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["checks"][0]["differ"] == 0
    with pytest.raises(SystemExit) as refused:
        main(["need", "read", str(some_files[0]), "--period", "2018"])
    assert refused.value.code == 10


def test_every_format_can_be_printed_and_read_back(tmp_path: Path) -> None:
    listed = describe_need_formats()
    assert listed["id"].is_unique().all()
    for name in listed.filter(fills="measures")["id"]:
        path = tmp_path / f"{name}.toml"
        path.write_text(print_need_format(name), encoding="utf-8")
        assert load_measure_format(path).id == name
    assert all(inspection_format_source(known.id) for known in shipped_inspection_formats())
    with pytest.raises(NotFound, match="no format 'mine'"):
        print_need_format("mine")


def test_a_mapping_of_ones_own_reads_what_no_format_knows(tmp_path: Path) -> None:
    mapping = tmp_path / "own.toml"
    mapping.write_text(
        '[format]\nid="own"\ntitle="Own"\nstage="ks2"\nsource="us"\nrequired=["School"]\n'
        '[period]\nkind="school_year"\ncolumn=["Year"]\n[rows]\nurn=["School"]\n[suffixes]\nall=""\n'
        '[[measure]]\nid="ks2_rwm_expected_pct"\nvalue="Reached"\n'
    )
    path = write_rows(tmp_path / "own.csv", ["School", "Year", "Reached"], [["S1", "2018", "70%"]])
    done = read_need([path], mapping=mapping)
    assert done.tables["measures"].select("urn", "period", "value").row(0) == ("S1", "2017/18", 70.0)


def test_what_is_stated_goes_to_silent_files_only(tmp_path: Path) -> None:
    header = ["Postcode", "LSOA code", "Index of Multiple Deprivation Rank"]
    silent = write_rows(tmp_path / "lookup.csv", header, [["AB1 2CD", "E01000001", "100"]])
    named = write_rows(tmp_path / "imd2015.csv", ["lsoa11_code", "IMD_rank"], [["E01000001", "90"]])
    final = write_ks2(tmp_path / "2018_999_ks2final.csv", ks2_world(2, seed=1)[0])
    absence = write_rows(tmp_path / "abs.csv", ["URN", "PERCTOT", "PPERSABS10"], [["900001", "4.2", "8.1"]])
    done = read_need([silent, named, final, absence], edition="2019", period="2016/17", release="revised")
    assert done.tables["deprivation"].sort("edition").select("edition", "value").rows() == [
        ("2015", 90.0),
        ("2019", 100.0),
    ]
    said = dict(
        done.tables["files"].select("file", pl.concat_str("periods", "releases", separator=" ")).iter_rows()
    )
    assert said["2018_999_ks2final.csv"] == "2017/18 final"
    assert said["abs.csv"] == "2016/17 revised"
    with pytest.raises(TableProblem, match="contradicts what was stated"):
        read_need([named], edition="2019")
    for wrong in ({"period": "2016/17"}, {"release": "revised"}):
        with pytest.raises(TableProblem, match="contradicts itself"):
            read_need([final], **wrong)
