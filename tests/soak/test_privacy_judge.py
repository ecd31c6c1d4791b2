"""Is a name found wherever it stands in a log or file, and a hidden count worked out where it can be?"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from soak import kept_logs, privacy, privacy_counts
from soak.downloads import Downloads, learn, learn_that_others_stayed, rows_of
from soak.findings import Findings
from soak.privacy_hidden import Ranges, knowledge, worked_out
from soak.privacy_search import Search


def tables_of(second: str, of_region: str = "33", first: str = "suppressed") -> dict[str, pl.DataFrame]:
    return {
        "authorities": pl.DataFrame({"authority_code": ["1", "2", "3"], "region": ["N"] * 3,
                                     "authority_name": ["Ashshire", "Birchshire", "Cedarshire"],
                                     "holdings": [first, second, "20"]}),
        "regions": pl.DataFrame({"region": ["N"], "holdings": [of_region]}),
    }  # fmt: skip


def test_a_hidden_count_that_sums_give_away_is_worked_out() -> None:
    for second, through in (("9", 1), ("suppressed", 0)):
        found = Findings("privacy")
        privacy_counts.by_stranger(found, Downloads(tables_of(second)))
        assert found.lines[0].through == through


def test_a_demonstration_that_hides_nothing_shows_nothing() -> None:
    found = Findings("privacy")
    privacy_counts.by_stranger(found, Downloads(tables_of("9", first="4")))
    assert not found.is_good


def test_a_hidden_count_is_worked_out_from_its_rate() -> None:
    rated = pl.DataFrame({"phase": ["a", "b"], "holdings": ["suppressed", "9"], "schools": [40, 50],
                          "per_100_schools": [7.5, 18.0]})  # fmt: skip
    ends, fits = worked_out(knowledge({"phases": rated}))
    assert fits
    assert ends == {"phases a holdings": (3, 3)}


def test_tables_that_contradict_each_other_are_told_of() -> None:
    assert worked_out(knowledge(tables_of("suppressed", "19")))[1] is False


@pytest.mark.parametrize(
    "more",
    [
        Downloads(files={"authorities": [{"authority_code": "2", "holdings": "9"}]}),
        Downloads(
            areas={
                "features": [{"properties": {"code": "2", "rate": 9.0, "words": "9.0 (9 at 100 schools)"}}]
            }
        ),
        Downloads(lists={"/survey/anonymous/": [{"Authority": "Birchshire"}] * 13}),
    ],
    ids=["file of a table", "data of the map", "role-holdings without names"],
)
def test_what_one_download_hides_another_may_tell(more: Downloads) -> None:
    taken = Downloads(tables_of("suppressed"), more.files, more.areas, more.lists)
    ends, fits = worked_out(learn(taken))
    assert fits
    assert any(low == high for low, high in ends.values())
    assert not any(low == high for low, high in worked_out(learn(Downloads(taken.tables)))[0].values())


def test_a_neighbour_who_knows_one_of_two_hidden_counts_knows_the_other() -> None:
    ranges = Ranges(knowledge(tables_of("suppressed")))
    mine, other = "authorities 1 holdings", "authorities 2 holdings"
    assert other in ranges.together(mine)
    assert ranges.of(other) == (0, 13)
    assert ranges.of(other, {mine: 4.0}) == (9, 9)
    assert ranges.of(other, {mine: 40.0}) is None


def test_two_runs_are_subtracted() -> None:
    before, after = (
        Downloads(tables_of("suppressed")),
        Downloads(tables_of("suppressed", "31", first="suppressed")),
    )
    known = learn(after, learn(before, run="before"), run="after")
    assert worked_out(known)[0]["before authorities 1 holdings"] == (0, 13)
    # Whoever knows that only the first changed, and that it has none left, knows what it had.
    known.limit("after authorities 1 holdings", 0, 0)
    learn_that_others_stayed(known, before, after, "1")
    assert worked_out(known)[0]["before authorities 1 holdings"] == (2, 2)


def test_what_begins_a_download_is_no_row() -> None:
    assert rows_of("\ufeff# A list\nName,Number\nAsh,1\n".encode()) == [{"Name": "Ash", "Number": "1"}]


def test_a_name_is_found_in_any_file_and_any_order(tmp_path: Path) -> None:
    import gzip
    import zipfile

    import xlsxwriter

    (tmp_path / "a.csv").write_bytes("Head\nJosé;Núñez".encode("cp1252"))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress("x,Núñez,José,y".encode()))
    with xlsxwriter.Workbook(str(tmp_path / "c.xlsx")) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["José", "Birch"])
        page.write_row(1, 0, ["José", "Núñez"])
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("in.txt", "JOSÉ NÚÑEZ")
    (tmp_path / "e.txt").write_text("José Birch, Alice Núñez")
    search = Search("José Núñez")
    search.folder(tmp_path)
    assert sorted(set(search.places)) == ["a.csv", "b.csv.gz", "c.xlsx", "d.zip"]
    assert search.files == 5


def kept(folder: Path, log: str, names: list[str] | None) -> None:
    place = folder / "load-1"
    place.mkdir(parents=True)
    (place / "service.log").write_text(log, encoding="utf-8")
    (place / kept_logs.NAMES).write_text(json.dumps(names), encoding="utf-8")


@pytest.mark.parametrize(
    "log",
    [
        '{"message": "asked for ALICE ash"}',
        "/find/?q=Alice%20Ash",
        "/find/?q=Alice+Ash",
        "Ash, Alice",
        "José Núñez".encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00"),
        "to alice.ash@leadscape.example",
    ],
)
def test_a_log_that_names_somebody_is_found(tmp_path: Path, log: str) -> None:
    names = ["Alice Ash", "José Núñez", "Bob Birch", "alice.ash@leadscape.example"]
    kept(tmp_path, "nothing yet\n" + log, names)
    searched = kept_logs.search(tmp_path)
    assert searched.names == 4
    assert searched.found
    assert "Bob Birch" not in searched.found
    assert searched.places == {"load-1/service.log": len(searched.found)}


def test_a_log_that_names_nobody_is_found_clean(tmp_path: Path) -> None:
    kept(tmp_path, "Alice Birch asked; Bob Ash answered; alice@leadscape.example", ["Alice Ash", "Bob Birch"])
    assert not kept_logs.search(tmp_path).found


def test_the_logs_of_every_drill_are_searched_and_then_forgotten(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(privacy, "LOGS", tmp_path / "logs")
    service = tmp_path / "service"
    (service / "postgres").mkdir(parents=True)
    (service / "service.log").write_text("nothing")
    (service / "postgres" / "log").write_text("a row of Cleo Cedar")
    monkeypatch.setenv(kept_logs.DRILL, "faults")
    kept_logs.keep(tmp_path / "logs", service, ["Alice Ash"])
    found = Findings("privacy")
    privacy.logs(found, "Cleo Cedar")
    assert (found.lines[0].tried, found.lines[0].through) == (2, 1)
    assert "1 in faults-1/postgres.log" in found.lines[0].found
    assert "Cedar" not in found.lines[0].found
    assert "attack, load" in found.not_run[0]
    assert not (tmp_path / "logs").exists()


def test_names_that_could_not_be_asked_for_are_no_names_that_were_not_found(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(privacy, "LOGS", tmp_path)
    kept(tmp_path, "nothing", None)
    found = Findings("privacy")
    privacy.logs(found, "Alice Ash")
    assert not found.is_good
