"""A round is counted by the library: the same leaders as from a workbook with the same lines, and the same rate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadscape.actions.measure_response import measure_response
from leadscape.actions.open_study import open_study
from leadscape.actions.run_study import run_study
from leadscape.actions.study import read_study
from leadscape.core.progress import Silent
from leadscape_web.accounts.context import acting, because
from leadscape_web.accounts.models import PersonName
from leadscape_web.accounts.named import may_be_one_name
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.models import Job
from leadscape_web.jobs.performing import perform
from leadscape_web.privacy.models import RetentionDue
from leadscape_web.privacy.work.recognising import keep_keys
from leadscape_web.rounds.models import Asked, Contact, Line, Meant, Round, SentLine
from leadscape_web.rounds.progress import progress_of
from leadscape_web.rounds.work import provider
from leadscape_web.rounds.work.retention import blank_kept_out, forget_rounds, rounds_over
from leadscape_web.studies import running
from leadscape_web.studies.inputs import add_input
from leadscape_web.studies.models import Study
from leadscape_web.studies.personal import ErasedSubject, erase_everywhere
from leadscape_web.studies.running import check, written
from leadscape_web.survey.models import Leader, RoleHolding, Wave

from tests.support.jobs import assert_done, run_jobs
from tests.support.rounds import (
    asked_of,
    client_of_editor,
    editor,
    make_round,
    make_study,
    make_token,
    own_world,
)
from tests.support.service import SCHOOLS

LINES = {
    "101": (
        ("Gita Gorse", "100001", "consultant_leader", "Consultant leader", "", "2005-09-01", "", "100005"),
        ("=Hari Hazel", "Beechwood Secondary School", "mentor_head", "Mentor head", "", "", "", ""),
        ("Kit Kelp", "100002", "own", "", "Leads a hub of seven nurseries", "", "", ""),
        ("Gita Gorse", "100001", "mentor_head", "Mentor head", "", "2004-01-01", "2005-01-01", ""),
    ),
    "N1": (
        ("Gita  Gorse", "Ashgrove Primary School", "consultant_leader", "Consultant leader", "", "", "", ""),
        ("Ivo Iris", "Elmfeild Primry", "school_improvement_partner", "School improvement partner", "", "", "",
         "Fernhill Academy\nGorse Nursery School"),
    ),
}  # fmt: skip
SETTINGS = {"landscape": {"suppress_below": 1}}
"""So few people are named in a test that their counts could not be hidden."""
HEADS = {"label": "heads", "n": 9, "unit": "persons", "source": "An invented count"}
HEADINGS = ("Name of leader", "URN", "Home school", "Role", "Schools supported", "From", "To")


def _register() -> bytes:
    head = "urn,school_name,status,phase,authority_code,authority_name,region,postcode"
    names = {"101": "Northshire", "102": "Eastvale", "201": "Southport"}
    rows = [f"{urn},{name},{status},{phase},{code},{names[code]},{region},{postcode}"
            for urn, name, phase, code, region, postcode, _, _, status in SCHOOLS]  # fmt: skip
    return "\n".join([head, *rows, ""]).encode()


@pytest.fixture(scope="module")
def base(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Study]:
    with own_world(service_server, django_db_blocker):
        study = make_study(settings=SETTINGS)
        with acting(why="The tests' own system makes room", using="owner"):
            Wave.objects.using("owner").update(as_of="1999-01-01")
            add_input(study, "schools", "register.csv", _register())
        yield study


@pytest.fixture
def found(base: Study) -> Round:
    cache.clear()
    return make_round(base)


@pytest.fixture
def signed_in(base: Study) -> Client:
    return client_of_editor()


def _date(name: str, text: str) -> dict[str, str]:
    year, month, day = text.split("-") if text else ("", "", "")
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}


def _answer(found: Round, respondent: str) -> None:
    token = make_token(found, respondent)
    client = Client()
    for name, school, role, _, own, start, end, partners in LINES[respondent]:
        answer = client.post(
            f"/answer/{token}/add/",
            {"full_name": name, "home_school": school, "role": role, "role_text": own, "partner_schools": partners,
             "school": "as-written", **_date("started_on", start), **_date("ended_on", end)},
        )  # fmt: skip
        assert answer.status_code == 302, answer.content.decode()
    assert client.post(f"/answer/{token}/check/").status_code == 302


def _close(found: Round, signed_in: Client) -> list[tuple[str, str]]:
    signed_in.post(f"/rounds/{found.pk}/close/", {"sure": "on"})
    done = run_jobs()
    failed = (
        Job.objects.using("owner").filter(state="failed").order_by("-asked_at").values_list("kind", "problem")
    )
    assert {state for _, state in done} == {"done"}, failed.first()
    return done


def _count(found: Round) -> Round:
    """Close a round and make its study, without the library's run."""
    with acting(why="A round was closed in a test", using="owner"):
        Round.objects.using("owner").filter(pk=found.pk).update(closed_at=timezone.now())
    with acting(editor()):
        job = ask_for("rounds.count", asked_by=editor(), given={"round": str(found.pk)})
    perform(job.pk)
    assert_done(job.pk)
    Job.objects.using("owner").filter(state="waiting").update(state="cancelled")
    return Round.objects.using("owner").select_related("study").get(pk=found.pk)


