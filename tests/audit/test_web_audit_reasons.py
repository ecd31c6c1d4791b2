"""Which reasons may be kept for good."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName
from leadscape_web.audit.reasons import check_reason, names_person
from leadscape_web.survey.models import Leader

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "name", "named"),
    [
        ("Alice moved school", "Alice Ash", True),
        ("moved, says ash herself", "Alice Ash", True),
        ("Moved to Ashgrove Primary School", "Alice Ash", False),
        ("They will retire, may be in may", "Will Grace Mayhew", False),
        ("Will has retired", "Will Grace Mayhew", True),
        ("José’s letter of May", "Jose Muñoz", True),
        ("A letter from munoz", "José Muñoz", True),
        ("Mr Birch wrote", "Mr Bob Birch", True),
        ("Mr Cedar wrote", "Mr Bob Birch", False),
        ("The O'Neill return", "Niamh O'Neill", True),
        ("The leader wrote", "", False),
    ],
)
def test_a_name_in_a_reason_is_found(text: str, name: str, named: bool) -> None:
    assert names_person(text, name) == named


def test_a_reason_must_not_name_the_person_now_or_formerly(user_of) -> None:
    with acting(user_of("authority.editor"), why="Married"):
        alice = Leader.objects.get().person_id
        PersonName.objects.filter(person_id=alice).update(superseded_at=timezone.now())
        PersonName.objects.create(person_id=alice, full_name="Alice Oak")
        for text in ("Ash is now called otherwise", "Oak was wrong", "Told by Alice"):
            with pytest.raises(ValidationError) as caught:
                check_reason(text, [alice, None])
            assert caught.value.code == "name"
        assert check_reason("  The  school\ntold us ", [alice]) == "The school told us"
        assert check_reason("Told by Bob", [alice]) == "Told by Bob"
        assert check_reason("Ash is now called otherwise") == "Ash is now called otherwise"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "short"), ("  x ", "short"), ("x" * 501, "long"), ("ask head@school.example", "email")],
)
def test_a_reason_must_say_something_and_no_address(text: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check_reason(text)
    assert caught.value.code == code


def test_administrators_may_not_name_the_user_in_a_reason(client_of, user_of) -> None:
    user = user_of("authority.reader")
    page = client_of("authority.administrator").post(
        f"/administration/user/{user.pk}/switch-off/", {"why": "Mrs Reader has left"}
    )
    assert page.status_code == 422
    assert "without the name of the person" in page.content.decode()
