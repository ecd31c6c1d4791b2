"""A study that the service keeps: written out as it came in, run again by a job, its former wave superseded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from django.db import connections

from leadscape.actions.open_study import open_study
from leadscape.actions.study import read_study
from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.context import acting, set_context
from leadscape_web.jobs.asking import ask_for
from leadscape_web.studies import inputs, running
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.running import check, written
from leadscape_web.survey.models import Leader, RoleHolding, Wave

from tests.support.demo_world import demo_world
from tests.support.jobs import assert_done, run_jobs


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory,
    service_server: Any,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Any:
    with demo_world(service_server, django_db_blocker, tmp_path_factory) as path:
        yield path


@pytest.fixture(scope="module")
def kept(demo: Path) -> Study:
    return Study.objects.using("owner").get()


def _editor() -> Any:
    from leadscape_web.accounts.models import User

    return User.objects.using("owner").get(email="nation.editor@leadscape.example")


def _run(study: Study) -> dict[str, Any]:
    editor = _editor()
    with acting(editor):
        job = ask_for("studies.run", asked_by=editor, given={"study": str(study.pk)})
    run_jobs()
    return assert_done(job.pk)


def test_it_is_written_out_as_it_came_in(demo: Path, kept: Study) -> None:
    came, declared = open_study(demo), read_study(demo)
    with written(kept) as path:
        again = read_study(path)
        for key in ("schools", "links", "groups", "returns"):
            assert [p.read_bytes() for p in getattr(again, key)] == [
                p.read_bytes() for p in getattr(declared, key)
            ]
        assert (again.settings, again.survey, again.denominators, again.seed) == (
            declared.settings, declared.survey, declared.denominators, declared.seed)  # fmt: skip
        gone = path.parent
    assert not gone.exists()
    checked = check(kept)
    assert checked.role_holdings.equals(came.role_holdings)
    assert checked.lines.equals(came.lines)
    assert set(checked.lines["leader_id"].drop_nulls()) >= set(came.leaders["leader_id"])


def test_the_same_files_again_change_nothing(kept: Study) -> None:
    # The study file that the service writes is worded otherwise than the one that was loaded: once, that is a new run.
    _run(kept)
    wave = Study.objects.using("owner").get(pk=kept.pk).wave_id
    assert _run(kept)["already"] is True
    assert Study.objects.using("owner").get(pk=kept.pk).wave_id == wave


def test_one_return_less_supersedes_the_wave_and_withdraws_what_it_alone_said(kept: Study) -> None:
    def holdings() -> set[str]:
        rows = RoleHolding.objects.using("owner").filter(withdrawn_at=None)
        return set(
            rows.exclude(leader__key__in=["leader-alice", "leader-bob", "leader-charlie"]).values_list(
                "key", flat=True
            )
        )

    study = Study.objects.using("owner").get(pk=kept.pk)
    former, keys = study.wave_id, list(check(kept).leaders["leader_id"])
    before = holdings()
    left_out = inputs.current_inputs(kept).get(key="returns", file_name="380.xlsx")
    frame = inputs.current_inputs(kept).get(key="frame")
    silent = bytes(frame.content).replace(b"Yorkshire and the Humber,yes", b"Yorkshire and the Humber,", 1)
    with acting(why="Sent by mistake", using="owner"):
        inputs.remove_input(left_out)
        other = inputs.add_input(kept, "frame", frame.file_name, silent)
    _run(kept)
    study.refresh_from_db(using="owner")
    assert study.wave_id != former
    assert Wave.objects.using("owner").get(pk=former).superseded_at is not None
    now = check(kept)
    assert holdings() == set(now.role_holdings["holding_id"])
    assert before - holdings(), "what the return alone said is withdrawn"
    with acting(why="It was right after all", using="owner"):
        inputs.remove_input(other)
        StudyInput.objects.using("owner").filter(pk__in=[left_out.pk, frame.pk]).update(removed_at=None)
    _run(kept)
    study.refresh_from_db(using="owner")
    assert study.wave_id == former
    assert holdings() == before
    assert Leader.objects.using("owner").filter(key__in=keys).count() == len(keys)


def test_what_a_user_corrected_is_left_alone_by_a_job_the_same_user_asked_for(kept: Study) -> None:
    study = Study.objects.using("owner").get(pk=kept.pk)
    holding = RoleHolding.objects.using("owner").filter(withdrawn_at=None, wave_id=study.wave_id).first()
    with acting(_editor(), why="The return was wrong", using="owner"):
        RoleHolding.objects.using("owner").filter(pk=holding.pk).update(started_on="2001-01-01")
    with acting(why="Another seed", using="owner"):
        settings = {**kept.settings, "study": {"seed": 7}}
        Study.objects.using("owner").filter(pk=kept.pk).update(settings=settings)
    _run(kept)
    holding.refresh_from_db(using="owner")
    assert holding.started_on.isoformat() == "2001-01-01"


def test_a_room_writes_files_of_its_own(kept: Study) -> None:
    def provide(study: Study, folder: Path, using: str) -> dict[str, list[str]]:
        pl.DataFrame(
            {"question_id": ["role-x"], "decision": ["none"], "decided_by": ["A"], "note": [""]}
        ).write_csv(folder / "decisions.csv")
        return {"decisions": ["decisions.csv"]}

    inputs.add_provider("tests", provide)
    try:
        with written(kept) as path:
            assert read_study(path).decisions.name == "decisions.csv"
    finally:
        inputs._PROVIDERS.pop("tests")


def test_a_run_locks_nothing_while_the_library_works_and_sees_what_came_meanwhile(
    kept: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def look(path: Path, **_: Any) -> Any:
        if tried:
            raise LeadscapeError("Far enough.", "It is a test.", "Nothing.")
        with psycopg.connect(_url()) as other:
            other.execute("select 1 from studies_study for update nowait")
            locked = other.execute("select pg_try_advisory_xact_lock(hashtext('leadscape load'))").fetchone()
        assert locked == (True,)
        set_context(using="owner", why="A file came meanwhile")
        files = StudyInput.objects.using("owner").filter(study=kept, key="returns", removed_at=None)
        tried.append(files.update(content=b"Another file"))

    monkeypatch.setattr(running, "open_study", look)
    editor = _editor()
    with acting(editor):
        job = ask_for("studies.run", asked_by=editor, given={"study": str(kept.pk)})
    assert run_jobs() == [("studies.run", "failed")]
    job.refresh_from_db(using="owner")
    assert "Far enough" in str(job.problem)
    assert tried


def _url() -> str:
    settings = connections["owner"].settings_dict
    options = settings["OPTIONS"]
    return (
        f"host={options.get('host') or settings['HOST']} port={options.get('port') or settings['PORT']}"
        f" dbname={settings['NAME']} user={settings['USER']} password={settings['PASSWORD']}"
    )


@pytest.mark.django_db
def test_nobody_reads_what_is_in_the_files(user_of: Any) -> None:
    from django.db import ProgrammingError, connection, transaction

    with acting(user_of("nation.editor")), connection.cursor() as cursor:
        cursor.execute("select file_name from studies_studyinput")
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("select content from studies_studyinput")


def _client(name: str) -> Any:
    from django.test import Client

    from leadscape_web.accounts.models import User

    client, user = Client(), User.objects.using("owner").get(email=f"{name}@leadscape.example")
    with acting(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def test_its_page_tells_files_and_settings_and_runs_it(kept: Study) -> None:
    client = _client("nation.editor")
    assert kept.title in client.get("/studies/").content.decode()
    page = client.get(f"/studies/{kept.pk}/").content.decode()
    for told in (
        "agencies.csv",
        "Register of schools",
        "headteachers in post",
        "Files that a run reads",
        "Landscape: denominator",
    ):
        assert told in page
    assert "2,006" not in page, "a seed is no count"
    with acting(why="Somebody may be named", using="owner"):
        one = StudyInput.objects.using("owner").filter(study=kept, key="returns", removed_at=None)
        StudyInput.objects.using("owner").filter(pk=one[0].pk).update(taken_out=2, doubtful=[4, 9])
    page = client.get(f"/studies/{kept.pk}/").content.decode()
    assert "People who stay out" in page
    assert "4, 9" in page
    assert client.post(f"/studies/{kept.pk}/run/").status_code == 302
    assert "being run now" in client.get(f"/studies/{kept.pk}/").content.decode()
    [(kind, state)] = run_jobs()
    assert (kind, state) == ("studies.run", "done")
    assert _client("authority.editor").get("/studies/").status_code == 403
