"""The queue: who sees which question, decides it, is told of another's decision, and takes one back."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadscape_web.accounts.context import acting, because
from leadscape_web.accounts.models import Person, PersonName, User
from leadscape_web.jobs.models import Job
from leadscape_web.privacy.work.recognising import keep_keys
from leadscape_web.review import queue
from leadscape_web.review.models import Decision, Question, Text
from leadscape_web.review.work.retention import forget_words, gone_questions

from tests.review.review_world import KEYS, client_as, review_world, standing_of
from tests.support.jobs import run_jobs

__all__ = ["client_as", "review_world"]


def decide(client: Client, question: Any, answer: str, **more: str) -> Any:
    given = {"answer": answer, "note": "", "standing": standing_of(question), **more}
    return client.post(f"/review/{question}/", given)


def answer_of(question: Any) -> str | None:
    found = Decision.objects.using("owner").filter(question=question, superseded_at=None).first()
    return found.answer if found else None


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("nation.editor", {"school", "role", "person", "lost"}),
        ("region.editor", {"school", "role", "person"}),
        ("authority.editor", {"school"}),
        ("authority.reader", {"school"}),
        ("trust.editor", set()),
        ("school.editor", set()),
    ],
)
def test_a_question_is_seen_where_all_its_authorities_are(
    who: str, seen: set[str], review_world, client_as
) -> None:
    client = client_as(who)
    for name in KEYS:
        assert client.get(f"/review/{review_world[name]}/").status_code == (200 if name in seen else 404), (
            name
        )
    page = client.get("/review/").content.decode()
    for name in KEYS:
        assert (str(review_world[name]) in page) == (name in seen)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("trust.editor", "Questions are about whole authorities"),
        ("school.editor", "Questions are about whole authorities"),
        ("nation.editor", None),
    ],
)
def test_whoever_sees_no_question_reads_why_and_what_to_do(
    who: str, why: str | None, review_world, client_as
) -> None:
    page = client_as(who).get("/review/").content.decode()
    assert ("You see no questions" in page) == (why is not None)
    if why:
        assert why in page
        assert "look at their leaders instead" in page
        assert 'href="/survey/leaders/">Leaders in your area' in page
        assert ": open" not in page


def test_an_area_without_questions_is_told_who_answers_the_others() -> None:
    assert "No question lies wholly in your area" in queue.why_none(
        [("editor", "region"), ("editor", "school")]
    )


@pytest.mark.parametrize("who", ["nation.researcher", "nation.administrator", "nobody"])
def test_whoever_sees_no_people_sees_no_questions(who: str, review_world, client_as) -> None:
    assert client_as(who).get("/review/").status_code == 403
    with acting(User.objects.using("owner").get(email=f"{who}@leadscape.example")):
        assert not Question.objects.exists()
        assert not Text.objects.exists()


def test_only_editors_of_the_area_write_and_only_in_their_own_name(review_world) -> None:
    def insert(who: str, question: Any, by: Any) -> None:
        with acting(User.objects.using("owner").get(email=f"{who}@leadscape.example")):
            because("A test of the rows")
            Decision.objects.create(question_id=question, answer="none", origin="page", decided_by_id=by)

    editor = User.objects.using("owner").get(email="authority.editor@leadscape.example").pk
    reader = User.objects.using("owner").get(email="nation.reader@leadscape.example").pk
    for who, name, by in (
        ("authority.editor", "role", editor),
        ("authority.editor", "person", editor),
        ("authority.editor", "school", reader),
        ("nation.reader", "school", reader),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"):
            insert(who, review_world[name], by)
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update review_decision set answer = 'same'")


def test_candidates_are_shown_side_by_side_with_their_evidence(review_world, client_as) -> None:
    client = client_as("region.editor")
    school = client.get(f"/review/{review_world['school']}/").content.decode()
    for text in ("Which school is meant by “Ashgrove”?", "1. Ashgrove Primary School", "2. Cedar Lane Primary School",
                 "Likely (83 %)", "Very unlikely (9 %)", "has all the words and more; in the authority",
                 "two schools are near", "None of the register", "3 km"):  # fmt: skip
        assert text in school, text
    role = client.get(f"/review/{review_world['role']}/").content.decode()
    for text in ("School improvement partner", "2 of 3 so named by others", "on Mondays", "Definition"):
        assert text in role, text
    person = client.get(f"/review/{review_world['person']}/").content.decode()
    for text in ("Alice Ash and Bob Birch", "Unlikely (26 %)", "surname near", "One person", "Two people",
                 "Ashgrove Primary School", "Northshire"):  # fmt: skip
        assert text in person, text


def test_a_question_about_a_role_says_of_whom_and_at_which_school(review_world, client_as) -> None:
    role = client_as("region.editor").get(f"/review/{review_world['role']}/").content.decode()
    for text in ("Said of", "Bob Birch", "Home school, as understood", "Cedar Lane Primary School"):
        assert text in role, text


def test_a_question_about_nobody_yet_waits_for_the_role(review_world, client_as) -> None:
    from leadscape_web.review.models import QuestionLine

    client = client_as("nation.editor")
    lines = QuestionLine.objects.using("owner").filter(leader_key="leader-bob")
    before = dict(lines.values_list("pk", "person_id"))
    with acting(why="A test of what waits", using="owner"):
        lines.update(person=None)
    try:
        page = client.get(f"/review/{review_world['person']}/").content.decode()
        listed = client.get("/review/?kind=Whether+one+person").content.decode()
        following = queue.next_open
        with acting(User.objects.using("owner").get(email="nation.editor@leadscape.example")):
            assert following(queue.Narrowed("person")) is None
    finally:
        with acting(why="A test of what waits", using="owner"):
            for key, person in before.items():
                lines.filter(pk=key).update(person=person)
    assert "Are they one person: Alice Ash and somebody who is no leader yet?" in page
    assert "Waits for another question" in page
    assert f'href="/review/{review_world["role"]}/">Which role is meant by “helps out”?' in page
    assert "Waits for another question" in listed
    assert "0 lines wait; 1 more waits for another question" in listed


def test_what_is_decided_comes_last_and_keeps_no_line_waiting(review_world, client_as) -> None:
    client = client_as("nation.editor")
    decide(client, review_world["lost"], "none")
    try:
        given = csv.DictReader(
            line for line in client.get("/review/?format=csv").content.decode("utf-8-sig").splitlines()
            if not line.startswith(("#", '"#'))
        )  # fmt: skip
        rows = [(row["State"], row["Lines waiting"]) for row in given]
    finally:
        client.post(f"/review/undo/{standing_of(review_world['lost'])}/")
    assert rows[0][0] == "Open"
    assert rows[-1] == ("Decided, not in the figures yet", "0")


def test_a_decision_leads_to_the_next_question_and_can_be_undone_there(review_world, client_as) -> None:
    client = client_as("nation.editor")
    answer = decide(client, review_world["school"], "100001", note="Asked the school")
    assert answer.status_code == 302
    assert answer["Location"] in {f"/review/{review_world[name]}/" for name in ("role", "person")}
    page = client.get(answer["Location"]).content.decode()
    assert "Your decision was saved." in page
    assert "Undo your last decision" in page
    assert answer_of(review_world["school"]) == "100001"
    assert (
        "Decided, not in the figures yet" in client.get(f"/review/{review_world['school']}/").content.decode()
    )
    client.post(f"/review/undo/{standing_of(review_world['school'])}/")
    assert answer_of(review_world["school"]) is None
    rows = Decision.objects.using("owner").filter(question=review_world["school"]).order_by("decided_at")
    assert [row.answer for row in rows] == ["100001", None]
    shown = client.get(f"/review/{review_world['school']}/").content.decode()
    assert "Asked the school" in shown
    assert "an earlier decision taken back" in shown


def test_of_two_reviewers_the_second_is_told(review_world, client_as) -> None:
    first, second = client_as("nation.editor"), client_as("region.editor")
    opened = standing_of(review_world["person"])
    assert decide(first, review_world["person"], "same", standing=opened).status_code == 302
    told = decide(second, review_world["person"], "different", standing=opened)
    assert told.status_code == 409
    assert "Somebody else decided this question after you opened it." in told.content.decode()
    assert "One person" in told.content.decode()
    assert answer_of(review_world["person"]) == "same"
    assert decide(second, review_world["person"], "different").status_code == 302
    assert answer_of(review_world["person"]) == "different"


def test_what_cannot_be_decided_is_said_in_the_form(review_world, client_as) -> None:
    client = client_as("nation.editor")
    before = answer_of(review_world["school"])
    for given, text in (
        ({"answer": ""}, "Select your decision"),
        ({"answer": "999999"}, "Select"),
        ({"answer": "other", "urn": ""}, "Enter the URN of the other school"),
        ({"answer": "other", "urn": "999999"}, "No school of the register has the URN 999999"),
        ({"answer": "100001", "note": "Alice Ash told me so"}, "without the name of the person"),
    ):
        page = client.post(f"/review/{review_world['school']}/", {"note": "", "standing": "", **given})
        assert page.status_code == 422, given
        assert text in page.content.decode(), given
    assert answer_of(review_world["school"]) == before
    assert decide(client, review_world["school"], "other", urn="100002").status_code == 302
    assert answer_of(review_world["school"]) == "100002"


def test_keys_are_listed_and_can_be_switched_off(review_world, client_as) -> None:
    client = client_as("nation.editor")
    address = f"/review/{review_world['lost']}/"
    assert "review/keys.mjs" in client.get(address).content.decode()
    client.post("/review/keys/", {"question": str(review_world["lost"])})
    page = client.get(address).content.decode()
    assert "review/keys.mjs" not in page
    assert "Keys are switched off." in page
    client.post("/review/keys/", {"question": str(review_world["lost"])})
    assert "review/keys.mjs" in client.get(address).content.decode()


@pytest.mark.parametrize("order", list(itertools.permutations(["school", "role", "person"]))[::2])
def test_the_file_is_the_same_whatever_the_order_of_decisions(order, review_world, client_as) -> None:
    client = client_as("nation.editor")
    answers = {"school": "100001", "role": "none", "person": "same"}
    for name in order:
        decide(client, review_world[name], answers[name])
    file = client.get(f"/review/study/{review_world['study']}/file.csv").content.decode()
    lines = {line.split(",")[0]: line for line in file.splitlines()}
    assert ",100001,a reviewer of the service," in lines[KEYS["school"]]
    assert ",none,a reviewer of the service," in lines[KEYS["role"]]
    assert ",same,a reviewer of the service," in lines[KEYS["person"]]


def test_the_file_says_what_the_library_would_and_takes_few_queries(
    review_world, client_as, django_assert_max_num_queries
) -> None:
    client = client_as("nation.editor")
    decide(client, review_world["role"], "none", note="They meet once a term")
    address = f"/review/study/{review_world['study']}/file.csv"
    client.get(address)
    with django_assert_max_num_queries(22):
        file = client.get(address).content.decode()
    rows = {row["question_id"]: row for row in csv.DictReader(io.StringIO(file))}
    assert set(rows) == set(KEYS.values())
    role = "(national_leader_of_education)"
    told = f"Alice Ash, 100001 {role}  =?  Bob Birch, 100003 {role}"
    assert rows[KEYS["person"]]["as_written"] == told
    school = rows[KEYS["school"]]
    assert (school["as_written"], school["nominations"]) == ("Ashgrove", "3")
    assert school["candidate_2"].startswith("100003 | Cedar Lane Primary School")
    one = rows[KEYS["role"]]
    assert (one["decision"], one["note"], one["context"]) == ("none", "They meet once a term", "on Mondays")
    seen = client_as("authority.reader").get(address).content.decode()
    assert [row["question_id"] for row in csv.DictReader(io.StringIO(seen))] == [KEYS["school"]]


def test_a_review_file_is_checked_and_then_applied(review_world, client_as) -> None:
    client = client_as("nation.editor")
    for name, answer in (("school", "none"), ("role", "none"), ("person", "same")):
        decide(client, review_world[name], answer)
    base = f"/review/study/{review_world['study']}"
    text = (
        "question_id,decision,decided_by,note\n"
        f"{KEYS['school']},100001 | Ashgrove Primary School | Town,Clerk,Seen the list\n"
        f"{KEYS['role']},none,Clerk,\n"
        f"{KEYS['person']},Different,Clerk,Alice Ash said so\n"
        "school-ffffffffffff,none,Clerk,\n"
    )
    page = client.post(f"{base}/upload/", {"file": SimpleUploadedFile("r.csv", text.encode())})
    body = page.content.decode()
    assert page.status_code == 200
    for words in (
        "Nothing has been changed yet",
        "Ashgrove Primary School (URN 100001)",
        "Two people",
        "Left out",
    ):
        assert words in body, words
    assert answer_of(review_world["school"]) == "none"
    token = body.split('name="token" value="')[1].split('"')[0]
    assert client.post(f"{base}/apply/", {"token": token}).status_code == 302
    assert answer_of(review_world["school"]) == "100001"
    assert answer_of(review_world["person"]) == "different"
    note = Text.objects.using("owner").get(field="note", decision__question=review_world["school"],
                                           decision__superseded_at=None)  # fmt: skip
    assert note.text == "Seen the list"
    assert client.post(f"{base}/apply/", {"token": token}).status_code == 409, "no dry run is applied twice"
    other = client_as("region.editor")
    assert other.post(f"{base}/apply/", {"token": token}).status_code == 409, "nor by somebody else"


def test_a_longer_file_takes_no_more_queries(review_world, client_as) -> None:
    client = client_as("nation.editor")
    answers = {"role": "mentor_head", "lost": "none"}
    base = f"/review/study/{review_world['study']}/upload/"

    def queries(names: list[str]) -> int:
        text = "question_id,decision\n" + "".join(f"{KEYS[name]},{answers[name]}\n" for name in names)
        with CaptureQueriesContext(connection) as taken:
            page = client.post(base, {"file": SimpleUploadedFile("r.csv", text.encode())})
        assert page.status_code == 200, page.content.decode()
        return len(taken)

    queries(["lost"])
    assert queries(["role", "lost"]) == queries(["lost"])


def test_more_decisions_of_a_file_take_no_more_queries(review_world, client_as) -> None:
    client = client_as("nation.editor")
    base = f"/review/study/{review_world['study']}"

    def queries(names: list[str], note: str) -> int:
        for name in ("role", "lost"):
            decide(client, review_world[name], "mentor_head")
        text = "question_id,decision,note\n" + "".join(f"{KEYS[name]},none,{note}\n" for name in names)
        page = client.post(f"{base}/upload/", {"file": SimpleUploadedFile("r.csv", text.encode())})
        token = page.content.decode().split('name="token" value="')[1].split('"')[0]
        with CaptureQueriesContext(connection) as taken:
            assert client.post(f"{base}/apply/", {"token": token}).status_code == 302
        return len(taken)

    queries(["lost"], "Seen the list")
    assert queries(["role", "lost"], "Seen the list") <= queries(["lost"], "Seen the list")
    run_jobs()


def test_notes_of_a_file_that_name_somebody_who_stays_out_are_emptied(
    review_world, client_as, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who stays out only the worker knows: the decision is made, and the words go before anybody reads them long."""
    client = client_as("nation.editor")
    base = f"/review/study/{review_world['study']}"
    for name in ("role", "lost"):
        decide(client, review_world[name], "mentor_head")
    erased = "Zora Quillfeather"
    with acting(why="Somebody was erased in a test", using="owner"):
        person = Person.objects.using("owner").create()
        PersonName.objects.using("owner").create(person=person, full_name=erased)
        assert keep_keys(person.pk, "erasure")
    text = (
        "question_id,decision,decided_by,note\n"
        f"{KEYS['role']},none,-Clerk,{erased} of Ashgrove told me\n{KEYS['lost']},none,{erased},Seen the list\n"
    )
    page = client.post(f"{base}/upload/", {"file": SimpleUploadedFile("r.csv", text.encode())})
    token = page.content.decode().split('name="token" value="')[1].split('"')[0]
    assert client.post(f"{base}/apply/", {"token": token}).status_code == 302
    assert ("review.sift", "done") in run_jobs()
    told = Text.objects.using("owner").filter(decision__superseded_at=None, question__in=[review_world["role"],
                                              review_world["lost"]], decision__isnull=False)  # fmt: skip
    words = {(text.question_id, text.field): text.text for text in told}
    assert words[review_world["role"], "note"] == ""
    assert words[review_world["role"], "decided_by"] == "-Clerk"
    assert words[review_world["lost"], "decided_by"] == ""
    assert words[review_world["lost"], "note"] == "Seen the list"
    assert answer_of(review_world["role"]) == answer_of(review_world["lost"]) == "none"


