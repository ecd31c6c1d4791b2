"""A study into the database: everything of it, once, and afterwards only what changed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from leadscape.actions.open_study import OpenedStudy, open_study
from leadscape.actions.write_demo_files import write_demo_files
from leadscape.core.errors import FileProblem, NotComparable, StudyProblem
from leadscape_web.accounts.context import acting, because
from leadscape_web.accounts.models import Organisation, PersonName, User
from leadscape_web.audit.models import Event
from leadscape_web.landscape.loading.load import LoadedStudy, store_study
from leadscape_web.landscape.loading.telling import say_loaded
from leadscape_web.landscape.models import PublishedFile, PublishedTable
from leadscape_web.landscape.waves import source_of
from leadscape_web.register.models import Headship, Membership, School, Source
from leadscape_web.survey.models import Leader, RoleHolding, Support, Wave

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
LATER = date(2007, 6, 30)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedStudy:
    """The small demonstration, run once."""
    return open_study(write_demo_files(tmp_path_factory.mktemp("demo") / "demo", size="small"))


@pytest.fixture
def loaded(opened: OpenedStudy) -> OpenedStudy:
    """The same, in the database."""
    store_study(opened)
    return opened


def rows(model: Any, **where: Any) -> Any:
    return model.objects.using("owner").filter(**where)


def a_year_later(opened: OpenedStudy, **frames: Any) -> OpenedStudy:
    """Another wave of the same system; what is not given is as it was."""
    return replace(opened, as_of=LATER, inputs_sha256="f" * 64, **frames)


def last_event() -> int:
    return Event.objects.using("owner").latest("id").pk


def events_since(event: int) -> set[tuple[str, str]]:
    """Table and what happened, without what a wave brings by itself."""
    new = (
        Event.objects.using("owner")
        .filter(id__gt=event)
        .exclude(table__in=["survey_wave", "survey_response"])
    )
    return set(new.values_list("table", "action"))


def a_school(opened: OpenedStudy) -> str:
    """An open school with a head who is no leader."""
    homes = opened.leaders["home_urn"].implode()
    return opened.headships.filter(~pl.col("urn").is_in(homes))["urn"][0]


def other_files(opened: OpenedStudy) -> pl.DataFrame:
    """The sources of a later study: files of the same names with other content."""
    return opened.sources.with_columns(as_of=pl.lit(LATER), sha256=pl.lit("e" * 64))


def changed(frame: pl.DataFrame, urn: str, **values: Any) -> pl.DataFrame:
    """``frame`` with other values in the row of one school."""
    here = pl.col("urn") == urn
    return frame.with_columns(
        pl.when(here).then(pl.lit(value)).otherwise(name).alias(name) for name, value in values.items()
    )


def test_everything_of_a_study_is_stored(loaded: OpenedStudy) -> None:
    wave = rows(Wave, inputs_sha256=loaded.inputs_sha256).get()
    assert rows(School, urn__in=loaded.schools["urn"].to_list()).count() == loaded.schools.height == 649
    assert rows(Leader, wave=wave).count() == loaded.leaders.height
    assert rows(RoleHolding, wave=wave).count() == loaded.role_holdings.height == 120
    assert rows(Support, wave=wave).count() == loaded.supports.height
    assert (
        rows(Membership, school__urn__in=loaded.schools["urn"].to_list()).count() == loaded.memberships.height
    )
    assert [t.name for t in rows(PublishedTable, wave=wave).order_by("position")] == [
        d.name for d in loaded.datasets
    ]
    assert wave.codebook_text.startswith("#")
    assert wave.provenance["codebook"] == "england-2006"
    assert rows(PublishedFile, wave=wave, name="areas.geojson").get().media_type == "application/geo+json"
    register = rows(Source, purpose="schools", file_name="register.csv.gz").get()
    assert (register.rows, register.as_of) == (694, date(2006, 6, 30))


def test_values_arrive_as_they_are(loaded: OpenedStudy) -> None:
    for stated in loaded.schools.sample(20, seed=1).iter_rows(named=True):
        stored = rows(School, urn=stated["urn"]).values().get()
        assert {name: stored[name] for name in stored if name in stated} == {
            name: stated[name] for name in stored if name in stated
        }
    holding = loaded.role_holdings.row(0, named=True)
    assert rows(RoleHolding, key=holding["holding_id"]).get().respondents == holding["respondents"]
    extent = rows(PublishedTable, wave__inputs_sha256=loaded.inputs_sha256, name="extent").get()
    stated = next(d.frame for d in loaded.datasets if d.name == "extent")
    assert [row["holdings"] for row in extent.rows] == stated["holdings"].to_list()


def test_names_are_in_one_table_only(loaded: OpenedStudy) -> None:
    names = {*loaded.headships["head"], *loaded.leaders["name"]}
    assert rows(PersonName, full_name__in=names).count() >= len({*loaded.headships["head"]})
    words = {name.split()[-1] for name in names if len(name.split()[-1]) > 5}
    schools = " ".join(loaded.schools["name"].to_list() + loaded.groups["name"].to_list())
    with connections["owner"].cursor() as cursor:
        cursor.execute("select string_agg(coalesce(before::text, '') || coalesce(after::text, '') || why, ' ')"
                       " from audit_event where table_name like 'survey_%' or table_name = 'accounts_personname'"
                       " or table_name = 'register_headship'")  # fmt: skip
        history = cursor.fetchone()[0]
    assert not [word for word in words if word in history and word not in schools]


def test_a_head_who_leads_is_one_person(loaded: OpenedStudy) -> None:
    shared = rows(Leader).filter(person__headships__isnull=False, wave__inputs_sha256=loaded.inputs_sha256)
    assert shared.count() > 0.9 * loaded.leaders.height
    for leader in shared[:20]:
        assert rows(Headship, person=leader.person).get().school_id == leader.home_school_id
    two = rows(Headship).values_list("person_id", flat=True)
    assert len(two) == len(set(two)), "one name at two schools is not taken for one head"


def test_organisations_are_made_from_the_nation_to_authorities(loaded: OpenedStudy) -> None:
    codes = set(rows(Organisation, kind="authority").values_list("key", flat=True))
    assert set(loaded.authorities["authority_code"]) <= codes
    assert rows(Organisation, kind="nation").count() == 1
    assert not rows(Organisation, kind="trust").exclude(key="T1").exists()


def test_the_same_inputs_change_nothing(loaded: OpenedStudy) -> None:
    before = last_event()
    again = store_study(loaded)
    assert again.already
    assert not again.merged
    assert last_event() == before


def test_a_second_wave_writes_only_what_changed(loaded: OpenedStudy) -> None:
    urn, other = a_school(loaded), loaded.leaders["home_urn"].drop_nulls()[0]
    leaves = loaded.leaders["leader_id"][5]
    schools = changed(loaded.schools, urn, name="A New Name", closed_on=LATER)
    stays = pl.col("leader_id") != leaves
    before = last_event()
    stored = store_study(
        a_year_later(
            loaded,
            schools=schools,
            leaders=loaded.leaders.filter(stays),
            role_holdings=loaded.role_holdings.filter(stays),
            supports=loaded.supports.filter(stays),
        )
    )
    assert stored.newest
    assert stored.merged["schools"].updated == 1
    assert stored.merged["persons"].inserted == 0
    assert events_since(before) == {
        ("register_school", "update"),
        ("survey_leader", "update"),
        ("survey_roleholding", "update"),
        ("survey_support", "update"),
    }
    event = Event.objects.using("owner").filter(id__gt=before, table="register_school").get()
    assert event.record == urn
    assert event.after["name"] == "A New Name"
    assert "2007-06-30" in event.why
    assert rows(Leader, key=leaves).get().wave.as_of == date(2006, 6, 30), (
        "who is not stated stays as last stated"
    )
    assert rows(Leader, home_school=other).first().wave.as_of == LATER
    assert rows(Leader, home_school=other).first().version == 2


def test_another_head_ends_the_headship_before(loaded: OpenedStudy) -> None:
    urn = a_school(loaded)
    heads = loaded.headships.with_columns(seen_on=pl.lit(LATER))
    heads = changed(heads, urn, head="Zebedee Quux")
    store_study(a_year_later(loaded, headships=heads, sources=other_files(loaded)))
    former, present = rows(Headship, school_id=urn).order_by("seen_on")
    assert (former.ended_on, present.ended_on) == (LATER, None)
    assert rows(PersonName, person=present.person).get().full_name == "Zebedee Quux"
    kept = rows(Headship).exclude(school_id=urn).filter(school__urn__in=loaded.schools["urn"].to_list())
    assert kept.count() == loaded.headships.height - 1, "every other head is the same person"


def test_a_membership_no_longer_stated_has_ended(loaded: OpenedStudy) -> None:
    gone = loaded.memberships.row(0, named=True)
    left = loaded.memberships.filter(
        (pl.col("urn") != gone["urn"]) | (pl.col("group_uid") != gone["group_uid"])
    )
    stored = store_study(a_year_later(loaded, memberships=left, sources=other_files(loaded)))
    assert stored.merged["memberships"].updated == loaded.memberships.height
    ended = rows(Membership, school_id=gone["urn"], group_id=gone["group_uid"]).get()
    assert ended.left_on == LATER
    assert rows(Membership, left_on=LATER).count() == 1


def test_an_older_study_only_adds_what_is_missing(loaded: OpenedStudy) -> None:
    urn = a_school(loaded)
    closed = loaded.schools.head(1).with_columns(urn=pl.lit("999998"), name=pl.lit("Long Gone School"))
    schools = pl.concat([changed(loaded.schools, urn, name="An Old Name"), closed])
    stored = store_study(replace(loaded, as_of=date(2000, 6, 30), inputs_sha256="0" * 64, schools=schools))
    assert not stored.newest
    assert rows(School, urn=urn).get().name != "An Old Name"
    assert rows(School, urn="999998").exists()
    assert not rows(Leader, wave__as_of=date(2000, 6, 30)).exists()


def test_what_a_user_changed_is_left_alone(loaded: OpenedStudy) -> None:
    edited = rows(RoleHolding, wave__inputs_sha256=loaded.inputs_sha256, ended_on=None).first()
    person = rows(PersonName, person=edited.person).get()
    with acting(User.objects.using("owner").first(), why="They retired", using="owner"):
        rows(RoleHolding, pk=edited.pk).update(ended_on=date(2006, 12, 31), version=2)
        rows(PersonName, pk=person.pk).update(superseded_at="2006-12-31T00:00Z")
        PersonName.objects.using("owner").create(person_id=edited.person_id, full_name="Their Own Wording")
    holdings = loaded.role_holdings.with_columns(
        started_on=pl.lit(date(2001, 1, 1)), ended_on=pl.lit(None, pl.Date)
    )
    store_study(a_year_later(loaded, role_holdings=holdings))
    edited.refresh_from_db(using="owner")
    assert (edited.ended_on, edited.version) == (date(2006, 12, 31), 2)
    assert edited.started_on != date(2001, 1, 1)
    names = rows(PersonName, person=edited.person, superseded_at=None).values_list("full_name", flat=True)
    assert list(names) == ["Their Own Wording"]


def test_a_holding_that_a_user_entered_is_not_entered_twice(loaded: OpenedStudy) -> None:
    known = loaded.role_holdings.row(0, named=True)
    again = loaded.role_holdings.with_columns(
        holding_id=pl.when(pl.col("holding_id") == known["holding_id"])
        .then(pl.lit("another key"))
        .otherwise("holding_id")
    )
    store_study(a_year_later(loaded, role_holdings=again, supports=loaded.supports.clear()))
    assert not rows(RoleHolding, key="another key").exists()


def test_an_erased_name_is_not_given_again(loaded: OpenedStudy) -> None:
    leader = rows(Leader, wave__inputs_sha256=loaded.inputs_sha256).first()
    with acting(using="owner", why="Erased on request"):
        rows(PersonName, person=leader.person).delete()
    store_study(a_year_later(loaded))
    assert not rows(PersonName, person=leader.person).exists()


def test_a_load_that_fails_leaves_the_database_as_it_was(opened: OpenedStudy, tmp_path: Path) -> None:
    before = last_event()
    of_nobody = opened.role_holdings.with_columns(leader_id=pl.lit("nobody"))
    with pytest.raises(psycopg.IntegrityError):
        store_study(replace(opened, role_holdings=of_nobody))
    assert last_event() == before
    assert not rows(School, urn=opened.schools["urn"][0]).exists()
    said = StringIO()
    with pytest.raises(StudyProblem):
        call_command("load_study", tmp_path / "study.toml", stderr=said)
    assert "The database is as it was." in said.getvalue()
    assert last_event() == before


@pytest.mark.parametrize(("wrong", "code"), [("a file", 3), ("the study", 5)])
def test_a_mistake_in_a_study_ends_with_its_own_exit_code(wrong: str, code: int, tmp_path: Path) -> None:
    study = tmp_path / "demo" / "study.toml"
    if wrong == "a file":
        write_demo_files(tmp_path / "demo", size="small")
        (study.parent / "register.csv.gz").write_bytes(b"")
    # The service's commands and the command line have one way of ending.
    ended = "import sys; from leadscape.cli.app import main; sys.argv[1:1] = ['service']; main()"
    done = subprocess.run(
        [sys.executable, *(["-m", "leadscape_web"] if code == 3 else ["-c", ended]), "load_study", str(study)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "The database is as it was." in done.stderr


def test_a_mistake_in_a_demonstration_is_not_put_into_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FileProblem("The disk is full.", "Nothing can be written.", "Make room.")

    monkeypatch.setattr("leadscape_web.studies.management.commands.load_demo.write_demo_files", fail)
    said = StringIO()
    with pytest.raises(FileProblem):
        call_command("load_demo", "small", stderr=said)
    assert "The database is as it was." in said.getvalue()


def test_another_school_system_is_refused(opened: OpenedStudy) -> None:
    with pytest.raises(NotComparable, match="england, and the study is of new-zealand"):
        store_study(replace(opened, system="new-zealand"))


def test_nothing_is_written_without_a_reason(loaded: OpenedStudy) -> None:
    because("A later load", using="owner")
    assert not Event.objects.using("owner").filter(why="").exists()


def test_the_command_says_what_it_did(
    opened: OpenedStudy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("leadscape_web.studies.running.open_study", lambda *_, **__: opened)
    study = write_demo_files(tmp_path / "demo", size="small")
    call_command("load_study", study)
    first = capsys.readouterr().out
    assert "Storing the register …" in first
    assert "Loaded “System leaders in twelve invented authorities, 2006”." in first
    assert "  schools: 649 new, 0 changed" in first
    call_command("load_study", study, verbosity=0)
    assert capsys.readouterr().out == (
        "“System leaders in twelve invented authorities, 2006” is loaded already with exactly these inputs."
        " Nothing was changed.\n"
    )


def test_an_older_study_is_said_to_be_one() -> None:
    lines = say_loaded(LoadedStudy("Then", "id", already=False, newest=False, seconds={"store": 1.0}))
    assert "A later study is loaded" in lines[1]


@pytest.mark.parametrize(
    ("hidden", "production", "stored"),
    [(0, True, False), (5, True, False), (6, True, True), (10, True, True), (0, False, True)],
)
def test_a_study_that_shows_small_counts_is_not_for_a_public_service(
    hidden: int, production: bool, stored: bool, opened: OpenedStudy, settings: Any
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, production=production)
    kept = opened.provenance | {"parameters": {**opened.provenance["parameters"], "suppress_below": hidden}}
    study, before = replace(opened, provenance=kept), (last_event(), rows(Wave).count())
    if not stored:
        with pytest.raises(StudyProblem) as refused:
            store_study(study)
        assert "suppress_below = 6" in refused.value.next_step
        assert (last_event(), rows(Wave).count()) == before
        return
    wave = rows(Wave, pk=store_study(study).wave).get()
    assert ("small counts are not hidden" in source_of(wave)) == (hidden == 0)
    assert (f"counts of people from 1 to {hidden - 1} hidden" in source_of(wave)) == (hidden > 1)
