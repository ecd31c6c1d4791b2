"""Files of a register together: what each is, what is wrong with any of them, and what they would change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.compare_held import ComparedHeld, HeldRegister, compare_held, held_frame
from leadscape.actions.open_register import OpenedRegister, open_register, read_register_files
from leadscape.core.errors import NotComparable, StudyProblem

from tests.support.import_files import links_csv, register_csv


def written(folder: Path, **files: bytes) -> list[Path]:
    paths = []
    for name, content in files.items():
        path = folder / f"{name.replace('_', '-', 2)}.csv"
        path.write_bytes(content)
        paths.append(path)
    return paths


@pytest.fixture
def october(tmp_path: Path) -> OpenedRegister:
    path = tmp_path / "register_2026-10-01.csv"
    path.write_bytes(register_csv())
    return open_register(read_register_files([path]), system="england")


def held_of(opened: OpenedRegister) -> HeldRegister:
    return HeldRegister(
        {"schools": opened.as_of},
        opened.schools.drop("source"),
        opened.headships.select("urn", "head", "job_title", "seen_on"),
        opened.memberships.drop("source"),
        opened.links.drop("source"),
    )


def november(
    tmp_path: Path, changes: dict[str, dict[str, str] | None], *links: tuple[str, ...]
) -> OpenedRegister:
    register, linked = tmp_path / "register_2026-11-01.csv", tmp_path / "links_2026-11-01.csv"
    register.write_bytes(register_csv(changes))
    paths = [register]
    if links:
        linked.write_bytes(links_csv(*links))  # type: ignore[arg-type]
        paths.append(linked)
    return open_register(read_register_files(paths), system="england")


def counts(found: ComparedHeld) -> dict[str, int]:
    return {change: rows for change, rows, _ in found.summary.iter_rows() if rows}


def test_what_a_file_is_follows_from_its_columns_and_its_date_from_its_name(october: OpenedRegister) -> None:
    assert october.as_of == date(2026, 10, 1)
    assert october.schools.height == 7
    assert october.headships["head"].to_list()[0] == "Alice Ash"
    assert "fsm_pct" in october.unstated
    assert "fsm_pct_status" in october.unstated
    assert "pupils" not in october.unstated
    assert october.authorities["authority_code"].to_list() == ["101", "102", "201"]


def test_the_same_register_again_changes_nothing(tmp_path: Path, october: OpenedRegister) -> None:
    assert counts(compare_held(held_of(october), november(tmp_path, {}))) == {}


def test_a_school_that_is_missing_is_asked_about_with_what_links_say(
    tmp_path: Path, october: OpenedRegister
) -> None:
    new = november(
        tmp_path,
        {"100008": None, "100009": {"EstablishmentName": "Hazel", "OpenDate": "15-10-2026"}},
        ("100009", "100008", "Gorse Nursery School", "Predecessor", "15-10-2026"),
    )
    found = compare_held(held_of(october), new)
    assert counts(found) == {"opened": 1, "links": 1}
    (row,) = found.absent.to_dicts()
    assert (row["urn"], row["successors"]) == ("100008", "100009")


def test_no_name_of_a_person_is_in_what_changes(tmp_path: Path, october: OpenedRegister) -> None:
    new = november(tmp_path, {"100001": {"HeadFirstName": "Nora", "HeadLastName": "Nettle"}})
    found = compare_held(held_of(october), new)
    assert counts(found) == {"new_head": 1}
    text = found.changes.write_csv() + found.summary.write_csv()
    assert "Nettle" not in text
    assert "Ash," not in text.replace("Ashgrove", "")
    assert "1 left" in text


def test_older_files_only_add(tmp_path: Path, october: OpenedRegister) -> None:
    held = replace(held_of(october), dates={"schools": date(2027, 1, 1)})
    found = compare_held(held, november(tmp_path, {"100001": {"EstablishmentName": "X"}, "100009": {}}))
    assert not found.newest
    assert counts(found) == {"appeared": 1}
    assert found.absent.is_empty()


def test_one_old_file_beside_a_new_one_is_refused(tmp_path: Path, october: OpenedRegister) -> None:
    held = replace(held_of(october), dates={"schools": october.as_of, "links": date(2027, 1, 1)})
    new = november(tmp_path, {}, ("100006", "100007", "Fernhill", "Predecessor", ""))
    with pytest.raises(NotComparable, match="older than what is held"):
        compare_held(held, new)


def test_every_reason_against_the_files_is_told(tmp_path: Path) -> None:
    one, two, other = (tmp_path / f"{name}.csv" for name in ("one", "two", "other"))
    one.write_bytes(register_csv())
    two.write_bytes(register_csv())
    other.write_bytes(b"Fruit,Price\nApple,1\n")
    with pytest.raises(StudyProblem) as told:
        open_register(read_register_files([one, two, other]), system="england")
    assert len(told.value.problems) == 3
    with pytest.raises(StudyProblem, match="no file"):
        open_register([], system="england")


def test_a_file_of_another_country_is_refused(october: OpenedRegister, tmp_path: Path) -> None:
    with pytest.raises(NotComparable, match="England"):
        open_register(read_register_files([tmp_path / "register_2026-10-01.csv"]), system="new_zealand")


def test_values_of_columns_that_name_people_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "register_2026-10-01.csv"
    path.write_bytes(register_csv({"100001": {"OpenDate": "31-02-2001"}}))
    (file,) = read_register_files([path])
    assert file.problems["value"].to_list() == ["31-02-2001"]
    assert file.reading is not None
    named = replace(
        file,
        reading=replace(
            file.reading,
            problems=pl.DataFrame(
                {
                    "row": [2, 2],
                    "column": ["HeadLastName", None],
                    "value": ["Ash", "Alice Ash"],
                    "rule": ["x", "y"],
                },
            ),
        ),
    )
    assert named.problems["value"].to_list() == [None, None]


def test_rows_of_a_store_become_the_tables_of_the_library() -> None:
    frame = held_frame("schools", [("100001", "Ashgrove", "open")], ["urn", "name", "status"])
    assert frame["status"].to_list() == ["open"]
    assert frame["pupils"].to_list() == [None]
