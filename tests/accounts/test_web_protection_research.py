"""What researchers see: nothing by which one leader could be told from fewer than six."""

from __future__ import annotations

import hashlib
import random
import uuid
from collections import Counter, defaultdict

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
        assert len(row["holding"]) == len(row["leader"] or row["holding"]) == 32
        assert not {row["holding"], row["leader"]} & (known | rebuilt)


def test_rows_of_one_leader_meet_within_a_wave_where_six_share_their_roles(study, researchers) -> None:
    seen, rules = study.seen_by(researchers["nation"]), expected(study.rows)
    joined = {who for who, told in rules.items() if told[1]}
    assert len({row["leader"] for row in seen if row["leader"]}) == len(joined)
    rows_of = defaultdict(list)
    for row in seen:
        rows_of[row["leader"]].append(row)
    alone = rows_of.pop(None, [])
    assert {row["place"] for row in alone} <= {"withheld"}
    together = defaultdict(set)
    for leader, its in rows_of.items():
        assert len({(row["wave_id"], row["place"]) for row in its}) == 1
        where = its[0]
        roles = tuple(sorted(str(row["role"]) for row in its))
        together[where["wave_id"], where["authority_id"], where["region"], where["phase"], roles].add(leader)
        assert all(row["role"] for row in its)
    assert all(len(who) >= ENOUGH for who in together.values())


def test_a_role_that_fewer_than_six_hold_is_withheld(study, researchers) -> None:
    enough = {key[1] for key, who in leaders_by(study.rows, "wave", "role").items() if len(who) >= ENOUGH}
    for row in study.seen_by(researchers["nation"]):
        assert (row["role"] is None) == (row["role_status"] == "suppressed")
        assert row["role"] is None or row["role"] in enough


def expected(rows: list[dict]) -> dict[tuple, tuple[str, bool]]:
    """(wave, leader) to how closely the place is told and whether an id is: the rule again, in Python."""
    held: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        held[row["wave"], row["leader"]].append(row)
    told: dict[tuple, str] = {}
    for place, two in (("authority", False), ("region", True)):
        left, groups, everybody = {}, defaultdict(set), defaultdict(set)
        for who, its in held.items():
            if who not in told:
                roles = tuple(sorted(row["role"] for row in its))
                left[who] = (who[0], its[0][place], str(its[0]["phase"] or ""), " ".join(roles))
                groups[left[who]].add(who)
        for who in held:
            if who in left:
                everybody[left[who][:2]].add(who)
        large = {
            group: who for group, who in groups.items()
            if len(who) >= ENOUGH and (not two or len({held[one][0]["authority"] for one in who}) >= 2)
        }  # fmt: skip
        for where, all_of_it in everybody.items():
            its = sorted((len(who), *group) for group, who in large.items() if group[:2] == where)
            if 0 < len(all_of_it) - sum(size for size, *_ in its) < ENOUGH:
                its = its[1:]
            told |= {who: place for _, *group in its for who in large[tuple(group)]}
    sets = defaultdict(set)
    for who, its in held.items():
        if who not in told:
            sets[who[0], tuple(sorted(row["role"] for row in its))].add(who)
    joined = set(told).union(*(who for who in sets.values() if len(who) >= ENOUGH))
    return {who: (told.get(who, "withheld"), who in joined) for who in held}


def test_a_place_is_told_only_where_six_share_it_with_all_of_their_roles(study, researchers) -> None:
    seen, rules = study.seen_by(researchers["nation"]), expected(study.rows)
    for row in seen:
        told = (row["authority_id"] is not None, row["region"] is not None)
        assert (
            told
            == {"authority": (True, True), "region": (False, True), "withheld": (False, False)}[row["place"]]
        )
        if row["place"] == "withheld":
            assert row["phase"] is None

    def counted(rows: list[dict], wave: str, authority: str, place: str) -> Counter:
        where = authority if place == "authority" else "region"
        return Counter((row[wave], row[where], row["phase"], row["role"]) for row in rows)

    for place in ("authority", "region"):
        shown = [row for row in seen if row["place"] == place]
        stated = [row for row in study.rows if rules[row["wave"], row["leader"]][0] == place]
        assert counted(shown, "wave_id", "authority_id", place) == counted(stated, "wave", "authority", place)