def _workbook(path: Path, lines: tuple[tuple[str, ...], ...]) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet("Nominations")
    sheet.write_row(0, 0, HEADINGS)
    schools = {urn: name for urn, name, *_ in SCHOOLS}
    for row, (name, school, _, label, own, start, end, partners) in enumerate(lines, 1):
        urn = school if school in schools else next((u for u, n in schools.items() if n == school), "")
        cells = (
            " ".join(name.split()),
            urn,
            schools.get(school, school),
            label or own,
            partners.replace("\n", "; "),
            start,
            end,
        )
        for column, cell in enumerate(cells):
            if cell:
                sheet.write_string(row, column, cell)
    book.close()


def test_the_leaders_are_those_of_a_workbook_with_the_same_lines(
    found: Round, signed_in: Client, tmp_path: Path
) -> None:
    for respondent in LINES:
        _answer(found, respondent)
    Client().post(f"/answer/{make_token(found, '102')}/none/")
    done = _close(found, signed_in)
    assert [kind for kind, _ in done][-2:] == ["rounds.count", "studies.run"]
    study = Round.objects.using("owner").get(pk=found.pk).study
    assert study is not None
    ours = check(study)
    (tmp_path / "register.csv").write_bytes(_register())
    (tmp_path / "frame.csv").write_text(
        "respondent_id,respondent_name,kind,authority_code,region,response\n101,Northshire,authority,101,North,yes\n"
        "102,Eastvale,authority,102,North,none\nN1,Heads’ network,network,,,yes\n", encoding="utf-8",
    )  # fmt: skip
    for respondent, lines in LINES.items():
        _workbook(tmp_path / f"{respondent}.xlsx", lines)
    (tmp_path / "study.toml").write_text(
        f'[study]\ntitle = "{study.title}"\nsystem = "england"\nas_of = 2006-06-30\ncodebook = "england-2006"\n'
        '[register]\nschools = ["register.csv"]\n'
        '[landscape]\nsuppress_below = 1\n[survey]\nframe = "frame.csv"\nreturns = ["101.xlsx", "N1.xlsx"]\n',
        encoding="utf-8",
    )
    theirs = open_study(tmp_path / "study.toml")
    assert theirs.leaders.height == 3
    for table in ("leaders", "role_holdings", "supports", "responses"):
        assert getattr(ours, table).equals(getattr(theirs, table)), table
    assert (
        ours.lines.drop("source_file")
        .sort("nomination_id")
        .equals(theirs.lines.drop("source_file").sort("nomination_id"))
    )
    assert set(ours.questions["question_id"]) == set(theirs.questions["question_id"])
    stored = Leader.objects.using("owner").filter(key__in=theirs.leaders["leader_id"].to_list())
    assert stored.count() == 3
    meant = Meant.objects.using("owner").filter(line__asked__round=found)
    assert meant.count() == 5, "every line leads to its leader, but the one whose role is not coded yet"
    assert {one.person_id for one in meant} == {leader.person_id for leader in stored}

    before = _holdings()
    assert _close(found, signed_in)[-1] == ("studies.run", "done")
    assert _holdings() == before, "counting again changes nothing"
    _erase_gita(found)


