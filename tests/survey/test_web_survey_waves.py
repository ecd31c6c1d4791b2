"""Waves: who was asked, what came back, and the codebook as it was used."""

from __future__ import annotations

import hashlib
import html
import re

import pytest

from leadscape.actions.read_codebooks import print_codebook
from leadscape_web.accounts.context import acting
from leadscape_web.survey.codebooks import words_in
from leadscape_web.survey.models import Wave
from leadscape_web.survey.presenters.wave import asked_in_words, show_wave

pytestmark = pytest.mark.django_db


@pytest.fixture
def wave(user_of) -> Wave:
    with acting(user_of("nation.reader")):
        return Wave.objects.get()


def text(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page.content.decode())))


def test_every_wave_is_listed_for_whoever_has_a_right(client_of, wave) -> None:
    for who in ("authority.reader", "nation.researcher", "nation.administrator"):
        page = text(client_of(who).get("/survey/waves/"))
        assert "An invented system" in page
        assert "3 authorities asked, 2 answered (66.7 % of those asked)" in page
    assert client_of("nobody").get("/survey/waves/").status_code == 403


def test_silence_is_unknown_and_not_being_asked_is_not_collected() -> None:
    given = [
        ("authority", "answered", 1),
        ("authority", "silent", 1),
        ("authority", "answered_none", 1),
        ("agency", "answered", 1),
    ]
    told = asked_in_words(given, 5)
    assert told == (
        "1 national agency asked, 1 answered (100.0 % of those asked).",
        "3 authorities asked, 2 answered (66.7 % of those asked), 1 of them that there is nobody to name; 1 did not"
        " answer: what they would have said is unknown, not zero; 2 more of the register's 5 were not asked: not"
        " collected.",
    )


def test_a_wave_tells_response_codebook_and_provenance(client_of, wave) -> None:
    page = text(client_of("nation.administrator").get(f"/survey/wave/{wave.pk}/"))
    assert "Southport Authority South Did not answer unknown: this is not zero" in page
    assert "Roles of system leaders, England 2006" in page
    assert wave.codebook_sha256 in page
    assert "Not collected: the instrument had no place for it" in page
    assert "Accredited to challenge and support other heads on behalf of their authority." in page


def test_how_many_people_a_respondent_named_is_not_told(client_of, wave) -> None:
    download = client_of("nation.reader").get(f"/survey/wave/{wave.pk}/?format=csv").content.decode()
    assert "Northshire" in download
    assert "nominations" not in download.lower()


def test_the_codebook_is_handed_over_as_it_was_used(client_of, wave) -> None:
    page = client_of("authority.reader").get(f"/survey/wave/{wave.pk}/codebook.toml")
    assert hashlib.sha256(page.content).hexdigest() == wave.codebook_sha256
    assert page["Content-Disposition"] == 'attachment; filename="england-2006.toml"'


def test_a_codebook_that_cannot_be_read_leaves_ids_and_says_why() -> None:
    words = words_in('id = "england-2006"', "england-2006")
    assert words.role("mentor_head") == "mentor_head"
    assert "england-2006" in words.problem
    assert words_in(print_codebook("england-2006"), "x").role("mentor_head") == "Mentor head"


def test_a_wave_needs_few_queries(client_of, wave, django_assert_max_num_queries) -> None:
    client = client_of("nation.reader")
    client.get(f"/survey/wave/{wave.pk}/")
    with django_assert_max_num_queries(10):
        client.get(f"/survey/wave/{wave.pk}/")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"rows_read": 12, "rows_used": 10}, "12 read, 10 used"),
        ({"rows_read": 12, "rows_used": 0}, "12 read, 0 used"),
        ({"rows_read": 12, "rows_used": None}, "12 read, use not known"),
        ({"rows_read": None}, "Not a table"),
    ],
)
def test_rows_that_were_not_counted_are_no_zero(entry: dict, told: str) -> None:
    wave = Wave(title="A wave", codebook="unknown", codebook_text="", provenance={"inputs": [entry]})
    [shown] = show_wave(wave, [], 0).inputs
    assert shown.rows == told