def test_nobody_is_found_by_leaving_out_those_who_are_told(study, researchers) -> None:
    seen = study.seen_by(researchers["nation"])
    for place, column in (("authority", "authority_id"), ("region", "region")):
        told = leaders_by([row for row in seen if row[column]], "wave_id", column)
        for (wave, where), who in leaders_by(study.rows, "wave", place).items():
            untold = len(who) - len(told[wave, where])
            assert not told[wave, where] or untold == 0 or untold >= ENOUGH


def test_the_only_authority_of_a_region_with_something_withheld_is_not_found_by_that(researchers, db) -> None:
    # Three of 401 are too few to be told, so that the consultants of 401 are withheld with them. Of all whose authority
    # is withheld in the region consultants are of 401 only.
    with owner_cursor(connections) as cursor:
        study = Study(cursor, 0, 0)
        for role, authority, leaders in (("consultant", "401", 6), ("partner", "401", 3), ("partner", "402", 6),
                                         ("partner", "402", 4), ("mentor", "402", 2)):  # fmt: skip
            for _ in range(leaders):
                study.add(authority, "primary", [(role, study.wave, None)])
        seen = study.seen_by(researchers["nation"])
    assert {row["place"] for row in seen if row["role"] == "consultant"} == {"withheld"}
    assert Counter(row["place"] for row in seen if row["role"] == "partner") == {"region": 13}


def test_years_together_do_not_tell_one_of_six(researchers, db) -> None:
    # Each year of each role is shared by six; the two years of the last leader by nobody.
    with owner_cursor(connections) as cursor:
        study = Study(cursor, 0, 0)
        for mentor, consultant, leaders in ((2003, 2003, 6), (2004, 2004, 6), (2003, 2004, 1)):
            for _ in range(leaders):
                held = [("mentor", study.wave, mentor), ("consultant", study.wave, consultant)]
                study.add("401", "primary", held)
        seen = study.seen_by(researchers["nation"])
    assert {row["place"] for row in seen} == {"authority"}
    assert Counter(row["years_status"] for row in seen) == {"reported": 24, "suppressed": 2}


def test_a_leader_whose_roles_together_are_rare_is_not_told_by_them(researchers, db) -> None:
    # Six of 401 hold each role by itself. One holds two of them, and so is not one of six.
    with owner_cursor(connections) as cursor:
        study = Study(cursor, 0, 0)
        for roles, leaders in ((["consultant"], 12), (["mentor"], 6), (["consultant", "mentor"], 1)):
            for _ in range(leaders):
                study.add("401", "primary", [(role, study.wave, 2005) for role in roles])
        seen = study.seen_by(researchers["nation"])
    assert [row["leader"] for row in seen].count(None) == 2
    # Of nineteen, the one is not what is left over: the smallest group is withheld as well.
    assert Counter(row["place"] for row in seen) == {"authority": 12, "withheld": 8}
    assert {row["authority_id"] for row in seen if row["leader"] is None} == {None}


def test_years_are_told_where_six_share_them_with_all_their_roles(study, researchers) -> None:
    seen = study.seen_by(researchers["nation"])
    of_leader = defaultdict(list)
    for row in seen:
        if row["years_status"] != "reported":
            assert row["started_year"] is row["ended_year"] is None
        if row["leader"]:
            of_leader[row["leader"]].append(row)
    together = Counter(
        (its[0]["wave_id"], its[0]["authority_id"], its[0]["region"], its[0]["phase"], its[0]["place"],
         tuple(sorted((row["role"], row["started_year"] or 0) for row in its)))
        for its in of_leader.values()
        if any(row["years_status"] == "reported" for row in its)
    )  # fmt: skip
    assert all(leaders >= ENOUGH for leaders in together.values())
    alone = Counter(
        (row["wave_id"], row["role"], row["started_year"])
        for row in seen
        if row["leader"] is None and row["years_status"] == "reported"
    )
    assert all(rows >= ENOUGH for rows in alone.values())


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