def _holdings() -> set[str]:
    return set(RoleHolding.objects.using("owner").filter(withdrawn_at=None).values_list("key", flat=True))


def _erase_gita(found: Round) -> None:
    """Whoever is erased is gone from the round, in whatever spelling it was written."""
    leader = Leader.objects.using("owner").exclude(key__startswith="leader-").get(home_school_id="100001")
    with acting(why="A person was erased in a test", using="owner"):
        subject = ErasedSubject(leader.person_id, (leader.key,), ("Gita Gorse",), ("100001",), "owner")
        assert erase_everywhere(subject)["rounds"] == 6, "three lines, as worked on and as sent"
        PersonName.objects.using("owner").filter(person=leader.person_id).delete()
    assert not PersonName.objects.using("owner").filter(full_name__contains="Gorse").exists()
    rows = provider.return_rows(found, provider.counted_lines(found, "owner"), "owner")
    assert {row[1] for row in rows} == {"=Hari Hazel", "Kit Kelp", "Ivo Iris"}


def test_what_is_only_saved_or_taken_out_is_not_counted(found: Round, signed_in: Client) -> None:
    _answer(found, "101")
    _answer(found, "N1")
    Client().post(
        f"/answer/{make_token(found, '102')}/add/",
        {"full_name": "Only Saved", "home_school": "100003", "role": "mentor_head"},
    )
    signed_in.post(
        f"/rounds/{found.pk}/respondent/{asked_of(found, 'N1').pk}/", {"do": "withdraw", "sure": "on"}
    )
    closed = _count(found)
    assert closed.study is not None
    with written(closed.study) as path:
        rooms = path.parent / "rooms"
        frame = pl.read_csv(rooms / "frame.csv", infer_schema=False)
        lines = pl.read_csv(next(rooms.glob("round-*.csv")), infer_schema=False)
    assert dict(frame.select("respondent_id", "response").iter_rows()) == {
        "101": "yes",
        "102": None,
        "N1": None,
    }
    assert set(lines["respondent_id"]) == {"101"}
    assert set(lines["leader_name"]) == {"Gita Gorse", "=Hari Hazel", "Kit Kelp"}


def test_the_rate_is_the_librarys_with_late_refused_and_bounced(found: Round, signed_in: Client) -> None:
    _answer(found, "101")
    today = timezone.localdate()
    with acting(why="Time passes in a test", using="owner"):
        Round.objects.using("owner").filter(pk=found.pk).update(closes_on=today - timedelta(days=1))
        Asked.objects.using("owner").filter(round=found, respondent="101").update(
            answered_at=timezone.now() - timedelta(days=3)
        )
        Asked.objects.using("owner").create(
            round=found, respondent="201", name="Southport", kind="authority", authority_code="201",
            asked_at=timezone.now() - timedelta(days=5), stopped_at=timezone.now(),
        )  # fmt: skip
        Asked.objects.using("owner").create(
            round=found,
            respondent="N2",
            name="Another network",
            kind="network",
            bounced_at=timezone.now(),
            bounce="550",
        )
        Asked.objects.using("owner").create(round=found, respondent="N3", name="Never asked", kind="network")
    Client().post(f"/answer/{make_token(found, 'N1')}/none/")
    make_token(found, "102")
    closed = _count(found)
    assert closed.study is not None
    progress = progress_of(Asked.objects.using("owner").filter(round=found), closed)
    with written(closed.study) as path:
        contacts = next((path.parent / "rooms").glob("frame*"))
        measured = measure_response(contacts, closing=closed.closes_on)
        # The study of the round knows who was late without being told the date, and so does its report.
        of_study = measure_response(path).rates
        reported = run_study(read_study(path), Silent(), {}).contents.response_rates
    rates = measured.rates.row(by_predicate=pl.col("cut") == "all", named=True)
    for told in (of_study, reported):
        assert told is not None
        own = told.row(by_predicate=pl.col("cut") == "all", named=True)
        for name in ("asked", "answered", "answered_none", "late", "response_share", "with_late_share"):
            assert own[name] == rates[name], name
    assert (rates["asked"], rates["answered"], rates["late"]) == (5, 1, 1)
    assert (rates["refused"], rates["undeliverable"], rates["silent"]) == (1, 1, 1)
    assert (progress.asked, progress.in_time, progress.with_late) == (5, 1, 2)
    assert progress.rate_pct == pytest.approx(100 * rates["response_share"])
    assert progress.unknown == 3
    assert progress.counts["Not asked yet"] == 1
    page = signed_in.get(f"/rounds/{found.pk}/").content.decode()
    assert "20.0 %" in page
    assert "1 answered in time, out of 5 asked" in page


