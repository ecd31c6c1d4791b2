"""What researchers see: nothing by which one leader could be told from fewer than six."""

from __future__ import annotations

import hashlib
import random
import uuid
from collections import defaultdict

import pytest
from django.db import connections

from tests.support.own_database import owner_cursor

pytestmark = pytest.mark.django_db
ENOUGH = 6
AUTHORITIES = {"301": "East", "302": "East", "303": "East", "401": "West", "402": "West", "501": "Far"}
COLUMNS = (
    "holding", "leader", "wave_id", "role", "role_status", "origin", "authority_id", "region", "phase", "place",
    "started_year", "ended_year", "years_status", "routes",
)  # fmt: skip


class Study:
    """Leaders drawn at random over six authorities, in a transaction that is undone, and the view of a researcher."""

    def __init__(self, cursor, seed: int, leaders: int) -> None:
        self.cursor, draw = cursor, random.Random(seed)
        cursor.execute("select set_config('leadscape.why', 'A drawn study', true)")
        cursor.execute("update survey_roleholding set withdrawn_at = now()")
        cursor.execute("select id from survey_wave")
        [(self.wave,)] = cursor.fetchall()
        self.second = uuid.uuid4()
        cursor.execute(
            "insert into survey_wave select %s, title, system, as_of, codebook, codebook_sha256, codebook_text,"
            " provenance, 'second', loaded_at from survey_wave", [self.second],
        )  # fmt: skip
        for code, region in AUTHORITIES.items():
            cursor.execute(
                "insert into register_authority (code, name, region) values (%s, %s, %s)",
                [code, code, region],
            )
        self.rows: list[dict] = []
        for number in range(leaders):
            self._leader(draw, number)

    def _leader(self, draw: random.Random, number: int) -> None:
        authority = draw.choices(list(AUTHORITIES), weights=[9, 5, 1, 6, 2, 1])[0]
        phase = draw.choices(["primary", "secondary", None], weights=[8, 3, 1])[0]
        roles = {
            "consultant",
            draw.choices(["consultant", "mentor", "partner", "rare"], weights=[20, 4, 3, 1])[0],
        }
        held = [(role, self.second if draw.random() < 0.1 else self.wave,
                 draw.choice([2003, 2004, 2005, 2005, 2005, None])) for role in sorted(roles)]  # fmt: skip
        self.add(authority, phase, held)

    def add(self, authority: str, phase: str | None, held: list[tuple]) -> None:
        """One leader with (role, wave, year) of each holding."""
        person, leader = uuid.uuid4(), uuid.uuid4()
        self.cursor.execute("insert into accounts_person (id, recorded_at) values (%s, now())", [person])
        self.cursor.execute(
            "insert into survey_leader (id, key, person_id, authority_id, region, phase, wave_id, version)"
            " values (%s, %s, %s, %s, %s, %s, %s, 1)",
            [leader, f"drawn-{leader}", person, authority, AUTHORITIES[authority], phase, self.wave],
        )
        for role, wave, started in held:
            holding = uuid.uuid4()
            self.cursor.execute(
                "insert into survey_roleholding (id, key, leader_id, person_id, role, origin, authority_id, started_on,"
                " respondents, routes, wave_id, version)"
                " values (%s, %s, %s, %s, %s, 'national', %s, make_date(%s, 9, 1), '{}', '{authority}', %s, 1)",
                [holding, f"drawn-{holding}", leader, person, role, authority, started, wave],
            )
            self.rows.append({"id": holding, "leader": leader, "wave": wave, "role": role, "authority": authority,
                              "region": AUTHORITIES[authority], "phase": phase, "started": started})  # fmt: skip

    def seen_by(self, user: object) -> list[dict]:
        self.cursor.execute("select set_config('leadscape.user', %s, true)", [str(user)])
        self.cursor.execute(f"select {', '.join(COLUMNS)} from survey_anonymousholding")
        return [dict(zip(COLUMNS, row, strict=True)) for row in self.cursor.fetchall()]


