"""Decisions made in the service and in a review file are the same: they lead to the same leaders, whoever runs."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadscape.actions.gather_inputs import gather_inputs
from leadscape.actions.review_questions import review_questions
from leadscape.actions.settle_study import settle_inputs
from leadscape.actions.study import read_study
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName, User
from leadscape_web.accounts.named import says_name
from leadscape_web.jobs.asking import ask_for
from leadscape_web.review.deciding import decide, standing, take_back
from leadscape_web.review.models import Decision, Question, QuestionLine, Text
from leadscape_web.review.notes import marks_of
from leadscape_web.review.replaying import decisions_here
from leadscape_web.review.review_file import review_file
from leadscape_web.studies.models import Study
from leadscape_web.studies.running import written
from leadscape_web.survey.models import RoleHolding

from tests.review.review_world import sign_in
from tests.support.demo_world import demo_world
from tests.support.jobs import assert_done, run_jobs

WORLD = ("leader-alice", "leader-bob", "leader-charlie")


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


def editor() -> User:
    return User.objects.using("owner").get(email="nation.editor@leadscape.example")


def question(study: Study, kind: str) -> Question:
    return Question.objects.using("owner").filter(study=study, kind=kind).order_by("pk")[0]


def decide_as_editor(found: Question, answer: str | None) -> Decision:
    with acting(editor()):
        mine = Question.objects.get(pk=found.pk)
        now = standing(mine)
        return decide(
            mine, answer, opened_with=now.pk if now else None, user=editor(), note="Asked the school"
        )


def as_the_library_has_it(demo: Path, tmp_path: Path, decisions: Path) -> tuple[set[str], set[str]]:
    """Leaders and holdings of the library's own run of the study with a file of decisions."""
    folder = tmp_path / "study"
    folder.mkdir()
    for path in demo.parent.iterdir():
        (folder / path.name).symlink_to(path)
    (folder / "study.toml").unlink()
    text = demo.read_text().replace('"review.csv"', f'"{decisions}"')
    (folder / "study.toml").write_text(text)
    study = read_study(folder / "study.toml")
    settled = settle_inputs(gather_inputs(study), study)
    return set(settled.leaders["leader_id"]), set(settled.role_holdings["holding_id"])


def test_every_question_of_the_library_is_kept_and_names_nobody(
    demo: Path, kept: Study, tmp_path: Path
) -> None:
    review_questions(demo, out=tmp_path / "review.csv")
    asked = pl.read_csv(tmp_path / "review.csv", infer_schema=False)
    keys = set(Text.objects.using("owner").filter(field="key").values_list("text", flat=True))
    assert keys == set(asked["question_id"])
    names = set(PersonName.objects.using("owner").values_list("full_name", flat=True))
    words = list(Text.objects.using("owner").exclude(field="key").values_list("text", flat=True))
    families = {name.split()[-1] for name in names}
    assert words
    for text in words:
        assert not any(name in text for name in names)
    lines = QuestionLine.objects.using("owner").filter(question__study=kept)
    assert all(line.name_marks for line in lines)
    current = dict(
        PersonName.objects.using("owner").filter(superseded_at=None).values_list("person", "full_name")
    )
    known = [line for line in lines if line.person_id in current]
    assert any(set(marks_of(current[line.person_id])) & set(line.name_marks) for line in known)
    persons = Text.objects.using("owner").filter(question__kind="person").values_list("text", flat=True)
    assert not any(family in text for text in persons for family in families)


def test_the_review_file_is_the_librarys(demo: Path, kept: Study, tmp_path: Path) -> None:
    review_questions(demo, out=tmp_path / "library.csv")
    library = pl.read_csv(tmp_path / "library.csv", infer_schema=False)
    with acting(editor()):
        (tmp_path / "service.csv").write_bytes(review_file(kept, "csv"))
    service = pl.read_csv(tmp_path / "service.csv", infer_schema=False)
    assert service.columns == library.columns
    person = pl.col("question") == "person"
    assert service.filter(~person).equals(library.filter(~person))
    # Names come from the records of the people, so that what was corrected or erased is so here too.
    assert service.filter(person).drop("as_written").equals(library.filter(person).drop("as_written"))
    assert " =? " in service.filter(person)["as_written"][0]


def test_what_is_decided_here_gives_the_leaders_that_the_library_gives_from_the_export(
    demo: Path, kept: Study, tmp_path: Path
) -> None:
    before = set(RoleHolding.objects.using("owner").filter(withdrawn_at=None).values_list("key", flat=True))
    decide_as_editor(question(kept, "person"), "same")
    decide_as_editor(question(kept, "role"), "none")
    decide_as_editor(question(kept, "school"), "none")
    with acting(editor()):
        (tmp_path / "export.xlsx").write_bytes(review_file(kept, "xlsx"))
        job = ask_for("studies.run", asked_by=editor(), given={"study": str(kept.pk)})
    run_jobs()
    assert_done(job.pk)
    leaders, holdings = as_the_library_has_it(demo, tmp_path, tmp_path / "export.xlsx")
    stored = RoleHolding.objects.using("owner").filter(withdrawn_at=None).exclude(leader__key__in=WORLD)
    assert set(stored.values_list("key", flat=True)) == holdings
    assert set(stored.values_list("leader__key", flat=True)) == leaders
    assert holdings != before, "the decisions change something"
    for kind, answer in (("person", "same"), ("role", "none"), ("school", "none")):
        assert question(kept, kind).carried_out == answer


