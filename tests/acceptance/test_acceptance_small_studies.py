"""Small and lopsided studies that people really have: they are mapped, and tell no more than their tables."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from leadscape.actions.map_landscape import MappedLandscape, map_landscape

REGISTER = "URN,EstablishmentName,EstablishmentStatus (name),LA (code),LA (name),GOR (name),PhaseOfEducation (name)\n"


def study(
    folder: Path, *, answers: tuple[str, ...], holdings: int, agency: bool = False, settings: str = ""
) -> Path:
    """``holdings`` people in five authorities of 40 schools each; only local roles unless an agency is asked."""
    schools = [
        f"{100000 + n},School {n},Open,{301 + n % 5},Authority {n % 5},Region {n % 2},Primary"
        for n in range(200)
    ]
    (folder / "register.csv").write_text(REGISTER + "\n".join(schools) + "\n", encoding="utf-8")
    frame = ["respondent_id,respondent_name,kind,authority_code,region,response"]
    frame += [
        f"{301 + n},Authority {n},authority,{301 + n},Region {n % 2},{a}" for n, a in enumerate(answers)
    ]
    answering = [n for n, answer in enumerate(answers) if answer == "yes"]
    if agency:
        frame.append("agency,An agency,agency,,,yes")
        lines = "".join(f"agency,Leader A{n},{100000 + n},,SIP\n" for n in range(60))
        (folder / "agency.csv").write_text(
            f"respondent_id,leader_name,urn,home_school,role\n{lines}", encoding="utf-8"
        )
    (folder / "respondents.csv").write_text("\n".join(frame) + "\n", encoding="utf-8")
    (folder / "returns").mkdir()
    for place, n in enumerate(answering):
        mine = range(place, holdings, len(answering))
        rows = "\n".join(f"Leader {m},{100000 + (m * 5 + n) % 200},,executive head" for m in mine)
        (folder / "returns" / f"{301 + n}.csv").write_text(
            "leader_name,urn,home_school,role\n" + rows + "\n", encoding="utf-8"
        )
    path = folder / "study.toml"
    path.write_text(
        f"""[study]
title = "Small"
system = "england"
as_of = 2006-06-30
codebook = "england-2006"
[register]
schools = ["register.csv"]
[survey]
frame = "respondents.csv"
returns = ["returns/*.csv"{', "agency.csv"' if agency else ""}]
[landscape]
{settings}
""",
        encoding="utf-8",
    )
    return path


def page(mapped: MappedLandscape) -> str:
    return mapped.report.read_text(encoding="utf-8")


@pytest.mark.parametrize("holdings", [7, 91, 93, 117])
def test_every_number_of_holdings_is_a_hundred_percent_of_itself(tmp_path: Path, holdings: int) -> None:
    mapped = map_landscape(study(tmp_path, answers=("yes", "yes", "", "", ""), holdings=holdings))
    whole = mapped.landscape.totals.row(by_predicate=pl.col("total") == "all", named=True)
    assert (whole["holdings"], whole["pct"]) == (holdings, 100.0)


def test_authorities_alone_make_a_report_whose_band_is_of_local_roles(tmp_path: Path) -> None:
    mapped = map_landscape(
        study(tmp_path, answers=("yes", "yes", "yes", "", ""), holdings=60, settings="suppress_below = 0")
    )
    assert mapped.landscape.sensitivity["total"].null_count() == mapped.landscape.sensitivity.height > 0
    assert "Local role-holdings" in page(mapped)
    assert "no list of an agency came" in page(mapped)
    national = mapped.landscape.authorities["national_holdings_status"]
    assert (national.cast(pl.String) == "not_collected").all()


def test_rounded_counts_are_not_told_exactly_anywhere(tmp_path: Path) -> None:
    mapped = map_landscape(
        study(
            tmp_path,
            answers=("yes", "yes", "yes", "", ""),
            holdings=63,
            agency=True,
            settings="suppress_below = 6\nround_to = 5",
        )
    )
    told = re.sub(r"<[^>]+>", " ", page(mapped).split("<main")[1]) + " ".join(mapped.sentences)
    assert not re.search(r"\b(123|63)\b(?!\.)", told), "the exact totals"
    assert "about 125" in told


def test_a_sentence_about_local_roles_goes_with_their_count(tmp_path: Path) -> None:
    mapped = map_landscape(study(tmp_path, answers=("yes", "yes", "", "", ""), holdings=4, agency=True))
    local = mapped.landscape.totals.filter(pl.col("total") == "origin:local")["holdings"].item()
    assert local is None
    assert "times the rate of those that answered" not in page(mapped)
