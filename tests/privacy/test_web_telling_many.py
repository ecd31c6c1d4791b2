"""Telling many: the list that is filled in with addresses, letters printed together, what is recorded first."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from leadscape_web.jobs.models import Job
from leadscape_web.privacy.models import Address, Notice
from leadscape_web.survey.models import Leader

from tests.privacy.conftest import alice, end_bases, record_basis
from tests.support.jobs import run_jobs

SignedIn = Callable[[str], Any]
ADDRESSES, LETTERS = "/data-protection/addresses/", "/data-protection/notices/letters/"


def _bring(client: Any, content: bytes, name: str = "a.csv") -> Any:
    return client.post(ADDRESSES, {"file": SimpleUploadedFile(name, content)})


def _known() -> list[str]:
    return sorted(Address.objects.using("owner").filter(ended_at=None).values_list("email", flat=True))


def _filled(content: bytes, kind: str) -> bytes:
    """The list with an address for Alice, as a spreadsheet program would save it."""
    if kind == "xlsx":
        rows = pl.read_excel(content, sheet_name="Rows").with_columns(
            Email=pl.when(pl.col("Leader") == "Alice Ash").then(pl.lit("alice@school.example"))
        )
        stream = io.BytesIO()
        rows.write_excel(stream, worksheet="Rows")
        return stream.getvalue()
    lines = content.decode().splitlines()
    made = [
        line[: line.rindex(",")] + ",alice@school.example" if "Alice Ash" in line else line for line in lines
    ]
    text = "\n".join(made)
    return (text if kind == "csv" else "\r\n".join(";".join(one.split(",")) for one in made)).encode()


@pytest.mark.parametrize("kind", ["csv", "semicolons", "xlsx"])
def test_the_list_without_addresses_is_filled_in_and_brought_back(kind: str, signed_in: SignedIn) -> None:
    client = signed_in("nation.editor")
    page = client.get(ADDRESSES).content.decode()
    assert "Download the list without addresses as CSV" in page
    ending = "xlsx" if kind == "xlsx" else "csv"
    content = client.get(f"{ADDRESSES}missing/?format={ending}").content
    assert _bring(client, content, f"as-it-was.{ending}").status_code == 422, "nothing is filled in yet"
    answer = _bring(client, _filled(content, kind), f"filled.{ending}")
    assert answer.status_code == 302, answer.content.decode()
    assert _known() == ["alice@school.example"]
    after = client.get(f"{ADDRESSES}missing/").content.decode()
    assert "Alice Ash" not in after
    assert "Bob Birch" in after
    assert "leader-bob" not in after, "the key is in the download alone"


def test_the_key_is_in_downloads_of_leaders_and_of_notices_and_the_id_of_the_page_is_one_too(
    signed_in: SignedIn,
) -> None:
    client = signed_in("nation.editor")
    for path in ("/survey/leaders/", "/data-protection/notices/"):
        assert "leader-alice" in client.get(f"{path}?format=csv").content.decode(), path
        assert "leader-alice" not in client.get(path).content.decode(), path
    bob = Leader.objects.using("owner").get(key="leader-bob").pk
    content = f"leader,email\nleader-alice,a@school.example\n{bob},b@school.example\n".encode()
    assert _bring(client, content).status_code == 302
    assert _known() == ["a@school.example", "b@school.example"]


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "a.csv", "empty"),
        (b"# only what it is\n", "a.csv", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "a.csv", "a picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "a.png", "ends in .png"),
        (b"name,school\nA,B\n", "a.csv", "its headings are “name”, “school”"),
        (b"key,email,Email\n1,a@b.example,c@d.example\n", "a.csv", "2 columns headed “email”"),
        (
            b"key,email\nleader-alice,a@b.example\nleader-alice,c@d.example\n",
            "a.csv",
            "Row 2 gives the same leader",
        ),
        (b"key,email\nnobody,a@b.example\n", "a.csv", "No leader whom you edit has this key"),
    ],
)
def test_a_wrong_file_of_addresses_is_told_exactly(
    content: bytes, name: str, told: str, signed_in: SignedIn
) -> None:
    answer = _bring(signed_in("nation.editor"), content, name)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert _known() == []


def _confirm(client: Any, query: str = "") -> dict[str, str]:
    page = client.get(f"{LETTERS}{query}").content.decode()
    return dict(re.findall(r'type="hidden" name="(authority|whose)" value="([^"]*)"', page))


def test_letters_of_all_without_an_address_are_printed_together(signed_in: SignedIn) -> None:
    client = signed_in("nation.editor")
    _bring(client, b"key,email\nleader-alice,a@school.example\n")
    given = _confirm(client)
    assert not Notice.objects.using("owner").exists(), "nothing is made before it is confirmed"
    answer = client.post(LETTERS, given)
    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    links = re.findall(r"<strong>[^<]*/my-data/([\w-]+)/", page)
    assert page.count('class="leadscape-sheet"') == len(links) == len(set(links)) == 2
    assert "Alice Ash" not in page
    for link in links:
        assert signed_in("").get(f"/my-data/{link}/").status_code == 200
    assert page.count("Bob Birch") == 1
    assert Notice.objects.using("owner").filter(channel="letter", sent_at__isnull=False).count() == 2
    again = client.post(LETTERS, given)
    assert again.status_code == 409, "a page that is sent again prints nothing"
    assert Notice.objects.using("owner").count() == 2
    assert "Nobody needs a letter now" in client.get(LETTERS).content.decode()


def test_letters_of_one_authority_and_no_more_than_can_be_printed(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadscape_web.privacy.views import many

    client = signed_in("nation.editor")
    code = str(alice().authority_id)
    page = client.post(LETTERS, _confirm(client, f"?authority={code}")).content.decode()
    assert "Alice Ash" in page
    assert "Bob Birch" not in page
    monkeypatch.setattr(many, "MOST_LETTERS", 1)
    told = client.get(LETTERS).content.decode()
    assert "At most 1 letters are printed together" in told
    assert client.post(LETTERS, _confirm(client)).content.decode().count("leadscape-sheet") == 1
    assert signed_in("authority.reader").get(LETTERS).status_code == 403


def test_nobody_is_told_before_basis_and_controller_are_recorded(signed_in: SignedIn) -> None:
    end_bases()
    client, person = signed_in("nation.editor"), alice().person_id
    _bring(client, b"key,email\nleader-alice,a@school.example\n")
    for lack in ("on which lawful basis people are held", "who answers for the study"):
        for path in (f"/data-protection/person/{person}/", "/data-protection/notices/send/", LETTERS):
            page = client.get(path).content.decode()
            assert lack in page, path
            assert "/data-protection/basis/record/?wave=" in page, path
            assert "Send by e-mail" not in page, path
    for way in ("send", "letter"):
        told = client.post(f"/data-protection/person/{person}/{way}/", follow=True).content.decode()
        assert "No notice was made. First it must be recorded" in told
    client.post("/data-protection/notices/send/")
    client.post(LETTERS, _confirm(client))
    assert not Notice.objects.using("owner").exists()
    assert not Job.objects.using("owner").exists()
    record_basis(controller="")
    page = client.get(f"/data-protection/person/{person}/").content.decode()
    assert "on which lawful basis people are held" not in page
    assert "who answers for the study" in page
    area = signed_in("authority.editor").get(f"/data-protection/person/{person}/").content.decode()
    assert "Ask an editor of the nation" in area


def test_that_no_address_for_questions_is_set_is_said_before_anybody_is_told(
    signed_in: SignedIn, settings: Any
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, contact="")
    client = signed_in("nation.editor")
    _bring(client, b"key,email\nleader-alice,a@school.example\n")
    paths = (f"/data-protection/person/{alice().person_id}/", "/data-protection/notices/send/", LETTERS)
    for path in paths:
        assert "No address for questions is set" in client.get(path).content.decode(), path
    end_bases()
    record_basis(controller="The invented system, data@system.example")
    for path in paths:
        assert "No address for questions is set" not in client.get(path).content.decode(), path


def test_the_job_tells_nobody_of_whom_too_little_is_recorded(signed_in: SignedIn) -> None:
    client = signed_in("nation.editor")
    _bring(client, b"key,email\nleader-alice,a@school.example\n")
    client.post("/data-protection/notices/send/")
    end_bases()
    assert run_jobs() == [("privacy.send_all", "done")]
    result = Job.objects.using("owner").get().result
    assert result is not None
    assert result["notices"] == 0
    assert result["without a lawful basis, or who answers for the study"] == 3
    assert mail.outbox == []


def test_who_answers_for_the_study_may_be_reached_by_e_mail(signed_in: SignedIn) -> None:
    client = signed_in("nation.editor")
    given = {"basis": "public_task", "explained": "The duty of the nation to know its leaders",
             "controller": "The nation, data@nation.example", "purpose": "Knowing who leads",
             "recipients": "Editors"}  # fmt: skip
    assert client.post("/data-protection/basis/record/", given).status_code == 302
    assert (
        client.post("/data-protection/basis/record/", {**given, "purpose": "ask me@x.example"}).status_code
        == 422
    )
    page = client.post(f"/data-protection/person/{alice().person_id}/letter/").content.decode()
    assert "data@nation.example" in page


def test_a_basis_of_one_person_takes_over_who_answers_for_the_study(signed_in: SignedIn) -> None:
    end_bases()
    person = alice().person_id
    record_basis(controller="", person_id=person)
    client = signed_in("nation.editor")
    assert "who answers for the study" in client.get(f"/data-protection/person/{person}/").content.decode()
    record_basis()
    letter = client.post(f"/data-protection/person/{person}/letter/").content.decode()
    assert "The invented system" in letter


def test_a_link_that_another_took_the_place_of_is_not_said_to_work(signed_in: SignedIn) -> None:
    client, person = signed_in("nation.editor"), alice().person_id
    for _ in range(2):
        client.post(f"/data-protection/person/{person}/letter/")
    former, _latest = Notice.objects.using("owner").order_by("made_at")
    assert former.ended_at is not None
    page = client.get(f"/data-protection/person/{person}/").content.decode()
    assert page.count("None works") == 1