def test_words_of_questions_that_nobody_asks_any_more_go_in_time(review_world, client_as) -> None:
    decide(client_as("nation.editor"), review_world["lost"], "none", note="They meet once a term")
    with acting(why="A run asked it no more in a test", using="owner"):
        Question.objects.using("owner").filter(pk=review_world["lost"]).update(gone_at=timezone.now())
        assert str(review_world["lost"]) in dict(gone_questions("owner"))
        assert forget_words([str(review_world["lost"])], "owner") >= 2
        assert str(review_world["lost"]) not in dict(gone_questions("owner"))
    kept = Text.objects.using("owner").filter(question=review_world["lost"], field__in=("key", "note"))
    assert set(kept.values_list("text", flat=True)) == {""}
    assert answer_of(review_world["lost"]) == "none"
    with acting(why="It is asked again in a test", using="owner"):
        Question.objects.using("owner").filter(pk=review_world["lost"]).update(gone_at=None)
        Text.objects.using("owner").filter(question=review_world["lost"], field="key").update(
            text=KEYS["lost"], blanked_at=None
        )


def test_no_figure_is_told_of_what_is_not_asked() -> None:
    rows = pl.DataFrame({"kind": [], "state": [], "nominations": [], "not_used": []},
                        schema={"kind": pl.String, "state": pl.String, "nominations": pl.Int64,
                                "not_used": pl.Boolean})  # fmt: skip
    assert queue.figures_of(rows) == []
    assert "No study has been run here" in queue.why_none([("editor", "nation")], studies=False)