def test_a_late_answer_that_names_people_is_counted_as_late(found: Round) -> None:
    _answer(found, "101")
    _answer(found, "N1")
    with acting(why="Time passes in a test", using="owner"):
        Round.objects.using("owner").filter(pk=found.pk).update(
            closes_on=timezone.localdate() - timedelta(days=1)
        )
        Asked.objects.using("owner").filter(round=found, respondent="101").update(
            answered_at=timezone.now() - timedelta(days=3)
        )
    study = _count(found).study
    assert study is not None
    with written(study) as path:
        measured = measure_response(path).contacts
    assert dict(measured.select("respondent_id", "status").cast(pl.String).iter_rows()) == {
        "101": "answered",
        "N1": "late",
    }


def test_a_round_of_another_date_takes_the_register_and_not_the_denominators(
    found: Round, signed_in: Client
) -> None:
    base = Study.objects.using("owner").get(pk=found.base_id)
    with acting(why="Settings of a test", using="owner"):
        Study.objects.using("owner").filter(pk=base.pk).update(
            settings={"landscape": {**SETTINGS["landscape"], "denominator": [HEADS]}, "study": {"seed": 7}}
        )
        Round.objects.using("owner").filter(pk=found.pk).update(as_of=date(2006, 7, 1))
    study = _count(found).study
    assert study is not None
    assert study.settings == {
        "landscape": {"suppress_below": 6},
        "study": {"seed": 7},
        "register": {"as_of": "2006-06-30"},
    }, "small counts of a round are hidden, whatever its base hides"
    with acting(why="Settings of a test", using="owner"):
        Study.objects.using("owner").filter(pk=base.pk).update(settings=SETTINGS)


def test_who_stays_out_and_is_named_again_is_blanked(found: Round) -> None:
    _answer(found, "101")
    person = Line.objects.using("owner").filter(asked=asked_of(found)).order_by("position")[0].person_id
    with acting(why="A person objected in a test", using="owner"):
        Leader.objects.using("owner").create(
            key=f"objector-{found.pk}", person_id=person, home_school_id="100001", authority_id="101",
            wave=Wave.objects.using("owner").all()[0],
        )  # fmt: skip
        assert keep_keys(person, "objection")
        Leader.objects.using("owner").filter(key=f"objector-{found.pk}").delete()
    again = make_round(found.base)
    _answer(again, "N1")
    with acting(why="The daily job of a test", using="owner"):
        assert blank_kept_out() >= 2
    left = Line.objects.using("owner").filter(asked=asked_of(again, "N1"), erased_at=None)
    assert [line.home_text for line in left] == ["Elmfeild Primry"]
    assert not PersonName.objects.using("owner").filter(full_name__contains="Gorse").exists()


@pytest.mark.parametrize(
    ("one", "other", "may_be"),
    [
        ("Gita Gorse", "Mrs G. Gorse", True), ("Gita Gorse", "GITA  GORSE", True),
        ("Gita Gorse", "Gita Mary Gorse", True), ("José Núñez", "Jose Nunez", True),
        ("Gita Gorse", "Hari Gorse", False),
        ("Gita Gorse", "Gita Hazel", False),
    ],
)  # fmt: skip
def test_spellings_of_one_name(one: str, other: str, may_be: bool) -> None:
    assert may_be_one_name(one, other) is may_be
    assert may_be_one_name(other, one) is may_be


