"""Who may bring files in, and which state of an import follows which: pages, code and database say the same."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.imports.models import Import, Upload
from leadscape_web.imports.permissions import BY_JOBS, BY_PEOPLE

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
STATES = list(Import.State)


@pytest.mark.parametrize("who", ["nation.reader", "nation.administrator", "authority.editor", "nobody"])
def test_only_editors_of_the_nation_bring_files_in(who: str, client_of: Any) -> None:
    client = client_of(who)
    for address in ("/imports/", "/imports/register/", "/imports/returns/"):
        assert client.get(address).status_code == 403, address


def test_an_editor_of_the_nation_does(client_of: Any) -> None:
    client = client_of("nation.editor")
    for address in ("/imports/", "/imports/register/", "/imports/returns/"):
        assert client.get(address).status_code == 200, address
    assert client.get(f"/imports/{uuid.uuid4()}/").status_code == 404


def _made(user: Any) -> Import:
    made = Import.objects.create(kind="register", created_by=user)
    Upload.objects.create(belongs_to=made, file_name="x.csv", content=b"Alice Ash", sha256="a" * 64, size=9)
    return made


def test_nobody_reads_what_is_in_a_file(user_of: Any) -> None:
    editor = user_of("nation.editor")
    with acting(editor, why="A test"):
        _made(editor)
        assert Upload.objects.defer("content").count() == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            list(Upload.objects.values_list("content", flat=True))


@pytest.mark.parametrize("who", ["nation.reader", "authority.editor", "nation.administrator"])
def test_others_see_and_begin_none(who: str, user_of: Any) -> None:
    editor, other = user_of("nation.editor"), user_of(who)
    with acting(editor, why="A test"):
        _made(editor)
    with acting(other, why="A test"):
        assert not Import.objects.exists()
        assert not Upload.objects.defer("content").exists()
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            _made(other)


def test_an_import_is_begun_in_ones_own_name_only(user_of: Any) -> None:
    with (
        acting(user_of("nation.editor"), why="A test"),
        pytest.raises(ProgrammingError),
        transaction.atomic(),
    ):
        _made(user_of("authority.editor"))


@pytest.mark.parametrize(
    ("alias", "start"), [*(("owner", state) for state in STATES), ("default", "checking")]
)
def test_the_database_keeps_to_the_lists_of_states(alias: str, start: str, user_of: Any) -> None:
    editor = user_of("nation.editor")
    allowed = BY_PEOPLE.get(start, frozenset()) | (
        BY_JOBS.get(start, frozenset()) if alias == "owner" else set()
    )
    with own_rows(alias, editor, start) as rows:
        for end in STATES:
            if end in allowed or end == start:
                continue
            with pytest.raises(IntegrityError, match="cannot become"), transaction.atomic(using=alias):
                rows.update(state=end)
        for end in allowed:
            point = transaction.savepoint(using=alias)
            assert rows.update(state=end) == 1
            transaction.savepoint_rollback(point, using=alias)


@contextmanager
def own_rows(alias: str, editor: Any, state: str) -> Iterator[Any]:
    """One import in a state, as that connection sees it."""
    with acting(editor, why="A test", using=alias):
        made = Import.objects.using(alias).create(kind="register", created_by_id=editor.pk, state=state)
        yield Import.objects.using(alias).filter(pk=made.pk)


@pytest.mark.parametrize(
    "column",
    ["stored_by_job", "checked_at", "confirmed_at", "undo_asked_at", "undone_at", "basis", "summary"],
)
def test_an_import_is_begun_with_nothing_decided(column: str, user_of: Any) -> None:
    editor = user_of("nation.editor")
    forged = {"stored_by_job": uuid.uuid4(), "basis": "x", "summary": [1]}.get(column, timezone.now())
    refused = pytest.raises(ProgrammingError, match="row-level security")
    with acting(editor, why="A test"), refused, transaction.atomic():
        Import.objects.create(kind="register", created_by=editor, **{column: forged})


def test_a_file_is_never_exchanged_for_another(user_of: Any) -> None:
    editor = user_of("nation.editor")
    with acting(editor, why="A test"):
        made = _made(editor)
        files = Upload.objects.filter(belongs_to=made)
        for change in ({"content": b"other"}, {"content": b"", "emptied_at": timezone.now()}):
            with pytest.raises(IntegrityError, match="can only be emptied"), transaction.atomic():
                files.update(**change)
        Import.objects.filter(pk=made.pk).update(state="withdrawn")
        assert files.update(content=b"", emptied_at=timezone.now()) == 1


@pytest.mark.parametrize(
    "wrong", [{"key": "../x"}, {"file_name": "../y"}, {"file_name": ".."}, {"file_name": ""}]
)
def test_a_name_of_a_file_cannot_leave_its_folder(wrong: dict[str, str], user_of: Any) -> None:
    editor = user_of("nation.editor")
    with acting(editor, why="A test"):
        made = _made(editor)
        with pytest.raises(IntegrityError, match="upload_has"), transaction.atomic():
            Upload.objects.create(
                **{"belongs_to": made, "file_name": "x.csv", "content": b"", "sha256": "", "size": 1} | wrong
            )


def test_pages_of_an_import_ask_few_questions(
    client_of: Any, user_of: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_of("nation.editor")
    editor = user_of("nation.editor")
    with acting(editor, why="A test"):
        made = _made(editor)
    with django_assert_max_num_queries(22):
        assert client.get(f"/imports/{made.pk}/").status_code == 200
    with django_assert_max_num_queries(14):
        assert client.get("/imports/").status_code == 200


def test_a_list_of_imports_that_is_cut_says_so(
    client_of: Any, user_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadscape_web.imports import views

    client, editor = client_of("nation.editor"), user_of("nation.editor")
    with acting(editor, why="A test"):
        for _ in range(2):
            _made(editor)
    assert "are listed" not in client.get("/imports/").content.decode()
    monkeypatch.setattr(views, "MOST_LISTED", 1)
    for place in ("/imports/", "/imports/?format=csv"):
        assert "The latest 1 are listed" in client.get(place).content.decode()