def test_the_order_of_decisions_does_not_matter(kept: Study, tmp_path: Path) -> None:
    from leadscape_web.review.replaying import provide_decisions

    found = list(Question.objects.using("owner").filter(study=kept, kind="school").order_by("pk"))
    files = []
    for order in (found, found[::-1]):
        for one in order:
            decide_as_editor(one, "none")
        provide_decisions(kept, tmp_path, "owner")
        files.append((tmp_path / "decisions.csv").read_bytes())
    assert files[0] == files[1]


def test_a_decision_taken_back_leaves_what_stood_before(kept: Study) -> None:
    found = question(kept, "role")
    former = Decision.objects.using("owner").get(question=found, superseded_at=None)
    made = decide_as_editor(found, "consultant_leader")
    with acting(editor()):
        take_back(Decision.objects.get(pk=made.pk), editor())
    now = Decision.objects.using("owner").get(question=found, superseded_at=None)
    assert (now.answer, now.origin, now.restores_id) == (former.answer, "undo", former.pk)
    key = Text.objects.using("owner").get(question=found, field="key").text
    here = decisions_here(kept, "owner")[key]
    assert (here["decision"], here["note"]) == (former.answer, "Asked the school")
    with acting(editor()):
        rows = {
            row["question_id"]: row for row in csv.DictReader(io.StringIO(review_file(kept, "csv").decode()))
        }
    assert (rows[key]["decision"], rows[key]["note"]) == (former.answer, "Asked the school")
    decide_as_editor(found, None)
    assert decisions_here(kept, "owner")[key]["decision"] is None


def test_what_stands_again_says_who_had_decided_it(kept: Study) -> None:
    found = question(kept, "school")
    decide_as_editor(found, "none")
    first = Decision.objects.using("owner").get(question=found, superseded_at=None)
    with acting(why="A file of the tests", using="owner"):
        Text.objects.using("owner").create(
            question=found, decision=first, field="decided_by", text="Cleo the clerk"
        )
    second = decide_as_editor(found, None)
    with acting(editor()):
        back = take_back(Decision.objects.get(pk=second.pk), editor())
    key = Text.objects.using("owner").get(question=found, field="key").text
    assert decisions_here(kept, "owner")[key]["decided_by"] == "Cleo the clerk"
    page = sign_in("nation.editor").get(f"/review/{found.pk}/").content.decode()
    assert "what Cleo the clerk decided on" in page
    # Taken back and back again, it is still the first that stands.
    third = decide_as_editor(found, None)
    with acting(editor()):
        again = take_back(Decision.objects.get(pk=third.pk), editor())
    assert back.restores_id == again.restores_id == first.pk


def test_a_study_all_of_whose_decisions_were_taken_back_runs_without_any(kept: Study) -> None:
    for one in Question.objects.using("owner").filter(study=kept):
        decide_as_editor(one, None)
    with written(kept) as path:
        assert gather_inputs(read_study(path)).decisions.height == 0


def test_an_erasure_reaches_every_word_about_the_person_and_loses_nothing_of_others(kept: Study) -> None:
    from leadscape_web.studies.personal import ErasedSubject, erase_everywhere

    line = QuestionLine.objects.using("owner").filter(question__kind="school", person__isnull=False)[0]
    decide_as_editor(Question.objects.using("owner").get(pk=line.question_id), "none")
    other = question(kept, "role")
    words = Text.objects.using("owner")
    subject = ErasedSubject(line.person_id, (line.leader_key,), ("Zora Green",), (), "owner")
    with acting(why="A test of erasure", using="owner"):
        words.filter(question=other, field="as_written").update(text="Helps Mrs Green next door")
        words.filter(question=other, field="context").update(text="At Green Lane Academy")
        words.create(question=other, field="context", text="At Green Lane Academy") if not words.filter(
            question=other, field="context"
        ).exists() else None
        assert erase_everywhere(subject)["review"] >= 4
    assert set(words.filter(question=line.question_id).values_list("text", flat=True)) == {""}
    assert words.get(question=other, field="as_written").text == ""
    assert words.get(question=other, field="context").text == "At Green Lane Academy"
    assert words.get(question=other, field="key").text


@pytest.mark.parametrize(
    ("text", "told", "whole"),
    [
        ("Helps Mrs Green next door", True, False),
        ("zora green's helper", True, True),
        ("GREEN, Zora", True, True),
        ("Z. Green", True, False),
        ("Green Lane Academy", False, False),
        ("Zoë Brown and a z green field", False, False),
    ],
)
def test_a_name_is_told_from_a_place(text: str, told: bool, whole: bool) -> None:
    assert says_name(text, "Ms Zora Green") is told
    assert says_name(text, "Ms Zora Green", whole=True) is whole