def test_a_wrong_review_file_is_told_whole(review_world, client_as) -> None:
    client = client_as("nation.editor")
    text = (
        f"question_id,decision\n{KEYS['school']},999999\n{KEYS['role']},emperor\n{KEYS['person']},perhaps\n"
    )
    page = client.post(
        f"/review/study/{review_world['study']}/upload/",
        {"file": SimpleUploadedFile("answers.csv", text.encode())},
    )
    assert page.status_code == 422
    for words in (
        "Must be a URN of the register",
        "Must be a role id of england-2006",
        "Must be same or different",
    ):
        assert words in page.content.decode(), words


def test_an_upload_is_called_as_its_own_file_is(review_world, client_as) -> None:
    file = SimpleUploadedFile("answers.csv", b"question_id,nothing\nrole-x,y\n")
    page = client_as("nation.editor").post(f"/review/study/{review_world['study']}/upload/", {"file": file})
    assert page.status_code == 422
    assert "answers.csv lacks 1 of the columns needed" in page.content.decode()


def test_running_again_is_asked_for_by_editors_of_the_nation(review_world, client_as) -> None:
    address = f"/review/study/{review_world['study']}/run/"
    assert client_as("region.editor").post(address).status_code == 403
    assert client_as("nation.editor").post(address).status_code == 302
    job = Job.objects.using("owner").get(kind="studies.run")
    assert job.given["study"] == str(review_world["study"])


