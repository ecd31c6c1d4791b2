"""The first page: whose area it shows, which figures stand there, what changed and what waits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from django.urls import reverse
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import Access, Invitation, Organisation
from leadscape_web.landscape.areas import Area, SeenLeaders, areas_of, count_seen, pick_area
from leadscape_web.landscape.home_beside import beside
from leadscape_web.landscape.published import Published
from leadscape_web.survey.models import Leader, Support, Wave

from tests.support.published import AS_OF, TITLE, kept_tables, published

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def study(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with published(django_db_blocker) as wave:
        yield wave


def text_of(answer: Any) -> str:
    """What is read on the page."""
    main = answer.content.decode().split("<main", 1)[1]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&#39;", "'").split())


def cells_of(answer: Any, row: str) -> list[str]:
    """Cells of a row of the table of one's area."""
    table = answer.content.decode().split('id="table-beside"', 1)[1].split("</table>", 1)[0]
    found = re.search(rf">{re.escape(row)}</th>(.*?)</tr>", table, re.DOTALL)
    assert found, row
    return [
        " ".join(re.sub(r"<[^>]+>", " ", cell).split())
        for cell in re.findall(r"<td.*?</td>", found[1], re.DOTALL)
    ]


class TestSignedOut:
    """Somebody who has no account, or no right."""

    def test_it_says_what_this_is_and_shows_no_figure(self, client_of, study) -> None:
        answer = client_of("").get("/")
        assert answer.status_code == 200
        page = text_of(answer)
        assert "Who leads improvement beyond their own school?" in page
        assert "Sign in" in page
        assert TITLE not in page

    def test_without_a_right_it_says_whom_to_ask(self, client_of, study) -> None:
        page = text_of(client_of("nobody").get("/"))
        assert "Ask an administrator of your organisation for an invitation" in page
        assert TITLE not in page


class TestNothingLoaded:
    """Before any study."""

    def test_it_says_what_to_do(self, client_of, monkeypatch) -> None:
        monkeypatch.setattr(Wave.objects, "order_by", lambda *_: Wave.objects.none())
        answer = client_of("nation.reader").get("/")
        assert answer.status_code == 200
        assert "No study has been loaded yet" in text_of(answer)


class TestFigures:
    """What is published stands there as it was published."""

    def test_the_finding_comes_first_and_what_is_not_known_is_said(self, client_of, study) -> None:
        page = text_of(client_of("nation.reader").get("/"))
        said = {row["kind"]: row["statement"] for row in _rows("statements") if row["subject"] == "summary"}
        assert TITLE in page
        assert "role-holdings of system leaders were reported" in page
        assert said["unknown"] in page
        assert "95 % interval" in page

    def test_hidden_and_silent_are_words_and_never_zero(self, client_of, study) -> None:
        answer = client_of("authority.reader").get("/")
        row = next(row for row in _rows("authorities") if row["authority_code"] == "101")
        assert cells_of(answer, "Role-holdings reported")[0] == f"{row['holdings']:,}"
        assert cells_of(answer, "Authorities that answered") == [
            "Answered",
            "2 of 4 (50.0 %)",
            "20 of 40 (50.0 %)",
        ]
        given = Published(Wave(), {name: _rows(name) for name in ("authorities", "regions", "totals")}, {})
        silent = dict(beside(given, "authority", "102", "Eastvale").rows)
        assert silent["Role-holdings reported"][0].text.startswith("Not known; at least ")
        assert silent["of local origin"][0].text == "Not known"
        hidden = dict(beside(given, "authority", "201", "Southport").rows)
        assert hidden["Role-holdings reported"][0].text == "Suppressed"
        assert hidden["Role-holdings reported"][0].missing

    def test_a_place_without_published_figures_says_so(self) -> None:
        given = Published(Wave(), {name: _rows(name) for name in ("authorities", "regions", "totals")}, {})
        shown = beside(given, "authority", "999", "Nowhere")
        assert dict(shown.rows)["Role-holdings reported"][0].text == "Not published"
        assert beside(given, "trust", "T1", "A trust").headings == ("The whole system",)

    def test_every_role_has_a_row_and_only_counts_have_a_bar(self, client_of, study) -> None:
        page = client_of("nation.reader").get("/").content.decode()
        roles = page.split('id="roles-caption"', 1)[1].split("</table>", 1)[0]
        rows = roles.split("<tbody", 1)[1].split("</tr>")[:-1]
        assert len(rows) == len(_rows("extent"))
        for row in rows:
            assert ("<svg" in row) == ("Not collected" not in row)


