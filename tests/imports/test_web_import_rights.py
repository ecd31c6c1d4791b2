"""Who may bring files in, and which state of an import follows which: pages, code and database say the same."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from leadscape_web.accounts.context import acting
from leadscape_web.imports.models import Import, Upload
from leadscape_web.imports.permissions import TRANSITIONS

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


@pytest.mark.parametrize("start", STATES)
def test_the_database_keeps_to_the_list_of_states(start: str, user_of: Any) -> None:
    editor = user_of("nation.editor")
    for end in STATES:
        if end == start:
            continue
        with acting(editor, why="A test", using="owner"):
            made = Import.objects.using("owner").create(kind="register", created_by_id=editor.pk, state=start)
            rows = Import.objects.using("owner").filter(pk=made.pk)
            if end in TRANSITIONS[Import.State(start)]:
                assert rows.update(state=end) == 1
            else:
                with pytest.raises(IntegrityError, match="cannot become"), transaction.atomic(using="owner"):
                    rows.update(state=end)


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
