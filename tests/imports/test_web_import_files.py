"""Files that cannot be used: each is refused with a sentence that says what, why and what to do; nothing is changed."""

from __future__ import annotations

import gzip
import io
import uuid
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leadscape_web.imports.file_field import FilesField
from leadscape_web.imports.files import MOST_BYTES, safe_name
from leadscape_web.imports.models import Import, Problem, Upload
from leadscape_web.register.models import School

from tests.imports.test_web_import_register import again, bring, signed_in
from tests.support.import_files import as_csv, register_csv, register_rows
from tests.support.jobs import run_jobs
from tests.support.own_database import own_database

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def committed(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    with own_database(service_server, django_db_blocker, f"bad_files_{uuid.uuid4().hex[:8]}"):
        yield


def workbook(sheet: bytes, *, packed: bool = True) -> bytes:
    """A workbook whose only sheet is this text."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as folder:
        folder.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        folder.writestr(
            "xl/workbook.xml",
            '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
            ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        folder.writestr(
            "xl/_rels/workbook.xml.rels",
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        folder.writestr(SHEET, sheet)
    return made.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    b'<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
)
BAD = {
    "bomb_2026-11-01.xlsx": workbook(b" " * 260_000_000),
    "entities_2026-11-01.xlsx": workbook(ENTITIES),
    "bomb_2026-11-01.csv.gz": gzip.compress(b"0" * 260_000_000),
    "picture_2026-11-01.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "note_2026-11-01.csv": b"A note that is no table.\n",
    "other_2026-11-01.csv": b"Fruit,Price\nApple,1\n",
    "header_2026-11-01.csv": as_csv([]),
    "blank_2026-11-01.csv": b" \n\n",
    "cut_2026-11-01.xlsx": workbook(b"<worksheet/>")[:300],
    "heads_2026-11-01.csv": b"URN,EstablishmentName,EstablishmentStatus (name)\nnone,X,Open\n",
    "strange_2026-11-01.parquet": b"PAR1 and nothing else",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_words(name: str, committed: None) -> None:
    client = signed_in()
    before = School.objects.using("owner").count()
    found = bring(client, (name, BAD[name]))
    assert run_jobs() == [("imports.check", "done")], "a bad file is no fault of the service"
    assert again(found).state == "refused"
    page = client.get(f"/imports/{found.pk}/").content.decode()
    assert "The files cannot be used. Nothing was changed." in page
    assert len(again(found).notes[0]) > 30
    assert client.post(f"/imports/{found.pk}/confirm/").status_code == 302
    assert again(found).state == "refused"
    assert School.objects.using("owner").count() == before
    assert all(bytes(one.content) == b"" for one in Upload.objects.using("owner").filter(belongs_to=found))


def test_every_bad_file_is_told_at_once(committed: None) -> None:
    found = bring(
        signed_in(),
        ("other_2026-11-01.csv", BAD["other_2026-11-01.csv"]),
        ("picture_2026-11-01.csv", BAD["picture_2026-11-01.csv"]),
        ("register_2026-11-01.csv", register_csv()),
    )
    run_jobs()
    told = " ".join(again(found).notes)
    assert "other_2026-11-01.csv" in told
    assert "picture_2026-11-01.csv" in told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_usual_encoding_is_read(encoding: str, committed: None) -> None:
    rows = register_rows()
    rows["100001"]["EstablishmentName"] = "École d’Ashgrove"
    found = bring(signed_in(), ("register_2026-11-01.csv", as_csv(list(rows.values()), encoding=encoding)))
    run_jobs()
    assert again(found).state == "checked", again(found).notes


def test_without_a_date_it_is_asked_for(committed: None) -> None:
    client = signed_in()
    found = bring(client, ("register.csv", register_csv()))
    run_jobs()
    assert again(found).state == "refused"
    assert "has no date in its name" in " ".join(again(found).notes)
    answer = client.post(
        "/imports/register/",
        {"chosen": [SimpleUploadedFile("register.csv", register_csv())], "absent": "keep",
         "as_of-day": "1", "as_of-month": "11", "as_of-year": "2026"},
    )  # fmt: skip
    run_jobs()
    given = Import.objects.using("owner").get(pk=answer["Location"].split("/")[2])
    assert (given.state, str(given.as_of)) == ("checked", "2026-11-01")


def test_two_registers_at_once_and_another_country_are_refused(committed: None) -> None:
    two = bring(
        signed_in(), ("register_2026-11-01.csv", register_csv()), ("register_2026-11-02.csv", register_csv())
    )
    strange = register_rows()
    rows = [{**row, "URN": f"7{urn[1:]}"} for urn, row in strange.items()]
    other = bring(signed_in(), ("register_2026-11-01.csv", as_csv(rows)))
    run_jobs()
    assert "both list schools" in " ".join(again(two).notes)
    assert "is known here" in " ".join(again(other).notes)


def test_a_problem_stands_by_row_and_column_without_the_name_of_a_person(committed: None) -> None:
    client = signed_in()
    rows = register_rows()
    rows["100001"] |= {"OpenDate": "31-02-2001", "HeadLastName": "Secretname"}
    rows["100002"] |= {"SchoolCapacity": "-5", "HeadFirstName": "Hidden"}
    found = bring(client, ("register_2026-11-01.csv", as_csv(list(rows.values()))))
    run_jobs()
    told = Problem.objects.using("owner").filter(belongs_to=found)
    assert {(one.row, one.column, one.value) for one in told} == {
        (2, "OpenDate", "31-02-2001"),
        (3, "SchoolCapacity", "-5.0"),
    }
    page = client.get(f"/imports/{found.pk}/problems/").content.decode()
    assert "31-02-2001" in page
    downloaded = client.get(f"/imports/{found.pk}/problems/?format=csv").content.decode()
    assert "SchoolCapacity" in downloaded
    assert "Secretname" not in downloaded
    assert client.get(f"/imports/{found.pk}/problems/?format=xlsx").content[:2] == b"PK"
    client.post(f"/imports/{found.pk}/give-up/")
    assert set(told.values_list("column", "value")) == {("OpenDate", None), ("SchoolCapacity", None)}


def test_html_and_formulas_in_names_stay_texts(committed: None) -> None:
    client = signed_in()
    names = {"100001": "<script>alert(1)</script>", "100003": "=HYPERLINK(1)"}
    content = register_csv({urn: {"EstablishmentName": name} for urn, name in names.items()})
    found = bring(client, ("register_2026-11-01.csv", content))
    run_jobs()
    page = client.get(f"/imports/{found.pk}/changes/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert ",=HYPERLINK" not in client.get(f"/imports/{found.pk}/changes/?format=csv").content.decode()


def test_the_form_says_what_is_wrong_before_anything_is_kept(committed: None) -> None:
    client = signed_in()
    before = Import.objects.using("owner").count()
    for content, name, says in (
        (b"", "register.csv", "is empty"),
        (b"x", "register.pdf", "is no table that can be read"),
        (b"x", "head@school.example.csv", "is named after an e-mail address"),
    ):
        page = client.post(
            "/imports/register/", {"chosen": [SimpleUploadedFile(name, content)], "absent": "ask"}
        )
        assert says in page.content.decode()
        assert page.status_code == 422
    answer = client.post("/imports/register/", {"absent": "ask"})
    assert answer.status_code == 422
    nothing = answer.content.decode()
    assert "Choose at least one file" in nothing
    assert "Error: " in nothing
    assert Import.objects.using("owner").count() == before


def test_a_file_above_the_limit_is_told_with_its_size() -> None:
    large = SimpleUploadedFile("register.csv", b"x")
    large.size = MOST_BYTES + 1
    with pytest.raises(Exception, match="At most 100 MB a file"):
        FilesField(label="Files").clean([large])


@pytest.mark.parametrize(
    ("who", "size"), [("nation.editor", 1_000_000_000), ("nation.reader", 11_000_000), ("", 3_000_000)]
)
def test_a_request_that_is_too_large_is_refused_before_it_is_read(
    who: str, size: int, committed: None
) -> None:
    client = signed_in(who) if who else Client()
    answer = client.generic(
        "POST",
        "/imports/register/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(size),
    )
    assert answer.status_code == 413
    assert "At most 100 MB a file" in answer.content.decode()
    assert answer["Connection"] == "close"


def test_what_is_sent_is_read_before_the_transaction_begins(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadscape_web.accounts import context

    read: list[bool] = []
    inner = context.ContextMiddleware.__call__

    def seen(self: Any, request: Any) -> Any:
        read.append(hasattr(request, "_files"))
        return inner(self, request)

    monkeypatch.setattr(context.ContextMiddleware, "__call__", seen)
    bring(signed_in(), ("register_2026-11-01.csv", register_csv()))
    assert read == [True]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\x\\register.csv", "register.csv"),
        (".hidden.csv", "hidden.csv"),
        ("a\x00b.csv", "a_b.csv"),
        ("<b>.csv", "_b_.csv"),
        ("", "file"),
        ("x" * 300 + ".csv.gz", "x" * 147 + ".gz"),
        ("\U0001d11e" * 100 + ".csv", "\U0001d11e" * 36 + ".csv"),
    ],
)
def test_a_name_of_a_file_is_harmless(name: str, kept: str) -> None:
    assert safe_name(name) == kept
