"""Erasure: the name is nowhere afterwards, stays out of what is loaded later, and is erased again after a restore."""

from __future__ import annotations

import stat
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from leadscape.actions.redact_names import may_name
from leadscape.actions.write_demo_files import write_demo_files
from leadscape.core.errors import FileProblem
from leadscape.core.identifiers import normalise_name
from leadscape.survey.privacy.search import read_words
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName
from leadscape_web.config.embedded import programs
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.privacy.models import Erasure, Exclusion, ObjectionKey, PersonRequest, WithdrawnLine
from leadscape_web.privacy.work.erasing import NOT_RUN
from leadscape_web.register.models import Headship
from leadscape_web.studies.inputs import (
    TAKEN_OUT,
    TO_LOOK_AT,
    add_input,
    current_inputs,
    remove_input,
    told_of,
)
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.running import check, load_study
from leadscape_web.survey.models import Leader, RoleHolding, Wave

from tests.imports.test_web_import_register import signed_in
from tests.support.jobs import assert_done, run_jobs
from tests.support.own_database import own_database

HEAD = "leader_name,home_urn,home_school,role\n"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo_files(tmp_path_factory.mktemp("demo") / "demo", size="small", seed=2006)


@pytest.fixture(scope="module")
def loaded(demo: Path, service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Study]:
    with own_database(service_server, django_db_blocker, f"erasing_{uuid.uuid4().hex[:8]}"):
        with acting(why="The tests' own system makes room", using="owner"):
            Wave.objects.using("owner").update(as_of="1999-01-01")
        load_study(demo)
        yield Study.objects.using("owner").get()


def _url() -> str:
    settings = connections["owner"].settings_dict
    options = settings["OPTIONS"]
    host = options.get("host") or settings["HOST"]
    port = options.get("port") or settings["PORT"]
    return f"host={host} port={port} dbname={settings['NAME']} user={settings['USER']} password={settings['PASSWORD']}"


def _dump(path: Path, *more: str) -> None:
    subprocess.run([programs() / "pg_dump", *more, "--no-owner", f"--file={path}", _url()], check=True)


def _everything(folder: Path) -> str:
    """All words of the database: a plain dump, and every stored file unpacked and read; folded as names are."""
    _dump(folder / "dump.sql", "--inserts")
    text = [(folder / "dump.sql").read_text(encoding="utf-8")]
    with psycopg.connect(_url()) as connection:
        tables = connection.execute(
            "select c.table_name, c.column_name from information_schema.columns c join information_schema.tables t"
            " using (table_schema, table_name) where c.table_schema = 'public' and c.data_type = 'bytea'"
            " and t.table_type = 'BASE TABLE'"
        ).fetchall()
        for table, column in tables:
            for (content,) in connection.execute(
                f'select "{column}" from "{table}" where "{column}" is not null'
            ):
                file = folder / f"stored-{uuid.uuid4().hex}"
                file.write_bytes(content)
                text.append(read_words(file))
                file.unlink()
    return _folded("\n".join(text))


def _folded(text: str) -> str:
    import polars as pl

    lines = pl.DataFrame({"t": text.splitlines()}).select(normalise_name(pl.col("t")))["t"]
    return " " + " ".join(lines.drop_nulls()) + " "


def _pick(n: int) -> Leader:
    """A leader whose name nobody else has, and who is the head of a school in the register."""
    with psycopg.connect(_url()) as connection:
        rows = connection.execute(
            "select l.person_id from survey_leader l join accounts_personname n on n.person_id = l.person_id"
            " where exists (select 1 from register_headship h where h.person_id = l.person_id)"
            " and (select count(*) from accounts_personname o where lower(o.full_name) = lower(n.full_name)) = 1"
            " and not exists (select 1 from accounts_personname o where o.person_id <> l.person_id and"
            "  split_part(o.full_name, ' ', -1) = split_part(n.full_name, ' ', -1) and"
            "  left(o.full_name, 1) = left(n.full_name, 1))"
            " and l.key in (select leader_key from privacy_reportedline)"
            " and l.person_id not in (select person_id from privacy_exclusion)"
            " order by l.key offset %s limit 1",
            [n],
        ).fetchall()
    return Leader.objects.using("owner").get(person_id=rows[0][0])


