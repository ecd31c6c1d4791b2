"""Who stays out may come back: by an editor who answers for them, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connections

from leadscape_web.accounts.context import acting
from leadscape_web.audit.models import Event
from leadscape_web.privacy.models import Exclusion, ObjectionKey, ReportedLine, WithdrawnLine
from leadscape_web.privacy.work import recognising
from leadscape_web.studies.models import Study
from leadscape_web.survey.models import Leader, RoleHolding, Support

from tests.privacy.conftest import alice, link_of
from tests.support.jobs import run_jobs

SignedIn = Callable[[str], Any]
GIVEN = {"why": "The person wrote to us in May", "sure": "on"}


def _counted(person: Any) -> tuple[int, int]:
    return (
        RoleHolding.objects.using("owner").filter(person=person, withdrawn_at=None).count(),
        Support.objects.using("owner").filter(person=person, withdrawn_at=None).count(),
    )


def test_who_objected_comes_back_with_what_left_with_them(signed_in: SignedIn) -> None:
    person = alice().person_id
    before = _counted(person)
    assert min(before) > 0
    with acting(using="owner", why="A run of the tests"):
        study = Study.objects.using("owner").create(
            title="T", system="england", as_of=date(2006, 6, 30), codebook="england-2006", settings={}
        )
        ReportedLine.objects.using("owner").create(
            study_id=study.pk, nomination="N1", leader_key="leader-alice"
        )
    signed_in("").post(f"/my-data/{link_of(person)}/leave/", {"sure": "on"})
    run_jobs()
    assert _counted(person) == (0, 0)
    assert WithdrawnLine.objects.using("owner").exists()
    client, place = signed_in("authority.editor"), f"/data-protection/person/{person}/"
    assert f"{place}bring-back/" in client.get(place).content.decode()
    assert client.post(f"{place}bring-back/", {"sure": "on"}).status_code == 422, "a reason is needed"
    named = client.post(f"{place}bring-back/", {**GIVEN, "why": "Alice Ash wrote to us"})
    assert named.status_code == 422, "a name would stay in the history"
    assert client.post(f"{place}bring-back/", GIVEN).status_code == 302
    assert _counted(person) == before
    assert not Exclusion.objects.using("owner").filter(person=person).exists()
    assert not ObjectionKey.objects.using("owner").filter(person_id=person).exists()
    assert not WithdrawnLine.objects.using("owner").exists()
    told = Event.objects.using("owner").filter(table="privacy_exclusion", person=person).latest("pk")
    assert (told.action, told.why) == ("delete", GIVEN["why"])
    assert told.actor
    assert client.get(f"{place}bring-back/").status_code == 404
    owed = client.get("/data-protection/notices/?state=").content.decode()
    assert "Alice Ash" in owed


def test_back_before_the_job_that_keeps_out(signed_in: SignedIn) -> None:
    person = alice().person_id
    client, place = signed_in("nation.editor"), f"/data-protection/person/{person}/"
    client.post(f"{place}keep-out/", {"sure": "on"})
    client.post(f"{place}bring-back/", GIVEN)
    assert run_jobs() == [("privacy.keep_out", "done")]
    assert not ObjectionKey.objects.using("owner").filter(person_id=person).exists()


def test_back_while_the_job_that_keeps_out_is_at_work(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = alice().person_id
    client, place = signed_in("nation.editor"), f"/data-protection/person/{person}/"
    client.post(f"{place}keep-out/", {"sure": "on"})
    let_in, keep_lines = "select leadscape_let_in(%s)", recognising.keep_lines
    met: list[type[Exception]] = []

    def keep(one: Any, using: str = "owner") -> int:
        with psycopg.connect(_url()) as other:
            other.execute("set lock_timeout = '200ms'")
            other.execute("select set_config('leadscape.why', 'Told us by telephone', false)")
            with pytest.raises(psycopg.errors.LockNotAvailable) as error:
                other.execute(let_in, [person])
            met.append(error.type)
        return keep_lines(one, using)

    monkeypatch.setattr(recognising, "keep_lines", keep)
    assert run_jobs() == [("privacy.keep_out", "done")]
    assert met
    assert ObjectionKey.objects.using("owner").filter(person_id=person).exists()
    client.post(f"{place}bring-back/", GIVEN)
    assert not ObjectionKey.objects.using("owner").filter(person_id=person).exists()


def test_only_who_answers_for_the_person_and_nobody_who_was_erased(signed_in: SignedIn) -> None:
    from django.db import connection

    bob = Leader.objects.using("owner").get(key="leader-bob").person_id
    signed_in("nation.editor").post(f"/data-protection/person/{bob}/keep-out/", {"sure": "on"})
    run_jobs()
    area = signed_in("authority.editor")
    assert area.post(f"/data-protection/person/{bob}/bring-back/", GIVEN).status_code == 404
    with acting(_user("authority.editor"), why="Past the page"), connection.cursor() as cursor:
        cursor.execute("select leadscape_let_in(%s)", [bob])
        assert cursor.fetchone() == (False,)
    nation = signed_in("nation.editor")
    given = {"why": "asked", "sure": "on", "step": "confirmed"}
    nation.post(f"/data-protection/person/{bob}/erase/", given)
    assert run_jobs() == [("privacy.erase", "done")]
    nation.post(f"/data-protection/person/{bob}/bring-back/", GIVEN)
    assert Exclusion.objects.using("owner").filter(person=bob).exists()


def _url() -> str:
    settings = connections["owner"].settings_dict
    options = settings["OPTIONS"]
    host, port = options.get("host") or settings["HOST"], options.get("port") or settings["PORT"]
    return f"host={host} port={port} dbname={settings['NAME']} user={settings['USER']} password={settings['PASSWORD']}"


def _user(name: str) -> Any:
    from leadscape_web.accounts.models import User

    return User.objects.using("owner").get(email=f"{name}@leadscape.example")