def leaders_by(rows: list[dict], *columns: str) -> dict[tuple, set]:
    found: dict[tuple, set] = defaultdict(set)
    for row in rows:
        found[tuple(row[column] for column in columns)].add(row["leader"])
    return found


@pytest.fixture(params=[(1, 60), (2, 120), (3, 240), (4, 7)], ids=lambda drawn: f"{drawn[1]} leaders")
def study(request, db):
    with owner_cursor(connections) as cursor:
        yield Study(cursor, *request.param)


@pytest.fixture
def researchers(user_of) -> dict[str, object]:
    return {
        kind: user_of(f"{kind}.researcher").pk
        for kind in ("nation", "region", "authority", "trust", "school")
    }


def test_every_holding_is_there_once_without_anything_that_says_whose(study, researchers) -> None:
    seen = study.seen_by(researchers["nation"])
    assert len(seen) == len(study.rows) == len({row["holding"] for row in seen})
    known = {str(value) for row in study.rows for value in (row["id"], row["leader"])}
    rebuilt = {
        make(text.encode()).hexdigest()[:32] for text in known for make in (hashlib.md5, hashlib.sha256)
    }
    for row in seen:
        assert len(row["holding"]) == len(row["leader"]) == 32
        assert not {row["holding"], row["leader"]} & (known | rebuilt)


def test_rows_of_one_leader_meet_within_a_wave_and_not_across_waves(study, researchers) -> None:
    seen = study.seen_by(researchers["nation"])
    assert len({(row["wave_id"], row["leader"]) for row in seen}) == len(
        {(row["wave"], row["leader"]) for row in study.rows}
    )
    assert len({row["leader"] for row in seen}) == len({(row["wave"], row["leader"]) for row in study.rows})


def test_a_role_that_fewer_than_six_hold_is_withheld(study, researchers) -> None:
    enough = {key[1] for key, who in leaders_by(study.rows, "wave", "role").items() if len(who) >= ENOUGH}
    for row in study.seen_by(researchers["nation"]):
        assert (row["role"] is None) == (row["role_status"] == "suppressed")
        assert row["role"] is None or row["role"] in enough


def test_a_place_is_told_only_where_six_share_it(study, researchers) -> None:
    seen = study.seen_by(researchers["nation"])
    true = leaders_by(study.rows, "wave", "authority", "phase", "role")
    for row in seen:
        told = (row["authority_id"] is not None, row["region"] is not None)
        assert (
            told
            == {"authority": (True, True), "region": (False, True), "withheld": (False, False)}[row["place"]]
        )
        if row["place"] == "withheld":
            assert row["phase"] is None
        if row["place"] == "authority":
            assert len(true[row["wave_id"], row["authority_id"], row["phase"], row["role"]]) >= ENOUGH
    # Those whose authority is withheld are six or more in every cell that tells a region, from two authorities or more,
    # so that no authority is found by leaving out the others.
    shown = {(row["wave_id"], row["leader"]) for row in seen if row["place"] == "authority"}
    assert all(row["place"] == "authority" for row in seen if (row["wave_id"], row["leader"]) in shown)
    by_authority = {
        (wave, leader)
        for (wave, leader), cells in _cells_of(study.rows, "authority").items()
        if all(len(true[(wave, *cell)]) >= ENOUGH for cell in cells)
    }
    rest = [row for row in study.rows if (row["wave"], row["leader"]) not in by_authority]
    remaining, places = leaders_by(rest, "wave", "region", "phase", "role"), defaultdict(set)
    for row in rest:
        places[row["wave"], row["region"], row["phase"], row["role"]].add(row["authority"])
    for row in seen:
        if row["place"] == "region":
            cell = (row["wave_id"], row["region"], row["phase"], row["role"])
            assert len(remaining[cell]) >= ENOUGH
            assert len(places[cell]) >= 2
    assert len(shown) == len(by_authority)


def _cells_of(rows: list[dict], place: str) -> dict[tuple, set[tuple]]:
    found: dict[tuple, set[tuple]] = defaultdict(set)
    for row in rows:
        found[row["wave"], row["leader"]].add((row[place], row["phase"], row["role"]))
    return found


