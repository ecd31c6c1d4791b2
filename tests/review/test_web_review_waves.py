"""What was decided in one study is decided in the next: by the same words, schools and pairs, saying where."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for
from leadscape_web.jobs.performing import perform
from leadscape_web.register.models import School
from leadscape_web.review.deciding import decide, standing, take_back
from leadscape_web.review.models import Decision, Question, Text
from leadscape_web.review.replaying import provide_decisions
from leadscape_web.review.review_file import review_file
from leadscape_web.rounds.models import Round
from leadscape_web.studies.inputs import current_inputs
from leadscape_web.studies.models import Study
from leadscape_web.studies.running import load_study
from leadscape_web.survey.models import RoleHolding

from tests.review.review_world import sign_in
from tests.support.demo_world import demo_world
from tests.support.jobs import assert_done, run_jobs
from tests.support.rounds import make_round

EARLIER = Decision.Origin.EARLIER
NOTE = "Told by the authority"


@dataclass(frozen=True)
class Waves:
    """Two studies of one system, a year apart. ``taken_back``, ``gone``: ids of questions of the library.

    ``gone`` was decided to mean a school that the register of the second does not list.
    """

    first: Study
    second: Study
    taken_back: str
    gone: str
    noted: str


@pytest.fixture(scope="module")
def waves(
    tmp_path_factory: pytest.TempPathFactory,
    service_server: Any,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Any:
    with demo_world(service_server, django_db_blocker, tmp_path_factory) as demo:
        first = Study.objects.using("owner").get()
        taken_back, noted = (key_of(one) for one in asked(first, "role")[:2])
        say(first, taken_back, None)
        say(first, noted, "none", note=NOTE)
        gone = key_of(asked(first, "school")[0])
        lost = unused_school()
        say(first, gone, lost)
        again = next_wave(demo, tmp_path_factory.mktemp("next") / "study", lost)
        load_study(again)
        second = Study.objects.using("owner").exclude(pk=first.pk).get()
        yield Waves(first, second, taken_back, gone, noted)


def unused_school() -> str:
    """A school at which nobody is known and that nobody is said to support."""
    used = set(RoleHolding.objects.using("owner").values_list("home_school", flat=True))
    return School.objects.using("owner").exclude(urn__in=[urn for urn in used if urn]).order_by("-urn")[0].urn


def next_wave(demo: Path, folder: Path, lost: str) -> Path:
    """The same study a year on: without decisions of its own, and without one school of its register."""
    shutil.copytree(demo.parent, folder)
    text = demo.read_text().replace('decisions = "review.csv"\n', "").replace("2006-06-30", "2007-06-30")
    (folder / "study.toml").write_text(text.replace('title = "', 'title = "A year on: '))
    (folder / "review.csv").unlink()
    register = folder / "register.csv.gz"
    lines = gzip.decompress(register.read_bytes()).splitlines(keepends=True)
    kept = [line for line in lines if lost.encode() not in line.split(b",")[0]]
    assert len(kept) == len(lines) - 1
    register.write_bytes(gzip.compress(b"".join(kept)))
    return folder / "study.toml"


def editor() -> User:
    return User.objects.using("owner").get(email="nation.editor@leadscape.example")


def asked(study: Study, kind: str) -> list[Question]:
    """Questions of a kind that are decided."""
    rows = Question.objects.using("owner").filter(
        study=study, kind=kind, gone_at=None, carried_out__isnull=False
    )
    return list(rows.order_by("pk"))


def key_of(question: Question) -> str:
    return Text.objects.using("owner").get(question=question, field="key").text


def question_of(study: Study, key: str) -> Question:
    return Question.objects.using("owner").get(study=study, texts__field="key", texts__text=key)


def now_of(study: Study, key: str) -> Decision | None:
    return (
        Decision.objects.using("owner").filter(question=question_of(study, key), superseded_at=None).first()
    )


def say(study: Study, key: str, answer: str | None, note: str = "") -> Decision:
    with acting(editor()):
        mine = Question.objects.get(pk=question_of(study, key).pk)
        now = standing(mine)
        return decide(mine, answer, opened_with=now.pk if now else None, user=editor(), note=note)


def run(study: Study) -> None:
    with acting(editor()):
        job = ask_for("studies.run", asked_by=editor(), given={"study": str(study.pk)})
    run_jobs()
    assert_done(job.pk)


def called(study: Study) -> str:
    return f"{study.title}, 30 June 2006"


def test_what_was_decided_is_decided_in_the_next_wave_and_says_where(waves: Waves) -> None:
    said = dict(
        Decision.objects.using("owner")
        .filter(question__study=waves.first, superseded_at=None, question__texts__field="key")
        .values_list("question__texts__text", "answer")
    )
    found = Question.objects.using("owner").filter(study=waves.second, gone_at=None)
    kinds = dict.fromkeys(("role", "school", "person"), 0)
    for question in found:
        answer = said.get(key_of(question))
        if answer is None or key_of(question) == waves.gone:
            continue
        now = now_of(waves.second, key_of(question))
        assert question.carried_out == answer
        assert now is not None
        assert (now.answer, now.origin) == (answer, EARLIER)
        told = dict(Text.objects.using("owner").filter(decision=now).values_list("field", "text"))
        assert told["decided_in"] == called(waves.first)
        kinds[question.kind] += 1
    assert min(kinds.values()) > 0, kinds
    page = (
        sign_in("nation.editor").get(f"/review/{question_of(waves.second, waves.noted).pk}/").content.decode()
    )
    assert f"decided in an earlier study: {called(waves.first)}" in page
    assert NOTE in page
    assert "a reviewer of the service" in page
    assert "Decided, in an earlier study" in page
    with acting(editor()):
        exported = review_file(waves.second, "csv").decode()
    rows = {row["question_id"]: row for row in csv.DictReader(io.StringIO(exported))}
    assert (rows[waves.noted]["decision"], rows[waves.noted]["decided_in"]) == ("none", called(waves.first))


def test_what_was_taken_back_is_asked_anew(waves: Waves) -> None:
    question = question_of(waves.second, waves.taken_back)
    assert question.carried_out is None
    assert now_of(waves.second, waves.taken_back) is None


def test_a_school_that_the_next_wave_does_not_know_is_told_and_not_used(waves: Waves) -> None:
    question = question_of(waves.second, waves.gone)
    assert question.carried_out is None
    assert now_of(waves.second, waves.gone) is None
    assert question.not_used.endswith("Must be a URN of the register, or none.")
    assert called(waves.first) in question.not_used
    client = sign_in("nation.editor")
    assert "Decided before, and not used here" in client.get(f"/review/{question.pk}/").content.decode()
    queue = client.get("/review/").content.decode()
    assert "Decisions of earlier studies not used" in queue


def test_a_round_counted_after_the_study_has_its_decisions_and_none_that_were_taken_back(
    waves: Waves, tmp_path: Path
) -> None:
    found = make_round(waves.first, closed_at=waves.first.made_at)
    with acting(editor()):
        job = ask_for("rounds.count", asked_by=editor(), given={"round": str(found.pk)})
    perform(job.pk)
    assert_done(job.pk)
    counted = Round.objects.using("owner").select_related("study").get(pk=found.pk).study
    assert counted is not None
    assert not current_inputs(counted).filter(key="decisions").exists()
    rows = {row["question_id"]: row for row in _provided(counted, tmp_path)}
    assert (rows[waves.noted]["decision"], rows[waves.noted]["decided_in"]) == ("none", called(waves.first))
    assert waves.taken_back not in rows
    # Nothing of a later study comes back to an earlier one, nor a study's own to itself.
    assert not [row for row in _provided(waves.first, tmp_path) if row["decided_in"]]


def _provided(study: Study, folder: Path) -> list[dict[str, str]]:
    assert provide_decisions(study, folder, "owner") == {"decisions": ["decisions.csv"]}
    return list(csv.DictReader(io.StringIO((folder / "decisions.csv").read_text(encoding="utf-8-sig"))))


def test_it_follows_the_earlier_study_until_it_is_decided_here(waves: Waves) -> None:
    """Decided otherwise there, taken back there, decided otherwise here, taken back here."""
    keys = [key_of(one) for one in asked(waves.second, "role") if key_of(one) != waves.noted][:3]
    changed, undone, own = keys
    say(waves.first, changed, "none", note="They meet once a term")
    say(waves.first, undone, None)
    say(waves.second, own, "none")
    with acting(editor()):
        replayed = Decision.objects.get(pk=now_of(waves.second, waves.noted).pk)  # type: ignore[union-attr]
        take_back(replayed, editor())
    run(waves.second)
    now = now_of(waves.second, changed)
    assert now is not None
    assert (now.answer, now.origin) == ("none", EARLIER)
    assert question_of(waves.second, changed).carried_out == "none"
    assert now_of(waves.second, undone) is None
    assert question_of(waves.second, undone).carried_out is None
    mine = now_of(waves.second, own)
    assert mine is not None
    assert (mine.answer, mine.origin) == ("none", "page")
    back = now_of(waves.second, waves.noted)
    assert back is not None
    assert (back.answer, back.origin) == (None, "undo")
    assert question_of(waves.second, waves.noted).carried_out is None