def test_who_is_erased_and_who_only_has_a_similar_name(found: Round) -> None:
    from leadscape_web.rounds.work.personal import erase

    token, client = make_token(found, "101"), Client()
    for name, school in (
        ("G. Gorse", "100001"), ("Gita Gorse", "Some School"), ("G. Gorse", "Some Other School"),
        ("Gita Gorse", "Beechwood Secondary School"), ("Mrs Gorse", "Ashgrove primary school"),
    ):  # fmt: skip
        given = {"full_name": name, "home_school": school, "school": "as-written", "role": "mentor_head"}
        assert client.post(f"/answer/{token}/add/", given).status_code == 302
    with acting(why="A person was erased in a test", using="owner"):
        subject = ErasedSubject(found.pk, (), ("Gita Gorse",), ("100001",), "owner")
        assert erase(subject) >= 3
        assert subject.told == ["1 line of survey rounds may name the person: look at it"]
    left = Line.objects.using("owner").filter(asked=asked_of(found), erased_at=None).order_by("position")
    assert [(line.home_school_id, line.home_text) for line in left] == [
        (None, "Some Other School"), ("100002", "Beechwood Secondary School"),
    ]  # fmt: skip


def _names(*among: str) -> set[str]:
    held = PersonName.objects.using("owner").filter(full_name__in=among)
    return set(held.values_list("full_name", flat=True))


def _take_to_mean_leaders(found: Round, *names: str) -> None:
    """As a run would, that coded the lines with these names and no others."""
    named = PersonName.objects.using("owner").filter(full_name__in=names).values("person")
    with acting(why="A run of a test", using="owner"):
        for line in SentLine.objects.using("owner").filter(asked__round=found, person__in=named):
            Meant.objects.using("owner").create(line=line, person_id=line.person_id)


def _closed_long_ago(found: Round) -> None:
    Round.objects.using("owner").filter(pk=found.pk).update(closed_at=timezone.now() - timedelta(days=91))


def _add(token: str, *names: str, **more: str) -> None:
    for name in names:
        given = {"full_name": name, "home_school": "100003", "role": "mentor_head", **more}
        assert Client().post(f"/answer/{token}/add/", given).status_code == 302


def test_what_is_needed_no_more_is_forgotten(found: Round) -> None:
    sent = make_token(found, "101")
    _add(sent, "Is Counted", "Not Coded")
    Client().post(f"/answer/{sent}/check/")
    _add(make_token(found, "102"), "Never Sent", nominee_email="n@x.example")
    _take_to_mean_leaders(found, "Is Counted")
    with acting(why="Time passes in a test", using="owner"):
        _closed_long_ago(found)
        with CaptureQueriesContext(connections["owner"]) as asked:
            due = dict(rounds_over("owner"))[str(found.pk)]
        assert len(asked) == 1, "however many rounds there were"
        assert due == timezone.localdate() - timedelta(days=91)
        forgotten = forget_rounds([str(found.pk)], "owner")
        assert forgotten == 6, (
            "three addresses; a line that was never sent; one that was not coded, as worked on and as sent"
        )
        assert str(found.pk) not in dict(rounds_over("owner"))
    assert not Contact.objects.using("owner").filter(asked__round=found).exclude(email="").exists()
    assert _names("Is Counted", "Not Coded", "Never Sent") == {"Is Counted"}
    lines = provider.return_rows(found, provider.counted_lines(found, "owner"), "owner")
    assert [row[1] for row in lines] == ["Is Counted"], "what a count holds stays as it was"


