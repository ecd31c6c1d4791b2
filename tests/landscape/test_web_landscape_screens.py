"""The screens of the landscape: what is published stands there and is downloaded as it is shown; nothing is counted."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any

import fastexcel
import pytest

from leadscape_web.accounts.models import Organisation
from leadscape_web.landscape.files import CLOSED, style_hashes
from leadscape_web.landscape.models import PublishedFile
from leadscape_web.landscape.panels import authority_panel
from leadscape_web.landscape.screens import EMPTY, SCREENS, VIEWS
from leadscape_web.register.models import Authority

from tests.support.published import DRAWN, TITLE, kept_tables, published

pytestmark = pytest.mark.django_db
ROUTES = ("/landscape/", *(f"/landscape/{one.slug}/" for one in SCREENS), "/landscape/report/")


@pytest.fixture(scope="module")
def study(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with published(django_db_blocker) as wave:
        yield wave


@pytest.fixture
def reader(client_of, study) -> Any:
    return client_of("authority.reader")


def rows_of(name: str) -> list[dict[str, Any]]:
    return next(table["rows"] for table in kept_tables() if table["name"] == name)


def page_of(client: Any, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]).split())


def csv_of(client: Any, path: str) -> list[dict[str, str]]:
    """Rows of a download, below what it says about itself."""
    text = client.get(path).content.decode("utf-8-sig")
    return list(csv.DictReader(line for line in io.StringIO(text) if not line.startswith("#")))


def authorities_in(page: str) -> list[str]:
    """Names that head the rows of the list of authorities."""
    listed = page.split('id="list-authorities"', 1)[1].split("</table>", 1)[0]
    return re.findall(r'href="/register/authority/[^"]*">([^<]*)</a></th>', listed)


@pytest.mark.parametrize("path", ROUTES)
class TestEveryScreen:
    """What holds for all."""

    def test_it_has_one_heading_names_its_study_and_source(self, path, reader) -> None:
        page = page_of(reader, path)
        assert page.count("<h1") == 1
        assert TITLE in page
        assert "codebook england-2006" in page
        assert "counts of people from 1 to 5 hidden" in page

    def test_few_queries_answer_it(self, path, reader, django_assert_max_num_queries) -> None:
        with django_assert_max_num_queries(12):
            reader.get(path)

    @pytest.mark.parametrize("who", ["", "nobody"])
    def test_it_is_for_those_who_have_a_right(self, path, who, client_of, study) -> None:
        assert client_of(who).get(path).status_code == (302 if not who else 403)

    def test_a_wave_that_is_not_there_is_not_found(self, path, reader) -> None:
        assert reader.get(f"{path}?wave=00000000-0000-0000-0000-000000000000").status_code == 404
        assert reader.get(f"{path}?wave=latest").status_code == 404


class TestScreens:
    """Findings, charts and tables."""

    def test_every_chart_has_the_table_beside_it(self, reader) -> None:
        seen = 0
        for screen in SCREENS:
            page = page_of(reader, f"/landscape/{screen.slug}/")
            for section in re.findall(r"<section.*?</section>", page, re.DOTALL):
                if "<img" in section:
                    seen += section.count("<img")
                    assert "<table" in section
                    assert all(re.findall(r'<img[^>]* alt="[^"]{10,}"', section))
        assert seen == len(DRAWN)

    def test_what_the_study_says_is_said(self, reader) -> None:
        page = words_of(page_of(reader, "/landscape/distribution/"))
        gini = next(row["statement"] for row in rows_of("statements") if row["subject"] == "concentration")
        assert gini in page

    def test_what_is_not_there_says_why(self, reader) -> None:
        assert EMPTY["doubt"] in words_of(page_of(reader, "/landscape/extent/"))
        assert EMPTY["validation"] in words_of(page_of(reader, "/landscape/quality/"))

    def test_a_hidden_count_is_a_word_and_stands_nowhere(self, reader) -> None:
        answer = page_of(reader, "/landscape/distribution/?region=South")
        row = re.search(r'<a class="govuk-link" href="/register/authority/201/">.*?</tr>', answer, re.DOTALL)
        assert row
        assert row[0].count("Suppressed") >= 2
        assert "Not known" not in row[0]

    def test_a_silent_authority_is_not_known_and_not_zero(self, reader) -> None:
        page = page_of(reader, "/landscape/distribution/?region=North")
        row = re.search(r'href="/register/authority/102/">.*?</tr>', page, re.DOTALL)
        assert row
        assert "did not answer" in row[0]
        assert row[0].count("Not known") == 3
        assert ">0<" not in row[0]

    def test_authorities_are_sorted_and_filtered_in_the_address(self, reader) -> None:
        page = page_of(reader, "/landscape/distribution/?sort=-schools")
        schools = {row["authority_name"]: row["schools"] for row in rows_of("authorities")}
        assert [schools[name] for name in authorities_in(page)] == sorted(schools.values(), reverse=True)[:25]
        north = page_of(reader, "/landscape/distribution/?region=North")
        assert set(authorities_in(north)) == {
            row["authority_name"] for row in rows_of("authorities") if row["region"] == "North"
        }

    def test_estimates_have_intervals_and_shares_their_denominators(self, reader) -> None:
        page = words_of(page_of(reader, "/landscape/prevalence/"))
        for row in rows_of("estimates"):
            if row["unit"] != "%":
                assert f"{row['low']:,.0f} to {row['high']:,.0f}" in page
            elif row["denominator"]:
                assert f"{row['denominator']:,.0f}" in page

    def test_links_keep_the_wave_that_was_asked_for(self, reader, study) -> None:
        page = page_of(reader, f"/landscape/extent/?wave={study}")
        assert f'href="/landscape/prevalence/?wave={study}"' in page
        assert f'href="/landscape/table/extent/?wave={study}&format=csv"' in page.replace("&amp;", "&")
        assert "?wave=" not in page_of(reader, "/landscape/extent/").split("<h1", 1)[0]


class TestTables:
    """One table, as it is shown and as data."""

    def test_every_table_that_was_published_has_an_address_and_no_other(self, reader) -> None:
        for name in VIEWS:
            shown = reader.get(f"/landscape/table/{name}/")
            assert shown.status_code in (200, 404), name
            if shown.status_code == 200:
                assert reader.get(f"/landscape/table/{name}/?format=csv").status_code == 200
        assert reader.get("/landscape/table/leaders/").status_code == 404
        assert reader.get("/landscape/data/leaders/").status_code == 404

    def test_the_download_is_what_is_shown(self, reader) -> None:
        page = page_of(reader, "/landscape/table/authorities/?region=North&sort=-schools")
        shown = authorities_in(page)
        kept = csv_of(reader, "/landscape/table/authorities/?region=North&sort=-schools&format=csv")
        assert [row["Authority"] for row in kept] == shown
        assert {row["Region"] for row in kept} == {"North"}

    def test_a_hidden_count_is_a_word_in_the_file_too(self, reader) -> None:
        kept = {row["Authority"]: row for row in csv_of(reader, "/landscape/table/authorities/?format=csv")}
        assert kept["Southport"]["All"] == "Suppressed"
        assert kept["Eastvale"]["All"] == "Not known"
        (northshire,) = (row for row in rows_of("authorities") if row["authority_code"] == "101")
        assert int(float(kept["Northshire"]["All"])) == northshire["holdings"]

    def test_the_workbook_holds_the_same(self, reader) -> None:
        content = reader.get("/landscape/table/extent/?format=xlsx").content
        sheet = fastexcel.read_excel(content).load_sheet("Rows").to_polars()
        text = " ".join(str(value) for row in sheet.iter_rows() for value in row)
        for row in rows_of("extent"):
            assert row["role_label"] in text
        assert "Not collected" in text

    def test_data_keep_every_column_in_the_order_of_its_declaration(self, reader) -> None:
        page = page_of(reader, "/landscape/data/estimates/")
        heads = re.findall(r'class="leadscape-sort" href="[^"]*">([^<]*)</a>', page)
        assert heads[:7] == ["estimate_id", "label", "origin", "method", "value", "low", "high"]
        assert set(heads) == set(rows_of("estimates")[0])
        kept = csv_of(reader, "/landscape/data/authorities/?format=csv")
        assert {row["authority_code"]: row["holdings_status"] for row in kept} == {
            row["authority_code"]: row["holdings_status"] for row in rows_of("authorities")
        }


class TestFiles:
    """What the study published as files."""

    def test_the_report_may_use_its_own_style_and_nothing_else(self, reader) -> None:
        answer = reader.get("/landscape/file/report.html")
        policy = answer["Content-Security-Policy"]
        style = re.search(rb"<style>(.*?)</style>", answer.content, re.DOTALL)
        assert style
        own = base64.b64encode(hashlib.sha256(style[1]).digest()).decode()
        assert policy == f"{CLOSED}; img-src data:; style-src 'sha256-{own}'"
        assert "script-src" not in policy
        assert "unsafe-inline" not in policy
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert answer["Content-Disposition"] == 'inline; filename="report.html"'
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_a_page_without_a_style_may_use_none(self) -> None:
        assert style_hashes(b"<p>no style</p>") == "'none'"

    def test_a_file_is_sent_once_while_it_stays_the_same(self, reader, study) -> None:
        first = reader.get("/landscape/file/report.html")
        again = reader.get("/landscape/file/report.html", headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        kept = PublishedFile.objects.get(wave=study, name="report.html")
        assert first["ETag"] == f'"{kept.sha256}"'
        assert bytes(kept.content) == first.content

    def test_what_is_kept_rather_than_looked_at_is_an_attachment(self, reader) -> None:
        assert reader.get("/landscape/file/landscape.xlsx")["Content-Disposition"].startswith("attachment")
        drawn = reader.get("/landscape/file/figures/extent.svg")
        assert (drawn["Content-Type"], drawn["Content-Disposition"]) == (
            "image/svg+xml; charset=utf-8",
            'inline; filename="extent.svg"',
        )
        assert "sandbox" in drawn["Content-Security-Policy"]
        kept = reader.get("/landscape/file/figures/extent.svg?download=1")
        assert kept["Content-Disposition"].startswith("attachment")

    @pytest.mark.parametrize("name", ["leaders.csv", "../settings.py", "figures/", "figures/nothing.svg"])
    def test_nothing_else_can_be_asked_for(self, name, reader) -> None:
        assert reader.get(f"/landscape/file/{name}").status_code == 404

    def test_the_report_names_every_file_and_table(self, reader) -> None:
        page = page_of(reader, "/landscape/report/")
        for name in ("report.html", "landscape.xlsx", "provenance.json"):
            assert f"/landscape/file/{name}" in page
        for table in kept_tables():
            assert f"/landscape/data/{table['name']}/" in page
        for title in DRAWN.values():
            assert title in page

    @pytest.mark.parametrize(
        ("below", "told", "untold"),
        [
            (0, "Small counts of people are not hidden", "are hidden"),
            (4, "from 1 to 3 are hidden", "not hidden in"),
        ],
    )
    def test_the_report_says_what_its_study_hides(self, below, told, untold, reader, monkeypatch) -> None:
        from leadscape_web.landscape import files

        def picked(request: Any, pick: Any = files.pick_wave) -> Any:
            found = pick(request)
            found.wave.provenance = {"parameters": {"suppress_below": below}}
            return found

        monkeypatch.setattr(files, "pick_wave", picked)
        page = page_of(reader, "/landscape/report/")
        assert told in page
        assert untold not in page


class TestPanels:
    """What stands on pages of other rooms."""

    def test_an_authority_has_its_published_figures(self, rf, study) -> None:
        panel = authority_panel(rf.get("/"), Authority.objects.get(code="101"))
        assert panel
        assert panel.title == "Published figures"
        assert panel.context["beside"].headings == ("Northshire", "North", "The whole system")

    def test_an_authority_without_any_has_no_panel(self, rf, study) -> None:
        assert authority_panel(rf.get("/"), Authority(code="999", name="Nowhere")) is None

    def test_without_a_study_there_is_no_panel(self, rf) -> None:
        # The wave of the invented system published nothing.
        assert authority_panel(rf.get("/"), Authority(code="999", name="Nowhere")) is None


def test_figures_do_not_depend_on_who_asks(client_of, study) -> None:
    """Published figures are the same for everybody, whichever people they may see."""
    read = {who: words_of(page_of(client_of(who), "/landscape/distribution/")) for who in (
        "nation.editor", "authority.reader", "school.researcher", "nation.administrator")}  # fmt: skip
    assert len(set(read.values())) == 1
    assert Organisation.objects.count() == 5