def _names(person: Any) -> list[str]:
    return list(
        PersonName.objects.using("owner").filter(person_id=person).values_list("full_name", flat=True)
    )


def _user(name: str) -> Any:
    from leadscape_web.accounts.models import User

    return User.objects.using("owner").get(email=f"{name}@leadscape.example")


def _erase(person: Any, who: str = "nation.editor") -> Any:
    user = _user(who)
    with acting(user):
        return ask_for("privacy.erase", asked_by=user, given={"person": str(person), "why": "asked"})


def test_after_an_erasure_the_name_is_nowhere(loaded: Study, tmp_path: Path) -> None:
    leader = _pick(0)
    person, [name] = leader.person_id, _names(leader.person_id)
    link_of_wave(person, loaded)
    before = _everything(tmp_path)
    words = [f" {_folded(name).strip()} ", f" {' '.join(reversed(_folded(name).split()))} "]
    assert any(word in before for word in words), "the search would find it"
    other = _names(_pick(1).person_id)[0]
    job = _erase(person)
    assert ("privacy.erase", "done") in run_jobs(), _job(job)
    result = assert_done(job.pk)
    assert result["names"] == 1
    assert result["files"] >= 2  # type: ignore[operator]
    request = PersonRequest.objects.using("owner").get(person_id=person)
    assert (request.state, request.text, request.version) == ("ended", "", 2), "it waits for nobody"
    assert request.decided_at is not None
    after = _everything(tmp_path)
    for word in (*words, f" {_folded(name).split()[-1]} {_folded(name).split()[0]} "):
        assert word not in after, "the name still stands somewhere"
    assert f" {_folded(other).strip()} " in after, "nobody else is touched"
    assert not RoleHolding.objects.using("owner").filter(person_id=person, withdrawn_at=None).exists()
    # The study runs as before, without the person.
    opened = check(Study.objects.using("owner").get(pk=loaded.pk))
    assert name not in opened.leaders["name"]
    assert name not in opened.headships["head"]
    assert opened.leaders.height > 10


def _job(job: Any) -> Any:
    job.refresh_from_db(using="owner")
    return job.problem


def link_of_wave(person: Any, study: Study) -> None:
    """What else may hold the name: an address, and a correction in the person's words."""
    from leadscape_web.privacy.models import Address

    [name] = _names(person)
    with acting(why="What people write", using="owner"):
        Address.objects.using("owner").create(
            person_id=person, email=f"{name.replace(' ', '.')}@x.example", source="file"
        )
        PersonRequest.objects.using("owner").create(person_id=person, kind="correction", text=f"I am {name}")
        PersonName.objects.using("owner").filter(person_id=person)
        old = StudyInput.objects.using("owner").filter(study=study, key="returns", removed_at=None).first()
        assert old is not None
        content = f"leader_name,role\n{name},head\n".encode()
        StudyInput.objects.using("owner").create(
            study=study, key="returns", file_name="former.csv", content=content, sha256="0" * 64, size=len(content),
            removed_at="2026-01-01T00:00Z",
        )  # fmt: skip


def _cells_naming(name: str) -> list[str]:
    """Stored files of which a row, read cell by cell, holds the name or the family name with the initial."""
    import polars as pl

    from leadscape.core.errors import FileProblem
    from leadscape.core.tabular import read_text_table

    first, last = _folded(name).split()[0], _folded(name).split()[-1]
    found = []
    for one in StudyInput.objects.using("owner").filter(blanked_at=None).exclude(content=b""):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / one.file_name
            path.write_bytes(bytes(one.content))
            try:
                frame = read_text_table(path).frame
            except FileProblem:
                continue
        rows = frame.select(t=normalise_name(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)))["t"]
        text = " \n ".join(f" {row} " for row in rows)
        ways = (f" {first} {last} ", f" {last} {first} ", f" {first[0]} {last} ")
        found += [one.file_name for way in ways if way in text]
    return found


