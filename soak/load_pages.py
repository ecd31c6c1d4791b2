"""Who opens which pages how often, of what records: the mix of a day, drawn by a seed."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from soak.personal_links import answer_link, leaders_with_wave, make_round, my_data_link
from soak.stage import Service
from soak.users import SESSION, make_key, make_user, session_of


def make_people(service: Service, each: int = 5) -> list[dict[str, Any]]:
    """Users of every kind, each with pages that they may open, of records drawn by a seed."""
    random = Random(2026)
    leader = service.query(
        "select id, authority_id as code, region, home_school_id as urn from survey_leader"
        " where home_school_id is not null order by key limit 1 offset 40"
    )[0]
    everywhere = _pages(service, random, "")
    here = _pages(service, random, leader["code"])
    kinds = [
        ("reader", "nation", "england", everywhere),
        ("reader", "region", leader["region"], here),
        ("reader", "authority", leader["code"], here),
        ("editor", "authority", leader["code"], here),
        ("broker", "nation", "england", everywhere),
    ]
    people = [(make_user(right, kind, key), pages) for right, kind, key, pages in kinds]
    editor = make_user("editor")
    people.append((editor, [*everywhere, *_living(service, random)]))
    people.append((make_user("researcher"), _pages(service, random, None)))
    people.append((make_user("administrator"), [*_pages(service, random, None), *_ADMINISTRATION]))
    with_session = [
        {"headers": {"Cookie": f"{SESSION}={session_of(service, user)}"}, "pages": pages}
        for user, pages in people
        for _ in range(each)
    ]
    with_key = [
        {"headers": {"Authorization": f"Bearer {make_key(user)}"}, "pages": _programs(service, random)}
        for user in (editor, people[0][0])
        for _ in range(each // 2)
    ]
    # Each asks from a place of their own, as behind a proxy, since links are counted by the place.
    with_link = [
        {"headers": {"X-Forwarded-For": f"192.0.2.{place}"}, "pages": pages}
        for place, pages in enumerate(_links(service, each + 1), 1)
    ]
    return with_session + with_key + with_link


_ADMINISTRATION: Final = [
    {"name": "users", "weight": 6, "addresses": ["/administration/users/"], "holds": "<h1"},
    {"name": "changes", "weight": 6, "addresses": ["/audit/"], "holds": "<h1"},
]


def _pages(service: Service, random: Random, area: str | None) -> list[dict[str, Any]]:
    """Pages with their weights. ``area``: an authority whose people may be seen; blank for all, null for nobody's."""

    def drawn(statement: str, address: str, many: int = 60) -> list[str]:
        keys = [str(row["key"]) for row in service.query(statement)]
        return [address.format(key) for key in random.sample(keys, min(many, len(keys)))]

    within = f" where authority_id = '{area}'" if area else ""
    names = [row["name"] for row in service.query("select name from register_school order by urn limit 4000")]
    slips = [_slip(name, random) for name in random.sample(names, 80)]
    pages: list[tuple[str, int, list[str]]] = [
        ("home", 5, ["/"]),
        ("find", 10, [f"/find/?q={_quoted(slip)}" for slip in slips]),
        ("school", 12, drawn("select urn as key from register_school order by urn", "/register/school/{}/")),
        ("authority", 8, drawn("select code as key from register_authority order by code", "/register/authority/{}/")),
        ("trust", 3, drawn("select uid as key from register_group order by uid", "/register/trust/{}/")),
        ("schools", 3, ["/register/schools/", "/register/schools/?phase=primary&sort=-pupils"]),
        ("schools, download", 1, ["/register/schools/?format=csv"]),
        ("authorities", 2, ["/register/authorities/"]),
        ("landscape", 4, ["/landscape/"]),
        ("counts", 4, ["/landscape/extent/", "/landscape/distribution/", "/landscape/prevalence/"]),
        ("waves", 1, ["/landscape/waves/"]),
        ("map", 3, ["/landscape/map/", "/landscape/map/?role=mentor_head"]),
        ("map, its data", 2, ["/landscape/map/schools.json", "/landscape/map/areas.json"]),
        ("account", 1, ["/account/"]),
    ]  # fmt: skip
    if area is not None:
        people = drawn(f"select id as key from survey_leader{within} order by key", "/survey/leader/{}/")
        histories = [one.replace("/survey/leader/", "/audit/history/survey_leader/") for one in people]
        pages += [
            ("leader", 10, people),
            ("leaders", 4, ["/survey/leaders/"]),
            ("role-holdings", 3, ["/survey/role-holdings/"]),
            ("network", 1, ["/landscape/network/"]),
            ("history of a leader", 2, histories),
        ]  # fmt: skip
    return [{"name": name, "weight": weight, "addresses": where} for name, weight, where in pages]