def test_who_was_taken_out_is_forgotten_too(found: Round, signed_in: Client) -> None:
    """By a correction, or with the respondent who named them."""
    token, client = make_token(found, "102"), Client()
    _add(token, "Stays Named", "Taken Out")
    client.post(f"/answer/{token}/check/")
    gone = Line.objects.using("owner").filter(asked=asked_of(found, "102")).order_by("position").last()
    assert gone is not None
    client.post(f"/answer/{token}/person/{gone.pk}/remove/")
    client.post(f"/answer/{token}/check/")
    withdrawn = make_token(found, "101")
    _add(withdrawn, "Of A Withdrawn One")
    client.post(f"/answer/{withdrawn}/check/")
    _take_to_mean_leaders(found, "Stays Named", "Taken Out", "Of A Withdrawn One")
    signed_in.post(
        f"/rounds/{found.pk}/respondent/{asked_of(found, '101').pk}/", {"do": "withdraw", "sure": "on"}
    )
    before = timezone.now() - timedelta(days=200)
    with acting(why="Time passes in a test", using="owner"):
        Contact.objects.using("owner").filter(asked=asked_of(found, "N1")).update(ended_at=before)
        _closed_long_ago(found)
        assert forget_rounds([str(found.pk)], "owner") == 7, (
            "three addresses; two lines as worked on and as sent"
        )
    assert _names("Stays Named", "Taken Out", "Of A Withdrawn One") == {"Stays Named"}
    held = Contact.objects.using("owner").get(asked=asked_of(found, "N1"))
    assert (held.email, held.ended_at) == ("", before), "when it ended stays as it was"


def test_a_round_that_nobody_closes_is_forgotten_all_the_same(found: Round) -> None:
    token = make_token(found, "101")
    _add(token, "Sent In An Open Round")
    Client().post(f"/answer/{token}/check/")
    today = timezone.localdate()
    last = today - timedelta(days=120)
    with acting(why="Time passes in a test", using="owner"):
        assert dict(rounds_over("owner"))[str(found.pk)] == found.links_end
        Round.objects.using("owner").filter(pk=found.pk).update(
            opens_on=last - timedelta(days=20), closes_on=last, late_days=14
        )
        assert dict(rounds_over("owner"))[str(found.pk)] == last + timedelta(days=14)
        ask_for("privacy.retain", asked_by=None, using="owner")
    run_jobs()
    assert _names("Sent In An Open Round"), "nothing goes that was not announced"
    with acting(why="A week passed", using="owner"):
        RetentionDue.objects.using("owner").update(announced_on=today - timedelta(days=7))
        ask_for("privacy.retain", asked_by=None, using="owner")
    run_jobs()
    assert not _names("Sent In An Open Round")
    assert not Contact.objects.using("owner").filter(asked__round=found).exclude(email="").exists()


def test_a_run_reads_again_what_changed_while_the_library_was_at_it(
    found: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer(found, "101")
    study = _count(found).study
    assert study is not None
    read: list[pl.DataFrame] = []
    done: list[Any] = []

    def slowly(path: Path, progress: Any = None) -> Any:
        read.append(pl.read_csv(path.parent / "rooms" / "frame.csv", infer_schema=False))
        if not done:
            done.append(open_study(path, progress=progress))
            because("A test changes an answer meanwhile", using="owner")
            Asked.objects.using("owner").filter(round=found, respondent="101").update(reminders=2)
        return done[0]

    monkeypatch.setattr(running, "open_study", slowly)

    def run() -> int:
        with acting(editor()):
            job = ask_for("studies.run", asked_by=editor(), given={"study": str(study.pk)})
        perform(job.pk)
        assert_done(job.pk)
        return len(read)

    assert run() == 2, "an answer of the round changed"
    assert [frame["reminders"][0] for frame in read] == ["0", "2"]
    assert run() == 3, "nothing changed"


def test_whose_file_is_to_come_is_counted_once_it_is_there(base: Study, found: Round, tmp_path: Path) -> None:
    """The title of the round is that of a study, too: the count takes another."""
    with acting(why="Noted in a test", using="owner"):
        Round.objects.using("owner").filter(pk=found.pk).update(title=base.title)
        Asked.objects.using("owner").filter(round=found, respondent="101").update(heard="yes")
    _answer(found, "N1")
    study = _count(found).study
    assert study is not None
    assert study.title == f"{base.title} (round 1)"

    def answered() -> dict[str, str]:
        responses = check(study).responses
        return dict(zip(responses["respondent_id"], responses["response"], strict=True))

    before = answered()
    assert before["N1"] == "answered"
    assert before["101"] != "answered"
    _workbook(tmp_path / "101.xlsx", LINES["101"])
    with acting(why="A file came in a test", using="owner"):
        add_input(study, "returns", "101.xlsx", (tmp_path / "101.xlsx").read_bytes())
    assert answered() == {**before, "101": "answered"}