@pytest.fixture
def more_than_a_page(review_world: dict[str, Any]) -> Iterator[None]:
    """Sixty questions more, for whose answer nothing waits."""
    study = Question.objects.using("owner").get(pk=review_world["school"])
    made = [
        Question(study_id=study.study_id, kind="role", run_at=timezone.now(), wave_id=study.wave_id, nominations=0)
        for _ in range(60)
    ]  # fmt: skip
    with acting(why="Questions of a test", using="owner"):
        Question.objects.using("owner").bulk_create(made)
    yield
    with acting(why="Questions of a test", using="owner"):
        Question.objects.using("owner").filter(pk__in=[one.pk for one in made]).delete()


def test_words_and_names_are_read_for_what_is_shown_alone(
    more_than_a_page, client_as, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def recorded(rows: Any, waves: Any) -> Any:
        read.append(rows.height)
        return in_words(rows, waves)

    in_words = queue.in_words
    monkeypatch.setattr(queue, "in_words", recorded)
    client = client_as("nation.editor")

    def titles(asked: str) -> list[str]:
        page = client.get(f"/review/{asked}").content.decode()
        return re.findall(r'href="/review/[0-9a-f-]{36}/[^"]*">((?:Which|Are)[^<]+)', page)

    pages = [titles("?page=1"), titles("?page=2")]
    assert [len(one) for one in pages] == read == [50, 14]
    assert sorted([*pages[0], *pages[1]])[0] == "Are they one person: Alice Ash and Bob Birch?"
    assert titles("?page=9") == pages[1]
    assert sorted([*pages[0], *pages[1]], key=str.lower)[:50] == titles("?sort=question")
    file = client.get("/review/?format=csv&kind=Which+role").content.decode()
    assert len(re.findall("Which role is meant by", file)) == 62
    assert read == [50, 14, 14, 64, 64]


def test_the_queue_takes_few_queries(review_world, client_as, django_assert_max_num_queries) -> None:
    client = client_as("nation.editor")
    client.get("/review/")
    with django_assert_max_num_queries(32):
        client.get("/review/")
    for name in KEYS:
        with django_assert_max_num_queries(38):
            client.get(f"/review/{review_world[name]}/")
    for page in ("samples/", *(f"study/{review_world['study']}/{name}/" for name in ("upload", "draw"))):
        client.get(f"/review/{page}")
        with django_assert_max_num_queries(16):
            client.get(f"/review/{page}")