def _living(service: Service, random: Random) -> list[dict[str, Any]]:
    """What editors of the nation work at: doubts, imports, jobs, rounds, data protection."""

    def of(statement: str, address: str, many: int = 40) -> list[str]:
        keys = [str(row["key"]) for row in service.query(statement)]
        return [address.format(key) for key in random.sample(keys, min(many, len(keys)))]

    pages = [
        ("review queue", 8, ["/review/", "/review/samples/"]),
        ("question", 6, of("select id as key from review_question order by id limit 2000", "/review/{}/")),
        ("imports", 4, ["/imports/", "/imports/register/", "/imports/returns/"]),
        ("jobs", 4, ["/jobs/"]),
        ("studies", 2, ["/studies/", *of("select id as key from studies_study order by id", "/studies/{}/")]),
        ("rounds", 4, ["/rounds/", *of("select id as key from rounds_round order by id", "/rounds/{}/")]),
        ("data protection", 4, ["/data-protection/", "/data-protection/notices/", "/data-protection/requests/"]),
        ("data protection of a person", 3, of("select person_id as key from survey_leader order by key limit 400",
                                              "/data-protection/person/{}/")),
    ]  # fmt: skip
    return [{"name": name, "weight": weight, "addresses": where} for name, weight, where in pages if where]


def _programs(service: Service, random: Random) -> list[dict[str, Any]]:
    """What programs with a key ask for."""
    urns = [row["urn"] for row in service.query("select urn from register_school order by urn limit 4000")]
    pages = [
        ("API: a school", 6, [f"/api/v1/schools/{urn}" for urn in random.sample(urns, 60)]),
        ("API: lists", 4, ["/api/v1/schools?limit=100", "/api/v1/leaders?limit=100", "/api/v1/role-holdings?limit=100",
                           "/api/v1/published-tables"]),
        ("API: find", 3, [f"/api/v1/find?q={word}" for word in ("ash", "st mary", "primary", "oak")]),
        ("API: waves", 1, ["/api/v1/waves"]),
    ]  # fmt: skip
    return [{"name": name, "weight": weight, "addresses": where} for name, weight, where in pages]


def _links(service: Service, many: int) -> list[list[dict[str, Any]]]:
    """Of each respondent and leader the pages of their own link."""
    asked = [answer_link(one) for one in make_round(service, many // 2)]
    leaders = [my_data_link(*one) for one in leaders_with_wave(service, many - len(asked))]
    return [
        *([{"name": "answer of a respondent", "weight": 1, "addresses": [link, f"{link}add/"]}]
          for link in asked),
        *([{"name": "my data", "weight": 1, "addresses": [link, f"{link}correct/", f"{link}leave/"]}]
          for link in leaders),
    ]  # fmt: skip


def _slip(name: str, random: Random) -> str:
    """A name as somebody types it: one letter left out of it, and not always to the end."""
    at = random.randrange(1, len(name))
    return (name[: at - 1] + name[at:])[: random.choice((12, 20, 60))].strip()


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text)
