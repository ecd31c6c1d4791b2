"""The national demonstration: what was reported is Table 1 of 2006, and what is true can be found again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
import pytest

from leadscape.codebooks import find_baseline
from leadscape.demo import DemoFiles, write_demo
from leadscape.demo.facts import PAPERS_FIVE, load_authorities, load_land
from leadscape.demo.places import find_owner
from leadscape.register.reading import read_register_file
from leadscape.survey import (
    count_response,
    no_decisions,
    read_decisions,
    read_respondents,
    read_returns,
    settle,
)
from leadscape.survey.settle import Settlement

AS_OF = date(2006, 6, 30)
CODEBOOK, BASELINE = find_baseline("hopkins-higham-2006")


@dataclass(frozen=True)
class Read:
    files: DemoFiles
    schools: pl.DataFrame
    responses: pl.DataFrame
    nominations: pl.DataFrame
    untouched: Settlement
    settled: Settlement

    def truth(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.files.truth[f"truth_{name}"])


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Read:
    files = write_demo(tmp_path_factory.mktemp("national"), size="national")
    schools = read_register_file(files.register, seen_on=AS_OF).frame
    nominations = read_returns(files.returns).nominations
    responses = count_response(read_respondents(files.frame), nominations, "respondents.csv")

    def settled(decisions: pl.DataFrame) -> Settlement:
        return settle(nominations, responses, schools, CODEBOOK, decisions, AS_OF)

    return Read(
        files,
        schools,
        responses,
        nominations,
        settled(no_decisions()),
        settled(read_decisions(files.decisions)),
    )


def counts(frame: pl.DataFrame) -> dict[str, int]:
    return dict(frame.group_by("role").len().iter_rows())


def test_what_is_true_and_reported_has_the_margins_of_table_1(national: Read) -> None:
    reported = national.truth("holdings").filter("reported")
    assert counts(reported) == BASELINE.counts
    assert reported.height == 3078
    assert reported.n_unique(["leader", "role"]) == 3078


def test_the_returns_equal_table_1_only_after_the_decisions_are_replayed(national: Read) -> None:
    assert counts(national.settled.role_holdings) == BASELINE.counts
    assert counts(national.untouched.role_holdings) != BASELINE.counts
    assert national.settled.questions["decision"].null_count() == 0
    assert national.settled.uncoded == 0
    assert national.settled.unused_decisions == 0


def test_every_line_ends_at_the_school_role_and_person_it_was_written_for(national: Read) -> None:
    meant = national.truth("nominations")
    found = (
        national.nominations.select("nomination_id", "source_file", "source_row")
        .join(national.settled.linked, on="nomination_id")
        .join(national.settled.codings, on="nomination_id")
        .join(meant, on=["source_file", "source_row"], how="full", suffix="_meant")
    )
    assert found.height == meant.height == national.nominations.height
    assert found.filter(pl.col("home_urn").ne_missing(pl.col("written_urn"))).height == 0
    assert found.filter(pl.col("role").ne_missing(pl.col("role_meant"))).height == 0
    assert national.settled.leaders.height == meant["leader"].n_unique()


def test_supports_found_are_supports_that_are_true(national: Read) -> None:
    # A leader is known by the first of the nominations that mean the person.
    meant = national.truth("nominations").select("source_file", "source_row", "leader")
    who = national.nominations.join(meant, on=["source_file", "source_row"]).select(
        "leader", leader_id=pl.concat_str(pl.lit("L"), pl.col("nomination_id").str.slice(1))
    )
    true = national.truth("supports").select("leader", "role", "partner_urn")
    found = national.settled.supports.join(who, on="leader_id")
    assert found.height == national.settled.supports.height > 1000
    assert found.join(true, on=["leader", "role", "partner_urn"], how="anti").height == 0
    assert national.truth("supports")["distance_km"].is_between(0.1, 45).all()


def test_76_of_150_authorities_answer_and_every_agency(national: Read) -> None:
    answered = national.responses.filter(pl.col("response") != "silent")
    assert dict(answered.group_by(pl.col("kind").cast(pl.String)).len().iter_rows()) == {
        "authority": 76,
        "agency": 4,
        "network": 1,
    }
    authorities = national.responses.filter(pl.col("kind") == "authority")
    assert authorities.height == 150
    assert answered.filter(pl.col("response") == "answered_none").height == 2
    assert answered.filter(pl.col("kind") == "authority").group_by("region").len()["len"].min() >= 2


def test_authorities_are_as_uneven_as_the_paper_says(national: Read) -> None:
    held = national.settled.role_holdings.group_by("authority_code").len()
    assert held.height == 150
    assert held["len"].min() >= 3  # at least a few everywhere
    assert held["len"].is_between(10, 30).mean() > 0.5  # most 10-30
    over = set(held.filter(pl.col("len") > 70)["authority_code"])
    assert set(PAPERS_FIVE) <= over
    assert len(over) <= 12


def test_sectors_are_about_30_60_and_10_per_cent(national: Read) -> None:
    reported = national.truth("holdings").filter("reported")
    share = {sector: n / reported.height for sector, n in reported.group_by("sector").len().iter_rows()}
    assert share["secondary"] == pytest.approx(0.30, abs=0.025)
    assert share["primary"] == pytest.approx(0.60, abs=0.025)
    assert share["junior_infant_nursery"] == pytest.approx(0.10, abs=0.02)


def test_some_people_hold_two_roles(national: Read) -> None:
    per_person = national.settled.role_holdings.group_by("leader_id").len()["len"]
    assert 150 < (per_person > 1).sum() < 400


def test_two_lists_find_the_planted_number_of_consultant_leaders(national: Read) -> None:
    """Chapman's estimate from the two agencies' lists, with its published variance (Seber 1982, 3.1.1)."""
    holdings = national.settled.role_holdings.filter(pl.col("role") == "consultant_leader")
    first = pl.col("respondents").list.contains("leadership-agency")
    second = pl.col("respondents").list.contains("primary-programme")
    n1, n2, m = (holdings.filter(rule).height for rule in (first, second, first & second))
    estimate = (n1 + 1) * (n2 + 1) / (m + 1) - 1
    error = np.sqrt((n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2)))
    true = counts(national.truth("holdings"))["consultant_leader"]
    assert true > 2292
    assert abs(estimate - true) < 2 * error


def test_scaling_by_response_overstates_and_regions_put_it_right(national: Read) -> None:
    """Regions with more local roles answer more often: 343 / (76/150) is too high, regional ratios are nearer."""
    true = national.truth("holdings").filter(pl.col("origin") == "local").height
    local = national.settled.role_holdings.filter(
        pl.col("origin") == "local", pl.col("routes").list.contains("authority")
    )
    standing = national.schools.filter(
        pl.col("status").cast(pl.String).str.starts_with("open") | (pl.col("status") == "proposed_to_close")
    )
    answered = national.responses.filter(pl.col("response") != "silent")["authority_code"].drop_nulls()
    regions = (
        standing.group_by("region")
        .agg(schools=pl.len(), asked=pl.col("authority_code").is_in(answered.implode()).sum())
        .join(local.group_by("region").len("held"), on="region")
    )
    by_region = (regions["held"] * regions["schools"] / regions["asked"]).sum()
    scaled = 343 / (76 / 150)
    assert true < scaled * 0.95
    assert abs(by_region - true) < abs(scaled - true)
    assert by_region == pytest.approx(true, rel=0.12)


def test_schools_stand_on_land_in_their_own_authority(national: Read) -> None:
    standing = national.schools.filter(pl.col("status") == "open").drop_nulls("easting")
    authorities = load_authorities()
    owner = find_owner(standing.select("easting", "northing").to_numpy(), authorities)
    assert (owner >= 0).all()
    assert (authorities["authority_code"].gather(owner) == standing["authority_code"]).all()
    assert load_land().area / 1e6 == pytest.approx(130_300, rel=0.02)  # km², land area of England


def test_school_names_are_shared_as_in_life(national: Read) -> None:
    standing = national.schools.filter(pl.col("status") == "open")
    shared = standing.select(pl.len().over("name") > 1)["len"].mean()
    assert 0.07 < shared < 0.16
    inside = standing.filter(pl.len().over("name", "authority_code") > 1).height
    assert 50 < inside < 800
    assert standing["urn"].cast(pl.Int64).min() > 700_000


def test_namesakes_are_told_apart_by_decisions(national: Read) -> None:
    decided = national.settled.questions.filter(pl.col("question") == "person")["decision"].value_counts()
    answers = dict(decided.iter_rows())
    assert answers["different"] >= 8
    # Most of the pairs that are one person need no decision.
    assert answers["same"] >= 5


def test_free_meals_go_with_towns_and_neighbours(national: Read) -> None:
    from scipy.spatial import KDTree

    standing = national.schools.filter(pl.col("status") == "open").drop_nulls(["easting", "fsm_pct"])
    points = standing.select("easting", "northing").to_numpy()
    _, nearest = KDTree(points).query(points, k=2)
    fsm = standing["fsm_pct"].to_numpy()
    assert np.corrcoef(fsm, fsm[nearest[:, 1]])[0, 1] > 0.68
    town = standing["town"].is_in(["Leeds", "Bristol", "Liverpool"]).to_numpy()
    assert fsm[town].mean() > fsm.mean()
