"""The service under test: a real PostgreSQL, the plain role, and one small invented system that every test starts from.

North has two authorities, Northshire (101) and Eastvale (102); South has Southport (201). Riverside Trust (T1) has a
school in Northshire and one in Southport. Alice Ash leads in Northshire, Bob Birch in Eastvale, Charlie Cedar in
Southport; Alice supports a school in Southport.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import dj_database_url
import pytest

from leadscape.actions.read_codebooks import print_codebook

from tests.support.made_once import made_once

RIGHTS = ("reader", "editor", "broker", "approver", "researcher", "administrator")
AREAS = {"nation": "england", "region": "North", "authority": "101", "trust": "T1", "school": "100001"}
PASSWORD = "correct horse battery staple"
SCHOOLS = (
    # urn, name, phase, authority, region, postcode, longitude, latitude, status
    ("100001", "Ashgrove Primary School", "primary", "101", "North", "NS1 1AA", -1.50, 54.00, "open"),
    ("100002", "Beechwood Secondary School", "secondary", "101", "North", "NS1 2BB", -1.55, 54.05, "open"),
    ("100003", "Cedar Lane Primary School", "primary", "102", "North", "EV1 1AA", -1.10, 53.90, "open"),
    ("100004", "Dale Special School", "special", "102", "North", "EV1 2BB", -1.15, 53.95, "open"),
    ("100005", "Elmfield Primary School", "primary", "201", "South", "SP1 1AA", -1.00, 51.00, "open"),
    ("100006", "Fernhill Academy", "secondary", "201", "South", "SP1 2BB", -1.05, 51.05, "open"),
    ("100007", "Fernhill School", "secondary", "201", "South", "SP1 2BB", -1.05, 51.05, "closed"),
    ("100008", "Gorse Nursery School", "nursery", "201", "South", "SP1 3CC", None, None, "open"),
)
LEADERS = (
    # key, name, home school, authority, role, started
    ("leader-alice", "Alice Ash", "100001", "101", "national_leader_of_education", date(2006, 1, 1)),
    ("leader-bob", "Bob Birch", "100003", "102", "school_improvement_partner", date(2005, 9, 1)),
    ("leader-charlie", "Charlie Cedar", "100006", "201", "school_improvement_partner", None),
)


def build_world(using: str = "owner") -> None:
    """Fill an empty database with the invented system and one user a right and area."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.register.search_index import rebuild

    with acting(why="The invented system of the tests", using=using):
        _register(using)
        _survey(using)
        _users(using)
    rebuild(using)


def _register(using: str) -> None:
    from leadscape_web.accounts.models import Person, PersonName
    from leadscape_web.register import models as register

    source = register.Source.objects.using(using).create(
        purpose="schools", file_name="register.csv", sha256="a" * 64, rows=8, as_of=date(2006, 6, 30)
    )
    for code, name, region in (
        ("101", "Northshire", "North"),
        ("102", "Eastvale", "North"),
        ("201", "Southport", "South"),
    ):
        register.Authority.objects.using(using).create(code=code, name=name, region=region, source=source)
    for urn, name, phase, authority, region, postcode, longitude, latitude, status in SCHOOLS:
        register.School.objects.using(using).create(
            urn=urn, name=name, phase=phase, authority_id=authority, region=region, postcode=postcode,
            longitude=longitude, latitude=latitude, status=status, town="Town", type="Community school",
            opened_on=date(1990, 9, 1), closed_on=date(2005, 8, 31) if status == "closed" else None,
            pupils=200.0, pupils_status="reported", fsm_pct=None, fsm_pct_status="suppressed", source=source,
        )  # fmt: skip
    register.SchoolName.objects.using(using).create(
        school_id="100006", name="Fernhill Comprehensive", last_seen=date(2005, 8, 31), sources=["links.csv"]
    )
    register.Link.objects.using(using).create(
        urn="100006", link_urn="100007", relation="predecessor", link_type="Predecessor",
        link_name="Fernhill School", established_on=date(2005, 9, 1), source=source,
    )  # fmt: skip
    register.Group.objects.using(using).create(
        uid="T1",
        group_id="TR00001",
        name="Riverside Trust",
        group_type="multi_academy_trust",
        status="open",
        source=source,
    )
    for urn in ("100002", "100006"):
        register.Membership.objects.using(using).create(
            school_id=urn, group_id="T1", joined_on=date(2005, 9, 1), source=source
        )
    for urn, name in (("100002", "Dora Dunn"), ("100004", "Edgar Elm"), ("100005", "Frances Fir")):
        person = Person.objects.using(using).create()
        PersonName.objects.using(using).create(person=person, full_name=name)
        register.Headship.objects.using(using).create(
            school_id=urn, person=person, job_title="Headteacher", seen_on=date(2006, 6, 30), source=source
        )


