"""Finding a school, trust, authority or person, as each kind of user does it."""

from __future__ import annotations

import polars as pl
import pytest
from django.db import connection

from leadscape_web.accounts.context import acting
from leadscape_web.register.find import LETTERS, find, read_question
from leadscape_web.register.search_index import _COLUMNS, take_entries_apart

pytestmark = pytest.mark.django_db


@pytest.fixture
def found_by(user_of):
    """``found_by("nation.reader", "fernhill")``: pairs of kind and name, best first."""

    def ask(who: str, typed: str, kind: str = ""):
        with acting(user_of(who)):
            return [(match.kind, match.label) for match in find(typed, kind).matches]

    return ask


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("Ashgrove Primary School", ("school", "Ashgrove Primary School")),
        ("ashgrove", ("school", "Ashgrove Primary School")),
        ("ashgorve primary", ("school", "Ashgrove Primary School")),
        ("ash grove", ("school", "Ashgrove Primary School")),
        ("lane cedar", ("school", "Cedar Lane Primary School")),
        ("Cedarlane", ("school", "Cedar Lane Primary School")),
        ("beechw", ("school", "Beechwood Secondary School")),
        ("BÉECHWOOD sec.", ("school", "Beechwood Secondary School")),
        ("fernhill comprehensive", ("school", "Fernhill Academy")),
        ("fernhill", ("school", "Fernhill Academy")),
        ("100003", ("school", "Cedar Lane Primary School")),
        (" ev1 2bb ", ("school", "Dale Special School")),
        ("EV12BB", ("school", "Dale Special School")),
        ("riverside", ("trust", "Riverside Trust")),
        ("T1", ("trust", "Riverside Trust")),
        ("northshire", ("authority", "Northshire")),
        ("101", ("authority", "Northshire")),
        ("nursery southport", ("school", "Gorse Nursery School")),
    ],
)
def test_the_best_match_comes_first(typed, best, found_by) -> None:
    assert found_by("nation.reader", typed)[0] == best


def test_a_former_name_says_so_and_an_open_school_comes_before_one_that_closed(client_of) -> None:
    page = client_of("school.reader").get("/find/", {"q": "fernhill comprehensive"}).content.decode()
    assert "Former name: Fernhill Comprehensive" in page
    page = client_of("school.reader").get("/find/", {"q": "fernhill"}).content.decode()
    assert page.index(">Fernhill Academy<") < page.index(">Fernhill School<")
    assert "Closed 31 August 2005." in page
    assert 'Followed by <a class="govuk-link" href="/register/school/100006/">Fernhill Academy</a>' in page


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("nation.reader", {"Alice Ash", "Bob Birch", "Charlie Cedar"}),
        ("region.editor", {"Alice Ash", "Bob Birch"}),
        ("authority.broker", {"Alice Ash"}),
        ("trust.approver", {"Charlie Cedar"}),
        ("school.reader", {"Alice Ash"}),
        ("nation.researcher", set()),
        ("nation.administrator", set()),
    ],
)
def test_people_are_found_in_ones_area_only(who, seen, found_by) -> None:
    asked = {"Alice Ash": "alice ahs", "Bob Birch": "Birch, Bob", "Charlie Cedar": "mr c cedar"}
    found = {name for name, typed in asked.items() if ("person", name) in found_by(who, typed)}
    assert found == seen


def test_a_head_is_found_as_a_head_and_a_leader_as_a_leader(client_of) -> None:
    client = client_of("nation.reader")
    head = client.get("/find/", {"q": "Dora Dunn"}).content.decode()
    assert 'href="/register/school/100002/">Dora Dunn' in head
    assert "Headteacher, Beechwood Secondary School, Northshire" in head
    assert "/survey/leader/" in client.get("/find/", {"q": "Alice Ash"}).content.decode()


def test_users_of_the_service_are_not_found(found_by) -> None:
    assert not [one for one in found_by("nation.administrator", "Region Reader") if one[0] == "person"]