class TestArea:
    """Whose leaders are counted, and that nobody counts others'."""

    @pytest.mark.parametrize(
        ("who", "kind", "at_home", "elsewhere"),
        [
            ("nation.reader", "nation", 3, 0),
            ("region.reader", "region", 2, 0),
            ("authority.reader", "authority", 1, 0),
            ("trust.reader", "trust", 1, 0),
            ("school.reader", "school", 1, 0),
        ],
    )
    def test_leaders_of_the_area_that_may_be_seen(self, who, kind, at_home, elsewhere, user_of) -> None:
        user = user_of(who)
        with acting(user):
            (area,) = areas_of(user)
            seen = count_seen(area)
        assert (area.kind, seen.at_home, seen.from_elsewhere) == (kind, at_home, elsewhere)

    def test_a_leader_from_elsewhere_who_supports_a_school_here_is_told_apart(self, user_of) -> None:
        user = user_of("nation.reader")
        with acting(user):
            (nation,) = areas_of(user)
            assert count_seen(replace(nation, kind="authority", key="201")) == SeenLeaders(1, 1)
            assert count_seen(replace(nation, kind="school", key="100005")) == SeenLeaders(0, 1)

    def test_a_leader_of_the_area_who_supports_a_school_in_it_is_one(self, user_of) -> None:
        editor = user_of("nation.editor")
        with acting(editor, why="A second support"):
            alice = Leader.objects.get(key="leader-alice")
            holding = alice.role_holdings.get()
            Support.objects.create(
                holding=holding,
                leader=alice,
                person=alice.person,
                role=holding.role,
                partner_school_id="100002",
            )
            (nation,) = areas_of(editor)
            assert count_seen(replace(nation, kind="authority", key="101")) == SeenLeaders(1, 0)

    def test_an_area_one_does_not_act_for_cannot_be_asked_for(self, client_of, study) -> None:
        page = text_of(client_of("authority.reader").get("/?area=authority:102"))
        assert "Your area: Northshire" in page
        assert "Eastvale" not in page

    def test_whoever_acts_for_several_chooses_in_the_address(self, client_of, user_of, study) -> None:
        user = user_of("authority.reader")
        school = Organisation.objects.get(kind="school")
        with acting(user_of("nation.administrator"), why="A second right"):
            Access.objects.create(user=user, organisation=school, right="reader")
        page = text_of(client_of("authority.reader").get("/?area=school:100001"))
        assert "Your area: Ashgrove Primary School" in page
        assert "No figures are published for a single school" in page
        assert "You act for" in page

    def test_who_sees_no_people_is_told_why(self, client_of, study) -> None:
        assert "and no leader" in text_of(client_of("authority.administrator").get("/"))
        assert "without names" in text_of(client_of("authority.researcher").get("/"))
        for who in ("authority.administrator", "authority.researcher"):
            assert "by name. This is what you may see" not in text_of(client_of(who).get("/"))

    def test_the_first_area_is_the_widest(self, rf) -> None:
        areas = (Area("region", "North", "North", ()), Area("school", "1", "A school", ()))
        assert pick_area(rf.get("/"), areas) == areas[0]
        assert pick_area(rf.get("/?area=school:1"), areas) == areas[1]
        assert pick_area(rf.get("/"), ()) is None


class TestWork:
    """What changed, and what waits."""

    def test_changes_by_people_are_counted_where_they_may_be_seen(self, client_of, user_of, study) -> None:
        with acting(user_of("nation.editor"), why="A correction"):
            bob = Leader.objects.get(key="leader-bob")
            bob.phase = "secondary"
            bob.save()
        assert "1 leader changed" in text_of(client_of("region.reader").get("/"))
        assert "Nobody changed a record in Northshire" in text_of(client_of("authority.reader").get("/"))
        assert "Nobody changed" not in text_of(client_of("nation.administrator").get("/"))

    def test_an_editor_finds_the_leaders_they_changed(self, client_of, user_of, study) -> None:
        with acting(user_of("nation.editor"), why="A correction"):
            bob = Leader.objects.get(key="leader-bob")
            bob.phase = "secondary"
            bob.save()
        page = client_of("nation.editor").get("/").content.decode()
        assert f"/survey/leader/{bob.pk}/" in page
        assert "Bob Birch" in page
        assert "Bob Birch" not in client_of("region.editor").get("/").content.decode()

    def test_an_editor_sees_how_many_questions_wait(self, client_of, study) -> None:
        waiting = sum(row["open"] for row in _rows("open_questions"))
        page = client_of("nation.editor").get("/")
        assert f"{waiting} questions about who or which school is meant are still open" in text_of(page)
        (way,) = lxml.html.fromstring(page.content).xpath(
            "//*[@id='work']//a[starts-with(., 'Review')]/@href"
        )
        assert way == reverse("review:queue")
        assert "are still open in the study" not in text_of(client_of("nation.reader").get("/"))

    def test_an_administrator_sees_how_many_invitations_wait(self, client_of, user_of, study) -> None:
        administrator = user_of("authority.administrator")
        with acting(administrator, why="An invitation"):
            Invitation.objects.create(
                email="new@leadscape.example", organisation=Organisation.objects.get(kind="authority"), right="reader",
                token_hash="e" * 64, invited_by=administrator, expires_at=timezone.now() + timedelta(days=7),
            )  # fmt: skip
        assert "1 invitation waits for an answer" in text_of(client_of("authority.administrator").get("/"))
        assert "waits for an answer" not in text_of(client_of("school.administrator").get("/"))


def test_few_queries_answer_the_page(client_of, study, django_assert_max_num_queries) -> None:
    for who in ("nation.editor", "authority.reader", "trust.reader", "nation.administrator"):
        client = client_of(who)
        with django_assert_max_num_queries(16):
            assert client.get("/").status_code == 200


def test_the_date_of_the_study_is_said(client_of, study) -> None:
    assert f"{AS_OF.day} June {AS_OF.year}" in text_of(client_of("nation.reader").get("/"))


def _rows(name: str) -> list[dict[str, Any]]:
    return next(table["rows"] for table in kept_tables() if table["name"] == name)
