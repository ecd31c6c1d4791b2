"""Real extracts of the national register, one after the other: what changed between them is told, stored and undone."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connections

from leadscape_web.imports.models import Absence, Change, Import
from leadscape_web.jobs.models import Job

from tests.imports.test_web_import_register import again, everything, signed_in
from tests.support.jobs import run_jobs
from tests.support.own_database import own_database

DATA = Path(__file__).parents[3] / "shared" / "data"
OLD = ("register/rtt_schools_gias_2022-10-28.csv", "groups/group_links_2022-03-29.csv")
NEW = ("register/rtt_schools_gias_2023-07-20.csv", "links/links_edubasealldata20230421.csv")
pytestmark = [pytest.mark.real, pytest.mark.skipif(not DATA.is_dir(), reason="needs the real extracts")]


@pytest.fixture
def committed(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    with own_database(service_server, django_db_blocker, f"real_{uuid.uuid4().hex[:8]}"):
        yield


def every_fifth(path: Path) -> bytes:
    """The rows of a file whose URN ends in 0 or 5: all of them take minutes."""
    frame = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy")
    urn = next(name for name in frame.columns if name.lower() == "urn")
    return frame.filter(pl.col(urn).str.contains("[05]$")).write_csv().encode()


def bring(client: Any, *files: str) -> Import:
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = [SimpleUploadedFile(Path(name).name, every_fifth(DATA / name)) for name in files]
    answer = client.post("/imports/register/", {"chosen": sent, "absent": "keep"})
    found = Import.objects.using("owner").get(pk=answer["Location"].split("/")[2])
    assert run_jobs() == [("imports.check", "done")], Job.objects.using("owner").latest("asked_at").problem
    return again(found)


def store(client: Any, found: Import) -> None:
    client.post(f"/imports/{found.pk}/confirm/")
    assert run_jobs() == [("imports.store", "done")], Job.objects.using("owner").latest("asked_at").problem


def test_two_real_registers_and_back(committed: None) -> None:
    client = signed_in()
    with connections["owner"].cursor() as cursor:
        # The invented system makes room: none of its numbers is real.
        cursor.execute("select set_config('leadscape.why', 'Room for real registers', false)")
        cursor.execute("truncate register_searchentry")
        cursor.execute("update register_source set as_of = '2000-01-01'")
    found = bring(client, *OLD)
    assert found.state == "checked", found.notes
    store(client, found)
    before = everything()
    assert len(before["register_school"]) > 8_000
    second = bring(client, *NEW)
    assert second.state == "checked", second.notes
    told = {row["change"]: row["rows"] for row in second.summary}
    assert told["Opened"] > 20
    assert told["Renamed"] > 10
    assert Absence.objects.using("owner").filter(belongs_to=second).count() > 100
    assert Change.objects.using("owner").filter(belongs_to=second).count() == sum(
        rows or 0 for rows in told.values()
    )
    store(client, second)
    client.post(f"/imports/{second.pk}/undo/", {"why": "To see whether all of it comes back"})
    assert run_jobs() == [("imports.undo", "done")], Job.objects.using("owner").latest("asked_at").problem
    after = everything()
    for table, rows in before.items():
        assert after[table] == rows, table