def test_whoever_was_erased_does_not_come_back_with_the_original_files(
    loaded: Study, demo: Path, tmp_path: Path
) -> None:
    leader = _pick(0)
    person, [name] = leader.person_id, _names(leader.person_id)
    [school] = set(
        Headship.objects.using("owner").filter(person_id=person).values_list("school_id", flat=True)
    )
    of_original = [*(demo.parent / "returns").iterdir(), demo.parent / "agencies.csv"]
    naming = [path for path in of_original if may_name(path.read_bytes(), path.name, [name])]
    assert naming
    assert _cells_naming(name)
    job = _erase(person)
    run_jobs()
    assert_done(job.pk)
    assert _cells_naming(name) == []

    job_began = timezone.now()

    # The return again, by an import: what is not kept is told before it is confirmed, and after.
    client = signed_in()
    sent = [SimpleUploadedFile(path.name, path.read_bytes()) for path in naming]
    at = client.post("/imports/returns/", {"study": str(loaded.pk), "returns": sent})["Location"]
    assert run_jobs() == [("imports.check", "done")]
    page = client.get(at).content.decode()
    assert "names people who objected or were erased" in page
    assert name not in page
    client.post(f"{at}confirm/")
    assert run_jobs() == [("imports.store", "done")], _latest_problem()
    result = Job.objects.using("owner").latest("asked_at").result or {}
    assert result[TAKEN_OUT] >= len(naming)
    assert _cells_naming(name) == []

    # The whole study again, with the original register.
    heads = demo.parent / "register.csv.gz"
    assert may_name(heads.read_bytes(), heads.name, [name]), "the files still name the person"
    study = demo.read_text().replace("seed = 2006", "seed = 7")
    (demo.parent / "again.toml").write_text(study)
    load_study(demo.parent / "again.toml")
    register = StudyInput.objects.using("owner").get(study=loaded, key="schools", removed_at=None)
    assert register.added_at < job_began, "without the person it is the register that is there"
    assert _cells_naming(name) == []
    after = _everything(tmp_path)
    for word in (_folded(name), _folded(" ".join(reversed(name.split())))):
        assert f" {word.strip()} " not in after, "the name came back"
    assert (
        not Headship.objects.using("owner").filter(school_id=school, person__names__full_name=name).exists()
    )
    assert not RoleHolding.objects.using("owner").filter(person_id=person, withdrawn_at=None).exists()
    assert PersonName.objects.using("owner").count() > 100


def _latest_problem() -> Any:
    return Job.objects.using("owner").latest("asked_at").problem


def test_files_that_name_an_erased_person_otherwise(loaded: Study) -> None:
    leader = _pick(0)
    person, [name] = leader.person_id, _names(leader.person_id)
    home = Headship.objects.using("owner").filter(person_id=person).select_related("school")[0].school
    with acting(why="A name with accents", using="owner"):
        PersonName.objects.using("owner").filter(person_id=person).update(
            full_name=f"José {name.split()[-1]}ñez"
        )
    given, family = "José", f"{name.split()[-1]}ñez"
    decided = "question_id,question,as_written,context,decision,decided_by,note\n"
    decided += f"role-x,role,advises,as {given} {family} said,none,A reviewer,asked {given} {family}\n"
    with acting(why="Decisions that came with the study", using="owner"):
        add_input(loaded, "decisions", "review.csv", decided.encode())
        called = add_input(loaded, "returns", f"Return of {given} {family}.csv", HEAD.encode())
        other = f"{HEAD}Zoë Ash,{home.urn},{home.name},head\n{given[0]}. {family},999999,Elsewhere,head\n"
        doubted = add_input(
            loaded, "returns", f"{home.authority_id}.{family}, {given[0]}.csv", other.encode()
        )
    job = _erase(person)
    run_jobs()
    result = assert_done(job.pk)
    assert result["names"] == 1
    assert result[NOT_RUN] == loaded.title, "a return without a line, which no run takes, holds nothing up"
    own = current_inputs(loaded).get(key="decisions").content
    assert bytes(own).decode().splitlines()[1].startswith("role-x,role,advises,[left out")
    assert family not in bytes(own).decode()
    called.refresh_from_db(using="owner")
    assert family not in called.file_name
    doubted.refresh_from_db(using="owner")
    told = result["what may name the person, to be looked at"]
    assert told == f"{home.authority_id}.file-{doubted.pk}.csv: 3", "as the file is called now"
    assert _folded(family).strip() not in _folded(str(assert_done(job.pk))), "nor does the job say the name"

    code = home.authority_id
    wrong = f"{HEAD}{given} {family},{home.urn},{home.name},head\nZoë Ash,{home.urn},{home.name},head\n"
    initial = f"{HEAD}Mrs {given[0]}. {family},{home.urn},{home.name},head\n"
    elsewhere = f"{HEAD}Zoë Ash,{home.urn},{home.name},head\n{given[0]}. {family},999999,Elsewhere,head\n"
    with acting(why="Later files", using="owner"):
        accents = add_input(loaded, "returns", f"{code}.csv", wrong.encode("cp1252"))
        short = add_input(loaded, "returns", f"{code} (1).csv", initial.encode())
        doubt = add_input(loaded, "returns", f"{code} (2).csv", elsewhere.encode())
        assert told_of([accents, short, doubt]) == {TAKEN_OUT: 2, TO_LOOK_AT: 1}
        assert "ez," not in bytes(accents.content).decode()
        assert "Zoë Ash" in bytes(accents.content).decode()
        assert family not in bytes(short.content).decode()
        assert bytes(doubt.content) == elsewhere.encode()
        assert doubt.doubtful == [3]
        lines = WithdrawnLine.objects.using("owner").filter(person_id=person, respondent=code)
        assert lines.count() >= 2, "who sent them has answered all the same"
        for one in (accents, short, doubt, called, doubted):
            remove_input(one)