def test_one_kind_is_found_and_counted_by_itself(client_of) -> None:
    page = client_of("nation.reader").get("/find/", {"q": "cedar"}).content.decode()
    assert "All (" in page
    assert "People (1)" in page
    only = client_of("nation.reader").get("/find/", {"q": "cedar", "kind": "person"}).content.decode()
    assert "1 person for “cedar”" in only
    assert ">Charlie Cedar<" in only
    assert ">Cedar Lane Primary School<" not in only


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "What you can type"),
        ("   ", "What you can type"),
        ("a", "One letter finds too much"),
        ("xqzxqzxq", "No results for “xqzxqzxq”"),
        ("%", "One letter finds too much"),
        ("%_%", "No results for"),
        ("'; drop table x; --", "for “&#39;; drop table x; --”"),
        ("😀😀", "No results for “😀😀”"),
        ("ashgrove " * 2000, "More was typed than is read"),
        ("\\", "One letter finds too much"),
        ("the", "No results for “the”"),
        ("1" * 100, "No results for"),
        ('"ashgrove"', ">Ashgrove Primary School<"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
    ],
)
def test_nothing_that_is_typed_breaks_the_page(typed, says, client_of) -> None:
    answer = client_of("nation.reader").get("/find/", {"q": typed})
    assert answer.status_code == 200
    assert says in answer.content.decode()


@pytest.mark.parametrize(
    "more", [{"page": "0"}, {"page": "99"}, {"page": "x"}, {"page": "１"}, {"kind": "x"}]
)
def test_a_strange_address_is_answered(more, client_of) -> None:
    assert client_of("nation.reader").get("/find/", {"q": "school", **more}).status_code == 200


def test_whoever_has_no_right_finds_nothing(client_of) -> None:
    assert client_of("nobody").get("/find/", {"q": "ashgrove"}).status_code == 403
    assert client_of("").get("/find/", {"q": "ashgrove"}).status_code == 302
    assert client_of("nation.reader").post("/find/", {"q": "ashgrove"}).status_code in (403, 405)


def test_pages_with_names_are_kept_by_nobody(client_of) -> None:
    assert "no-store" in client_of("nation.reader").get("/find/", {"q": "alice"})["Cache-Control"]


def test_few_queries(client_of, django_assert_max_num_queries) -> None:
    client = client_of("nation.reader")
    with django_assert_max_num_queries(24):
        client.get("/find/", {"q": "fernhill"})


def test_a_question_is_read_without_what_cannot_be_searched() -> None:
    assert read_question("  a\x00b\n c  ") == ("a b c", False)
    assert read_question("x" * (LETTERS + 1)) == ("x" * LETTERS, True)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("ashgorve", "Ashgrove Primary School"),  # two letters swapped in a word
        ("ashgrovepimary", "Ashgrove Primary School"),  # a word that stuck, and a slip
        ("dael", "Dale Special School"),  # swapped in a short word
        ("elmfeid primary", "Elmfield Primary School"),
        ("100", "Ashgrove Primary School"),  # a number begun
        ("SP1", "Elmfield Primary School"),  # a postcode begun
    ],
)
def test_more_slips(typed, best, found_by) -> None:
    assert best in [name for _, name in found_by("school.reader", typed)[:5]]


def test_words_of_schools_ask_no_people_unless_people_are_asked_for(found_by) -> None:
    assert ("person", "Alice Ash") not in found_by("nation.reader", "alice ash school")
    assert ("person", "Alice Ash") in found_by("nation.reader", "alice ash school", "person")


def test_an_empty_register_has_an_empty_index() -> None:
    assert [frame.height for frame in take_entries_apart(pl.DataFrame(schema=_COLUMNS))] == [0, 0, 0]


def test_nobody_is_in_the_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from register_searchentry where label ilike '%alice%' or text ilike '%alice%'"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("select count(*) from register_searchword where word = 'alice'")
        assert cursor.fetchone() == (0,)
