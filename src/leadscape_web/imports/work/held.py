"""The register that the database holds, as the library compares it with files. Read by jobs, as the owner role."""

from __future__ import annotations

from typing import Any, Final

from django.db import connections

from leadscape.actions.compare_held import HeldRegister, held_frame
from leadscape_web.accounts.first_administrator import NATION_KEY
from leadscape_web.accounts.models import Organisation
from leadscape_web.survey.models import Wave

OWNER: Final = "owner"
FIRST_SYSTEM: Final = "england"
"""School system of a service that holds none yet."""
_SCHOOL: Final = (
    "urn", "name", "status", "opened_on", "closed_on", "phase", "type", "type_group", "district", "region", "town",
    "postcode", "easting", "northing", "longitude", "latitude", "low_age", "high_age", "gender", "religious_character",
    "capacity", "capacity_status", "pupils", "pupils_status", "fsm_pct", "fsm_pct_status",
)  # fmt: skip
_QUERIES: Final[dict[str, tuple[str, list[str]]]] = {
    "schools": (
        f"select {', '.join(f's.{name}' for name in _SCHOOL)}, s.authority_id, a.name from register_school s"
        " left join register_authority a on a.code = s.authority_id order by s.urn",
        [*_SCHOOL, "authority_code", "authority_name"],
    ),
    "headships": (
        "select distinct on (h.school_id, n.full_name) h.school_id, n.full_name, h.job_title, h.seen_on"
        " from register_headship h join accounts_personname n on n.person_id = h.person_id and n.superseded_at is null"
        " where h.ended_on is null order by h.school_id, n.full_name, h.seen_on desc",
        ["urn", "head", "job_title", "seen_on"],
    ),
    "memberships": (
        "select distinct on (m.school_id, m.group_id) m.school_id, m.group_id, g.name, g.group_type,"
        " g.companies_house_number, m.joined_on from register_membership m join register_group g on g.uid = m.group_id"
        " where m.left_on is null order by m.school_id, m.group_id, m.joined_on",
        ["urn", "group_uid", "group_name", "group_type", "companies_house_number", "joined_on"],
    ),
    "links": (
        "select distinct on (urn, link_urn, relation) urn, link_urn, relation, link_name, link_type, established_on"
        " from register_link order by urn, link_urn, relation, established_on",
        ["urn", "link_urn", "relation", "link_name", "link_type", "established_on"],
    ),
}


def read_held() -> HeldRegister:
    """The whole register as it stands, with the names of heads: for a comparison, and to be forgotten after it."""
    cursor: Any = connections[OWNER].cursor().cursor
    frames = {}
    for table, (statement, columns) in _QUERIES.items():
        cursor.execute(statement)
        frames[table] = held_frame(table, cursor.fetchall(), columns)
    cursor.execute("select purpose, max(as_of) from register_source where as_of is not null group by purpose")
    return HeldRegister(dates=dict(cursor.fetchall()), **frames)


def basis_of_held() -> str:
    """Changes whenever a load, an import or an undo changed the register."""
    cursor: Any = connections[OWNER].cursor().cursor
    cursor.execute(
        "select concat_ws(' ', count(*), max(loaded_at), (select count(*) from register_school),"
        " (select count(*) from register_membership)) from register_source"
    )
    return cursor.fetchone()[0]


def system_held() -> str:
    """The school system of this service."""
    wave = Wave.objects.using(OWNER).values_list("system", flat=True).order_by("-as_of").first()
    nation = Organisation.objects.using(OWNER).filter(kind=Organisation.Kind.NATION).first()
    return wave or (nation.key if nation and nation.key != NATION_KEY else FIRST_SYSTEM)