def test_the_only_authority_of_a_region_with_something_withheld_is_not_found_by_that(researchers, db) -> None:
    # Six of 401 hold consultant and a second role that few of 401, and enough of the region, hold: their authority is
    # withheld because of the second role. All consultants of the region whose authority is withheld are of 401.
    with owner_cursor(connections) as cursor:
        study = Study(cursor, 0, 0)
        for role in ("mentor", "partner"):
            for _ in range(3):
                study.add("401", "primary", [("consultant", study.wave, None), (role, study.wave, None)])
            for _ in range(4):
                study.add("402", "primary", [(role, study.wave, None)])
        seen = study.seen_by(researchers["nation"])
    consultants = [row for row in seen if row["role"] == "consultant"]
    assert len(consultants) == 6
    assert {row["place"] for row in consultants} == {"withheld"}
    assert {row["place"] for row in seen if row["leader"] not in {one["leader"] for one in consultants}} == {
        "region"
    }


def test_a_leader_is_told_as_closely_as_the_rarest_role_allows(study, researchers) -> None:
    levels = defaultdict(set)
    for row in study.seen_by(researchers["nation"]):
        levels[row["leader"]].add(row["place"])
    assert all(len(found) == 1 for found in levels.values())


def test_years_are_told_where_six_share_them(study, researchers) -> None:
    seen = study.seen_by(researchers["nation"])
    cells = leaders_by(
        [row for row in seen if row["years_status"] == "reported"],
        "wave_id", "place", "authority_id", "region", "phase", "role", "started_year", "ended_year",
    )  # fmt: skip
    assert all(len(who) >= ENOUGH for who in cells.values())
    for row in seen:
        if row["years_status"] != "reported":
            assert row["started_year"] is row["ended_year"] is None


def test_a_larger_study_is_not_withheld_altogether(researchers, db) -> None:
    with owner_cursor(connections) as cursor:
        seen = Study(cursor, 5, 400).seen_by(researchers["nation"])
    told = [row for row in seen if row["place"] == "authority"]
    assert len(told) > len(seen) / 2
    assert any(row["years_status"] == "reported" for row in told)
    assert any(row["place"] == "region" for row in seen)


def test_researchers_of_an_area_see_what_is_told_of_it_and_nothing_by_its_absence(study, researchers) -> None:
    everything = {row["holding"]: row for row in study.seen_by(researchers["nation"])}
    for kind, key in (("region", "East"), ("authority", "301"), ("trust", "T1"), ("school", "100001")):
        body = uuid.uuid4()
        study.cursor.execute(
            "insert into accounts_organisation (id, kind, key, label, created_at) values (%s, %s, %s, %s, now())"
            " on conflict (kind, key) do update set label = excluded.label returning id",
            [body, kind, key, key],
        )
        [(body,)] = study.cursor.fetchall()
        study.cursor.execute("select id from accounts_user where email = 'nobody@leadscape.example'")
        [(user,)] = study.cursor.fetchall()
        study.cursor.execute("update accounts_access set ended_at = now() where user_id = %s", [user])
        study.cursor.execute(
            'insert into accounts_access (id, user_id, organisation_id, "right", granted_at)'
            " values (%s, %s, %s, 'researcher', now())",
            [uuid.uuid4(), user, body],
        )
        seen = study.seen_by(user)
        assert all(everything[row["holding"]]["place"] == row["place"] for row in seen)
        if kind == "region":
            assert {row["region"] for row in seen} <= {"East"}
            assert all(row["place"] != "withheld" for row in seen)
        elif kind == "authority":
            assert {row["authority_id"] for row in seen} <= {"301"}
        else:
            assert not seen


def test_the_key_of_the_ids_is_the_owners_and_stays(user_of) -> None:
    with owner_cursor(connections) as cursor:
        cursor.execute("select length(value) from leadscape_secret")
        assert cursor.fetchall() == [(32,)]