def _survey(using: str) -> None:
    from leadscape_web.accounts.models import Person, PersonName
    from leadscape_web.register.models import Headship
    from leadscape_web.survey import models as survey

    book = print_codebook("england-2006")
    wave = survey.Wave.objects.using(using).create(
        title="An invented system", system="england", as_of=date(2006, 6, 30), codebook="england-2006",
        codebook_sha256=sha256(book.encode()).hexdigest(), codebook_text=book, provenance={}, inputs_sha256="c" * 64,
    )  # fmt: skip
    for code, name, response in (
        ("101", "Northshire", "answered"),
        ("102", "Eastvale", "answered"),
        ("201", "Southport", "silent"),
    ):
        survey.Response.objects.using(using).create(
            wave=wave, respondent=code, respondent_name=name, kind="authority", authority_id=code,
            region="North" if code != "201" else "South", response=response,
        )  # fmt: skip
    for key, name, urn, authority, role, started in LEADERS:
        person = Person.objects.using(using).create()
        PersonName.objects.using(using).create(person=person, full_name=name)
        Headship.objects.using(using).create(
            school_id=urn, person=person, job_title="Headteacher", seen_on=date(2006, 6, 30)
        )
        leader = survey.Leader.objects.using(using).create(
            key=key, person=person, home_school_id=urn, authority_id=authority, wave=wave,
            region="North" if authority != "201" else "South", phase="primary",
        )  # fmt: skip
        holding = survey.RoleHolding.objects.using(using).create(
            key=f"holding-{key}", leader=leader, person=person, role=role, origin="national", home_school_id=urn,
            authority_id=authority, started_on=started, respondents=[authority], routes=["authority"], wave=wave,
        )  # fmt: skip
        if name == "Alice Ash":
            survey.Support.objects.using(using).create(
                holding=holding, leader=leader, person=person, role=role, home_school_id=urn,
                partner_school_id="100005", started_on=started, wave=wave,
            )  # fmt: skip


def _users(using: str) -> None:
    from leadscape_web.accounts.models import Access, Organisation, PersonName, User

    labels = {"nation": "England", "region": "North", "authority": "Northshire", "trust": "Riverside Trust",
              "school": "Ashgrove Primary School"}  # fmt: skip
    make = User.objects.db_manager(using).create_user
    for kind, key in AREAS.items():
        organisation = Organisation.objects.using(using).create(kind=kind, key=key, label=labels[kind])
        for right in RIGHTS:
            user = make(f"{kind}.{right}@leadscape.example", None)
            PersonName.objects.using(using).create(
                person_id=user.person_id, full_name=f"{kind.title()} {right.title()}"
            )
            Access.objects.using(using).create(user=user, organisation=organisation, right=right)
    nobody = make("nobody@leadscape.example", None)
    PersonName.objects.using(using).create(person_id=nobody.person_id, full_name="No Body")


@pytest.fixture(scope="session")
def service_server(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[Any]:
    """A PostgreSQL server of this test process, which holds the invented system as the database ``world``.

    The first process of a run makes it, and the others copy its files.
    """
    # A socket's path may not be longer than about 100 characters, so not below the long folder of the test run.
    import tempfile

    from leadscape_web.config.embedded import running

    with tempfile.TemporaryDirectory(prefix="ls-", ignore_cleanup_errors=True) as name:
        own = Path(name)

        def make(kept: Path) -> None:
            with running(own, durable=False) as server, django_db_blocker.unblock():
                _make_world(server)
            _copy(own / "postgres", kept)

        kept = made_once(tmp_path_factory, "world", make)
        if not (own / "postgres").exists():
            _copy(kept / "postgres", own)
        with running(own, durable=False) as server:
            yield server


def _make_world(server: Any) -> None:
    from django.core.management import call_command
    from django.db import connections

    server.create_database("world")
    point_at(server, "world")
    call_command("migrate", database="owner", verbosity=0)
    build_world()
    for connection in connections.all():
        connection.close()


def _copy(folder: Path, into: Path) -> None:
    """With its owner: PostgreSQL runs as another user where the tests run as root."""
    subprocess.run(["cp", "-Rp", folder, into], check=True)


def point_at(server: Any, database: str) -> None:
    """Let all connections use one database: the plain role to serve and to count, the owner to migrate."""
    from django.db import connections

    from leadscape_web.config.embedded import OWNER, SERVICE

    for alias, role in (("default", SERVICE), ("counters", SERVICE), ("owner", OWNER), ("progress", OWNER)):
        connections[alias].close()
        connections[alias].settings_dict.update(dj_database_url.parse(server.url(role, database)))


@pytest.fixture(scope="session")
def django_db_setup(service_server: Any) -> None:
    """Connections stand on the invented system. Tests run as the plain role, each in a transaction that is undone."""
    from django.conf import settings

    # Tests ask thousands of times a minute, and most may not write through the connection that counts.
    settings.LIMITS = {}
    point_at(service_server, "world")


@pytest.fixture
def user_of(db: None) -> Callable[[str], Any]:
    """``user_of("authority.reader")``, ``user_of("nobody")``: the user of that kind of organisation and right."""
    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import User

    def find(name: str) -> Any:
        with acting(purpose="sign-in"):
            return User.objects.get(email=f"{name}@leadscape.example")

    return find


@pytest.fixture
def client_of(user_of: Callable[[str], Any]) -> Callable[[str], Any]:
    """``client_of("authority.reader")``: a client signed in as that user, second factor and all; ``""``: signed out."""
    from django.test import Client

    from leadscape_web.accounts.context import acting

    def sign_in(name: str) -> Any:
        client = Client()
        if name:
            user = user_of(name)
            with acting(user):
                client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            session = client.session
            session["second_factor"] = True
            session.save()
        return client

    return sign_in
