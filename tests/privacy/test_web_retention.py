"""Retention: foreseen, announced, done; what a person who stays out is to later runs of a study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from leadscape.core.errors import StudyProblem
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import perform
from leadscape_web.privacy.models import (
    Address,
    DoubtfulRow,
    Erasure,
    Notice,
    PersonRequest,
    ReportedLine,
    RetentionDone,
    RetentionDue,
    RetentionPeriod,
    WithdrawnLine,
)
from leadscape_web.privacy.periods import PERIODS
from leadscape_web.privacy.work import recognising, retention
from leadscape_web.privacy.work.retention import foreseen
from leadscape_web.register.models import Headship
from leadscape_web.studies.inputs import add_input
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.survey.models import Leader, Wave

from tests.privacy.conftest import alice, link_of
from tests.support.jobs import run_jobs

SignedIn = Callable[[str], Any]
LONG_AGO = timezone.now() - timedelta(days=5000)


def _retain(*more: tuple[str, str]) -> None:
    with acting(using="owner", why="Daily work"):
        ask_for("privacy.retain", asked_by=None, using="owner")
    assert run_jobs() == [("privacy.retain", "done"), *more]


def _a_week_later() -> None:
    """What stands in the plan has stood there for a week."""
    with acting(using="owner", why="A week passed"):
        RetentionDue.objects.using("owner").update(announced_on=timezone.localdate() - timedelta(days=7))


def _announced_and_due() -> None:
    _retain()
    _a_week_later()
    _retain()


def _loaded_long_ago(*left: str) -> None:
    """The wave was loaded long ago, and these leaders head no school any more."""
    with acting(using="owner", why="Left"):
        Wave.objects.using("owner").update(loaded_at=LONG_AGO)
        heads = Headship.objects.using("owner").filter(person__leader__key__in=left)
        heads.update(ended_on="2010-01-01")


def _one_of_each(at: Any) -> None:
    """One record of every kind that has a period, all since one moment."""
    person = alice().person_id
    link_of(person, sent_at=at)
    with acting(using="owner", why="Records of the tests"):
        Address.objects.using("owner").create(
            person_id=person, email="a@x.example", source="file", recorded_at=at
        )
        PersonRequest.objects.using("owner").create(
            person_id=person, kind="correction", text="Wrong", answer="No", state="declined", decided_at=at
        )
        PersonName.objects.using("owner").create(person_id=person, full_name="Alice Old", superseded_at=at)
        study = Study.objects.using("owner").create(
            title="T", system="england", as_of=date(2006, 6, 30), codebook="england-2006", settings={}
        )
        old = StudyInput.objects.using("owner").create(
            study=study,
            key="returns",
            file_name="old.csv",
            content=b"Alice",
            sha256="0",
            size=5,
            removed_at=at,
        )
        DoubtfulRow.objects.using("owner").create(
            file=old, row=2, may_be=person, cells=[["name", "Alice"]], answer="person", answered_at=at
        )


def test_what_is_due_is_erased_and_nothing_else(signed_in: SignedIn) -> None:
    _one_of_each(LONG_AGO)
    # Bob is named by no round since, and heads no school any more; Alice does.
    _loaded_long_ago("leader-bob")
    codes = {period.code for period in PERIODS}
    _retain()
    assert set(foreseen()) == {(code, timezone.localdate() + timedelta(days=7)) for code in codes}
    assert not RetentionDone.objects.using("owner").exists(), "nothing goes that was not announced"
    assert Address.objects.using("owner").exists()
    _a_week_later()
    assert set(foreseen()) == {(code, timezone.localdate()) for code in codes}
    _retain(("privacy.erase_due", "done"))
    assert not Address.objects.using("owner").exists()
    notice = Notice.objects.using("owner").get()
    assert notice.token_hash is None
    assert notice.ended_at is None, "it was given all the same, and is not owed again"
    assert DoubtfulRow.objects.using("owner").get().cells is None
    asked = PersonRequest.objects.using("owner").get()
    assert (asked.text, asked.answer, asked.state) == ("", "", "declined")
    assert bytes(StudyInput.objects.using("owner").get().content) == b""
    names = set(PersonName.objects.using("owner").values_list("full_name", flat=True))
    assert "Alice Ash" in names
    assert not {"Alice Old", "Bob Birch"} & names
    assert [one.why for one in Erasure.objects.using("owner").all()] == ["retention"]
    assert {one.code: one.records for one in RetentionDone.objects.using("owner").all()} == {
        period.code: 1 for period in PERIODS
    }
    _retain()
    assert RetentionDone.objects.using("owner").count() == len(PERIODS)


def test_a_round_of_long_ago_names_nobody_long_ago_who_was_loaded_today(signed_in: SignedIn) -> None:
    _loaded_long_ago("leader-bob")
    with acting(using="owner", why="Loaded today"):
        Wave.objects.using("owner").update(as_of=date(1996, 6, 30), loaded_at=timezone.now())
    assert foreseen() == {}


def test_leaders_of_a_demonstration_are_kept(signed_in: SignedIn, settings: Any) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, demonstration=True)
    _loaded_long_ago("leader-bob")
    _retain()
    _a_week_later()
    _retain()
    assert not Erasure.objects.using("owner").exists()
    assert "kept" in signed_in("nation.editor").get("/data-protection/retention/").content.decode()


def test_one_who_cannot_be_erased_stops_nobody_and_is_told(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    _loaded_long_ago("leader-bob", "leader-charlie")
    bob = Leader.objects.using("owner").get(key="leader-bob").person_id
    erase = retention.erase

    def refuse(person: Any, *args: Any) -> Any:
        if person == bob:
            raise StudyProblem("A file cannot be written again.", "It names him.", "Bring it as .csv.")
        return erase(person, *args)

    monkeypatch.setattr(retention, "erase", refuse)
    _retain()
    _a_week_later()
    _retain(*[("privacy.erase_due", state) for state in _states_of("leader-bob")])
    assert [one.person_id for one in Erasure.objects.using("owner").all()] != [bob]
    assert {one.code: one.records for one in RetentionDone.objects.using("owner").all()} == {"leaders": 1}
    page = signed_in("nation.editor").get("/data-protection/retention/").content.decode()
    assert "What could not be erased" in page
    assert "Bob Birch" in page
    assert "Bring it as .csv." in page
    monkeypatch.undo()
    _retain(("privacy.erase_due", "done"))
    assert Erasure.objects.using("owner").count() == 2
    assert (
        "could not be erased"
        not in signed_in("nation.editor").get("/data-protection/retention/").content.decode()
    )


def _states_of(failing: str) -> list[str]:
    """In which order the jobs of Bob and Charlie come out: that of the plan, by no rule."""
    keys = next(keys for (code, _), keys in foreseen().items() if code == "leaders")
    person = str(Leader.objects.using("owner").get(key=failing).person_id)
    return ["failed" if key == person else "done" for key in keys]


def test_what_is_named_again_meanwhile_is_not_erased(signed_in: SignedIn) -> None:
    _loaded_long_ago("leader-bob")
    _retain()
    _a_week_later()
    with acting(using="owner", why="Daily work"):
        ask_for("privacy.retain", asked_by=None, using="owner")
        waiting = Job.objects.using("owner").get(state="waiting")
    perform(waiting.pk)
    with acting(using="owner", why="Named again"):
        Wave.objects.using("owner").update(loaded_at=timezone.now())
    assert run_jobs() == [("privacy.erase_due", "done")]
    assert not Erasure.objects.using("owner").exists()
    _retain()
    assert not RetentionDue.objects.using("owner").exists(), "it is announced anew, if ever"


def test_what_is_young_stays(signed_in: SignedIn) -> None:
    _one_of_each(timezone.now() - timedelta(days=80))
    _retain()
    assert Address.objects.using("owner").exists()
    assert Notice.objects.using("owner").get().token_hash is not None
    assert PersonRequest.objects.using("owner").get().text == "Wrong"
    assert bytes(StudyInput.objects.using("owner").get().content) == b"Alice"
    page = signed_in("nation.editor").get("/data-protection/retention/").content.decode()
    assert "What will be erased in the next 30 days" in page
    due = timezone.localdate() + timedelta(days=10)
    assert f"{due.day} {due:%B %Y}" in page


def test_a_former_spelling_stays_while_a_file_holds_it(signed_in: SignedIn) -> None:
    _one_of_each(LONG_AGO)
    with acting(using="owner", why="A file that is read"):
        study = Study.objects.using("owner").get()
        held = add_input(study, "returns", "101.csv", b"leader_name,role\nAlice Old,head\n")
    _announced_and_due()
    assert PersonName.objects.using("owner").filter(full_name="Alice Old").exists()
    with acting(using="owner", why="Replaced long ago"):
        StudyInput.objects.using("owner").filter(pk=held.pk).update(removed_at=LONG_AGO)
    _announced_and_due()
    assert not PersonName.objects.using("owner").filter(full_name="Alice Old").exists()


def test_files_that_nobody_confirmed_are_forgotten(signed_in: SignedIn) -> None:
    from leadscape_web.accounts.models import User
    from leadscape_web.imports.models import Import, Upload

    editor = User.objects.using("owner").get(email="nation.editor@leadscape.example")
    with acting(using="owner", why="Brought in by the tests"):
        for state, days in (("checked", 31), ("checked", 29), ("stored", 31)):
            made = Import.objects.using("owner").create(
                kind="register",
                state=state,
                created_by=editor,
                created_at=timezone.now() - timedelta(days=days),
            )
            Upload.objects.using("owner").create(
                belongs_to=made, file_name=f"{state}-{days}.csv", content=b"Alice", sha256="0", size=5
            )
    assert (
        "brought in and not stored"
        in signed_in("nation.editor").get("/data-protection/retention/").content.decode()
    )
    _announced_and_due()
    left = Upload.objects.using("owner").exclude(content=b"").values_list("file_name", flat=True)
    assert set(left) == {"checked-29.csv", "stored-31.csv"}
    states = Import.objects.using("owner").order_by("created_at").values_list("state", flat=True)
    assert sorted(states) == ["checked", "stored", "withdrawn"]


def test_what_was_confirmed_and_could_not_be_stored_is_forgotten_too(signed_in: SignedIn) -> None:
    from leadscape_web.accounts.models import User
    from leadscape_web.imports.models import Import, Problem, Upload

    editor = User.objects.using("owner").get(email="nation.editor@leadscape.example")
    with acting(using="owner", why="Brought in by the tests"):
        for name, job in (
            ("failed", "failed"),
            ("forgotten", None),
            ("at-work", "running"),
            ("refused", None),
        ):
            made = Import.objects.using("owner").create(
                kind="register",
                state="refused" if name == "refused" else "storing",
                created_by=editor,
                created_at=LONG_AGO,
                job=job and Job.objects.using("owner").create(kind="imports.store", given={}, state=job),
            )
            content = b"" if name == "refused" else b"Alice"
            file = Upload.objects.using("owner").create(
                belongs_to=made, file_name=name, content=content, sha256="0", size=5
            )
            Problem.objects.using("owner").create(belongs_to=made, upload=file, value="Alice", rule="A date")
    _announced_and_due()
    left = Upload.objects.using("owner").exclude(content=b"").values_list("file_name", flat=True)
    assert set(left) == {"at-work"}
    quoted = Problem.objects.using("owner").exclude(value=None).values_list("upload__file_name", flat=True)
    assert set(quoted) == {"at-work"}
    states = Import.objects.using("owner").values_list("state", flat=True)
    assert sorted(states) == ["refused", "storing", "withdrawn", "withdrawn"]


def test_a_shorter_period_is_announced_a_week_before_it_erases(signed_in: SignedIn) -> None:
    _one_of_each(timezone.now() - timedelta(days=80))
    client = signed_in("nation.editor")
    for wrong in ("0", "-1", "1.5", "x", "99999999"):
        answer = client.post(
            "/data-protection/retention/addresses/", {"days": wrong, "source": "The board decided"}
        )
        assert answer.status_code == 422
    given = {"days": "30", "source": "The board decided so in May"}
    assert client.post("/data-protection/retention/addresses/", given).status_code == 302
    assert run_jobs() == [("privacy.foresee", "done")]
    page = client.get("/data-protection/retention/").content.decode()
    assert "The board decided so in May" in page
    week = timezone.localdate() + timedelta(days=7)
    assert f"{week.day} {week:%B %Y}" in page
    _retain()
    assert Address.objects.using("owner").exists()
    _a_week_later()
    _retain()
    assert Address.objects.using("owner").exists(), "the change is not a week old"
    with acting(using="owner", why="A week passed"):
        RetentionPeriod.objects.using("owner").update(changed_on=timezone.localdate() - timedelta(days=7))
    _retain()
    assert not Address.objects.using("owner").exists()


@pytest.mark.parametrize("who", ["authority.editor", "nation.reader"])
def test_only_editors_of_the_nation_decide_how_long(who: str, signed_in: SignedIn) -> None:
    client = signed_in(who)
    assert client.get("/data-protection/retention/").status_code == 403
    assert (
        client.post("/data-protection/retention/links/", {"days": "1", "source": "Because"}).status_code
        == 403
    )


def test_withdrawn_lines_and_objections_become_files_of_a_study(signed_in: SignedIn, tmp_path: Path) -> None:
    person = alice().person_id
    with acting(using="owner", why="A run of the tests"):
        study = Study.objects.using("owner").create(
            title="T", system="england", as_of=date(2006, 6, 30), codebook="england-2006", settings={}
        )
        for n, key in enumerate(("leader-alice", "leader-alice", "leader-bob")):
            ReportedLine.objects.using("owner").create(
                study_id=study.pk, nomination=f"N{n}", leader_key=key, respondent="101"
            )
    assert recognising.provide(study, tmp_path, "owner") == {}
    signed_in("").post(f"/my-data/{link_of(person)}/leave/", {"sure": "on"})
    run_jobs()
    assert set(WithdrawnLine.objects.using("owner").values_list("nomination", flat=True)) == {"N0", "N1"}
    files = recognising.provide(study, tmp_path, "owner")
    assert set(files) == {"withdrawals", "objections", "objections_secret"}
    text = "".join((tmp_path / name).read_text() for names in files.values() for name in names)
    assert "Ash" not in text
    assert "N0,leader-alice,101" in (tmp_path / "withdrawn.csv").read_text()
    with acting(using="owner", why="What the study came with"):
        own = b"respondent_id,nomination_id,leader_id,returned_by,reason,withdrawn_on,recorded_by\n,N9,,,own,,\n"
        add_input(study, "withdrawals", "withdrawn.csv", own)
    recognising.provide(study, tmp_path, "owner")
    both = (tmp_path / "withdrawn.csv").read_text()
    assert "N9" in both
    assert "N1" in both