def test_whoever_objected_is_out_of_the_next_run(loaded: Study) -> None:
    leader = _pick(0)
    [name] = _names(leader.person_id)
    assert name in check(loaded).leaders["name"]
    with acting(why="Objected by letter", using="owner"):
        Exclusion.objects.using("owner").create(person_id=leader.person_id, kind="objection")
    assert run_jobs() == [("privacy.keep_out", "done")]
    opened = check(loaded)
    assert name not in opened.leaders["name"]
    assert opened.leaders.height > 10


def test_a_restored_backup_is_erased_again(
    loaded: Study, service_server: Any, django_db_blocker: Any, tmp_path: Path
) -> None:
    leader = _pick(0)
    person, [name] = leader.person_id, _names(leader.person_id)
    objector = _pick(1).person_id
    _dump(tmp_path / "backup", "--format=custom")
    with acting(why="Objected by letter", using="owner"):
        Exclusion.objects.using("owner").create(person_id=objector, kind="objection")
    job = _erase(person)
    run_jobs()
    assert_done(job.pk)
    ledger = tmp_path / "erasures.json"
    call_command("export_erasures", str(ledger))
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600
    assert name not in ledger.read_text()
    settings = connections["owner"].settings_dict["NAME"]
    restored = f"restored_{uuid.uuid4().hex[:8]}"
    try:
        service_server.create_database(restored)
        connections.close_all()
        from tests.support.service import point_at

        point_at(service_server, restored)
        restore = [programs() / "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={_url()}"]
        subprocess.run([*restore, tmp_path / "backup"], check=True)
        assert _names(person) == [name], "the backup brings the name back"
        theirs = RoleHolding.objects.using("owner").filter(person_id=objector, withdrawn_at=None)
        assert theirs.exists(), "and the roles of somebody who objected since"
        call_command("replay_erasures", str(ledger))
        assert _names(person) == []
        assert f" {_folded(name).strip()} " not in _everything(tmp_path)
        assert Erasure.objects.using("owner").filter(person_id=person).count() == 1
        assert not theirs.exists()
        assert Exclusion.objects.using("owner").get(person_id=objector).kind == "objection"
        call_command("replay_erasures", str(ledger))
    finally:
        connections.close_all()
        point_at(service_server, settings)


def test_a_ledger_that_is_none_is_refused(loaded: Study, tmp_path: Path) -> None:
    for text in (
        "",
        "{}",
        '{"format": "leadscape erasures 1"}',
        '{"format": "x", "secret": "", "erasures": [], "keys": []}',
    ):
        (tmp_path / "ledger").write_text(text)
        with pytest.raises(FileProblem):
            call_command("replay_erasures", str(tmp_path / "ledger"))


