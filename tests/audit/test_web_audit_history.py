"""What a reader is told of a record's history."""

from __future__ import annotations

import pytest

from leadscape_web.accounts.context import acting, set_context
from leadscape_web.accounts.wording import Change, changes_in_words, label_of, value_in_words
from leadscape_web.audit.history import history_of, history_of_subject
from leadscape_web.audit.subjects import SUBJECTS, TABLE_WORDS, recorded
from leadscape_web.survey.models import Leader, RoleHolding

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(user_of) -> Leader:
    """Alice, moved to Beechwood by an editor of Northshire."""
    with acting(user_of("authority.editor"), why="New post in September"):
        leader = Leader.objects.get()
        Leader.objects.filter(pk=leader.pk).update(home_school_id="100002", version=2)
        RoleHolding.objects.filter(leader=leader).update(home_school_id="100002", version=2)
    return leader


@pytest.fixture
def unmoved(user_of) -> Leader:
    """Alice, whom only her phase was corrected of, so that she stays outside the trust."""
    with acting(user_of("authority.editor"), why="Wrong phase"):
        leader = Leader.objects.get()
        Leader.objects.filter(pk=leader.pk).update(phase="secondary")
    return leader


def test_a_change_is_told_in_words(moved, user_of) -> None:
    with acting(user_of("region.reader")):
        entry, first = history_of("survey_leader", str(moved.pk))
    assert entry.who == "a user of Northshire"
    assert entry.why == "New post in September"
    [part] = entry.parts
    assert part.what == "Leader changed"
    assert part.changes == (
        Change(
            "home_school_id",
            "Home school",
            "Ashgrove Primary School (100001)",
            "Beechwood Secondary School (100002)",
        ),
    )
    assert first.who == "the service"
    assert first.why == "The invented system of the tests"
    assert [part.what for part in first.parts] == ["Leader added"]


@pytest.mark.parametrize(
    ("who", "label"),
    [
        ("authority.editor", "you"),
        ("authority.reader", "a user of Northshire"),
        ("school.reader", "a user of Northshire"),
        ("nation.reader", "a user of Northshire"),
    ],
)
def test_who_changed_it_is_told_as_the_reader_may_know(moved, user_of, who: str, label: str) -> None:
    with acting(user_of(who)):
        assert history_of("survey_leader", str(moved.pk))[0].who == label


def test_an_administrator_of_the_user_sees_the_name(user_of) -> None:
    from leadscape_web.accounts.models import Organisation

    with acting(user_of("authority.administrator"), why="Needed for invitations"):
        body = Organisation.objects.create(kind="school", key="100002", label="Beechwood Secondary School")
    with acting(user_of("nation.administrator")):
        [entry] = history_of("accounts_organisation", str(body.pk))
        assert entry.who == "Authority Administrator (Northshire)"
    with acting(user_of("trust.administrator")):
        assert history_of("accounts_organisation", str(body.pk))[0].who == "a user of Northshire"


def test_a_right_that_ended_later_still_says_for_whom_it_was_done(moved, user_of) -> None:
    from django.utils import timezone

    from leadscape_web.accounts.models import Access

    editor = user_of("authority.editor")
    with acting(user_of("nation.administrator"), why="Left"):
        Access.objects.filter(user=editor).update(ended_at=timezone.now())
    with acting(user_of("nation.reader")):
        assert history_of("survey_leader", str(moved.pk))[0].who == "a user of Northshire"


def test_whoever_does_not_see_the_person_does_not_see_the_history(unmoved, user_of) -> None:
    for who in ("nation.administrator", "nation.researcher", "trust.editor", "nobody"):
        with acting(user_of(who)):
            assert history_of("survey_leader", str(unmoved.pk)) == ()
    assert history_of("survey_leader", str(unmoved.pk)) == ()


def test_a_page_tells_everything_about_its_record_and_what_was_done_together_stands_together(
    moved, user_of
) -> None:
    with acting(user_of("authority.reader")):
        entries = history_of_subject(SUBJECTS["leader"], str(moved.pk), moved.person_id)
    assert [part.what for part in entries[0].parts] == ["Role-holding changed", "Leader changed"]
    assert {part.what for part in entries[-1].parts} == {
        "Leader added", "Role-holding added", "Support for a school added", "Headship added", "Name of a person added",
    }  # fmt: skip
    with acting(user_of("nobody")):
        [entry] = history_of_subject(SUBJECTS["school"], "100006")
    assert {part.what for part in entry.parts} == {
        "School added", "Other name of a school added", "Membership of a group added", "Link between schools added",
    }  # fmt: skip


def test_a_history_takes_few_queries(moved, user_of, django_assert_max_num_queries) -> None:
    user = user_of("authority.reader")
    with acting(user):
        set_context(user=str(user.pk))
        # One for the words of the codebooks' roles.
        with django_assert_max_num_queries(4):
            history_of_subject(SUBJECTS["leader"], str(moved.pk), moved.person_id)
        with django_assert_max_num_queries(4):
            history_of_subject(SUBJECTS["school"], "100001")


def test_every_recorded_table_has_words() -> None:
    assert set(TABLE_WORDS) == set(recorded())


def test_values_are_read_as_words() -> None:
    assert label_of("home_school_id") == "Home school"
    assert label_of("started_on") == "Started on"
    assert value_in_words("started_on", "2006-06-30", {}) == "30 June 2006"
    assert value_in_words("role", "national_leader_of_education", {}) == "national leader of education"
    assert value_in_words("phase", None, {}) == "Not known"
    assert value_in_words("person_id", "6f2e0700-7336-4f16-b7ac-481be38210d6", {}) == "a person"
    assert (
        value_in_words("school_id", "100001", {("register_school", "100001"): "Ashgrove"})
        == "Ashgrove (100001)"
    )
    assert value_in_words("is_active", False, {}) == "No"


def test_a_value_that_is_not_kept_is_told_to_have_changed() -> None:
    [change] = changes_in_words({"id": "1"}, {"id": "1"}, {}, ["full_name"])
    assert (change.label, change.before, change.after) == (
        "Name",
        "not kept in the history",
        "not kept in the history",
    )