def test_the_ledger_holds_no_name_and_recognises_only_that_person(loaded: Study) -> None:
    import polars as pl

    from leadscape_web.privacy.work.recognising import find_kept_out

    leader = _pick(0)
    [name] = _names(leader.person_id)
    place = leader.home_school
    assert place is not None
    job = _erase(leader.person_id)
    run_jobs()
    assert_done(job.pk)
    rows = [
        ("same", name, place.urn, place.name, place.authority_id),
        ("title", f"Mrs {name}", place.urn, place.name, place.authority_id),
        ("elsewhere", name, "999999", "Elsewhere School", "999"),
        ("other", "Zebedee Quill", place.urn, place.name, place.authority_id),
    ]
    people = pl.DataFrame(rows, schema=["id", "name", "urn", "school", "authority_code"], orient="row")
    found = find_kept_out(connections["owner"].cursor().cursor, people)
    assert found == {"same", "title"}
    assert name not in str(list(Erasure.objects.using("owner").values()))
    assert ObjectionKey.objects.using("owner").filter(person_id=leader.person_id).exists()


@pytest.mark.parametrize("who", ["authority.editor", "nation.reader", "nation.administrator"])
def test_only_editors_of_the_nation_erase(who: str, loaded: Study) -> None:
    leader = _pick(0)
    job = _erase(leader.person_id, who)
    assert ("privacy.erase", "failed") in run_jobs()
    assert _names(leader.person_id)
    assert "may not do it" in str(_job(job))


def test_somebody_who_can_sign_in_is_not_erased(loaded: Study) -> None:
    from leadscape_web.accounts.models import User
    from leadscape_web.survey.models import Leader as Led

    user = _user("authority.reader")
    with acting(why="A user who leads", using="owner"):
        Led.objects.using("owner").create(key="user-who-leads", person_id=user.person_id, authority_id="101")
    job = _erase(user.person_id)
    run_jobs()
    assert "switched on" in str(_job(job))
    with acting(why="Left", using="owner"):
        User.objects.using("owner").filter(pk=user.pk).update(is_active=False)
    job = _erase(user.person_id)
    run_jobs()
    assert_done(job.pk)
    user.refresh_from_db(using="owner")
    assert user.email == f"{user.pk}@erased.invalid"
    assert not _names(user.person_id)


def test_no_run_import_undoing_or_hand_brings_back_whoever_stays_out(loaded: Study) -> None:
    leader = _pick(0)
    person = leader.person_id
    with acting(why="Objected by letter", using="owner"):
        Exclusion.objects.using("owner").create(person_id=person, kind="objection")
    with acting(why="A run that was under way", using="owner"):
        RoleHolding.objects.using("owner").filter(person_id=person).update(withdrawn_at=None)
    assert not RoleHolding.objects.using("owner").filter(person_id=person, withdrawn_at=None).exists()
    run_jobs()
    with acting(why="Erased", using="owner"):
        Erasure.objects.using("owner").create(person_id=person, why="asked", digests=[])
        PersonName.objects.using("owner").filter(person_id=person).delete()
        PersonName.objects.using("owner").create(person_id=person, full_name="Somebody Again")
    assert _names(person) == []


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_file_that_was_replaced_is_emptied_however_it_names_the_person(
    suffix: str, loaded: Study, tmp_path: Path
) -> None:
    import polars as pl

    rows = {"HeadTitle": ["Mrs", "Mr"], "HeadFirstName": ["José", "José"], "HeadLastName": ["Núñez", "Ash"]}
    path = tmp_path / f"register{suffix}"
    if suffix == ".xlsx":
        pl.DataFrame(rows).write_excel(path)
    else:
        text = "HeadTitle,HeadFirstName,HeadLastName\nMrs,José,Núñez\nMr,José,Ash\n"
        path.write_bytes(text.encode("cp1252"))
    content = path.read_bytes()
    assert may_name(content, path.name, ["José Núñez"])
    assert may_name(content, path.name, ["Jose Nunez"])
    assert may_name(content, path.name, ["José Maria Núñez"])
    assert not may_name(content, path.name, ["Jane Birch"])
    assert may_name(b"%PDF-1.7", "scan.csv", ["Jane Birch"]), "what cannot be read is emptied"
