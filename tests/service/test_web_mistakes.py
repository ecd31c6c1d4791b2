"""How mistakes, refusals and faults reach the reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import RequestFactory

from leadscape.core import errors
from leadscape_web.config.errors import (
    STATUS,
    MistakeMiddleware,
    bad_request,
    explain,
    failed,
    not_found,
    refused,
    status_of,
)

MISTAKE = errors.NotFound(
    "There is no <school> 999999.", "The register of 2006 has none.", "Check the number."
)


def _request(path: str = "/register/school/999999/") -> Any:
    request = RequestFactory().get(path)
    request.number = "0b7b6b0e-0000"
    return request


def test_every_mistake_has_a_status() -> None:
    kinds = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LeadscapeError)
    }
    assert kinds == set(STATUS)
    assert all(400 <= status < 600 for status in STATUS.values())
    assert status_of(KeyError("ours")) == 500


def test_a_mistake_says_what_why_and_what_next() -> None:
    response = MistakeMiddleware(lambda _: None).process_exception(_request(), MISTAKE)  # type: ignore[arg-type]
    assert response is not None
    page = response.content.decode()
    assert response.status_code == 404
    assert "There is no &lt;school&gt; 999999." in page
    assert "The register of 2006 has none." in page
    assert "Check the number." in page
    assert response["Cache-Control"] == "no-store"


def test_a_fault_of_ours_is_no_mistake() -> None:
    assert MistakeMiddleware(lambda _: None).process_exception(_request(), KeyError("x")) is None  # type: ignore[arg-type]


def test_a_program_is_told_in_json() -> None:
    response = explain(_request("/api/v1/schools/999999"), MISTAKE)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content) == {
        "type": "/api/#problem-404", "title": "Not found", "status": 404, "detail": f"{MISTAKE.what} {MISTAKE.why}",
        "next": MISTAKE.next_step, "number": "0b7b6b0e-0000",
    }  # fmt: skip


@pytest.mark.parametrize(("answer", "status"), [(bad_request, 400), (refused, 403), (not_found, 404)])
def test_refusals_have_pages(answer: Callable[..., Any], status: int) -> None:
    response = answer(
        _request(), exception=PermissionDenied("Editors: records in their organisation's area only")
    )
    assert response.status_code == status
    assert b"<h1" in response.content
    if status == 403:
        assert b"Editors: records in their organisation" in response.content


def _fail(error: Exception) -> Any:
    try:
        raise error
    except Exception:
        return failed(_request())


def test_a_fault_shows_its_number_and_nothing_of_itself() -> None:
    response = _fail(ValueError("alice@leadscape.example"))
    assert response.status_code == 500
    assert b"0b7b6b0e-0000" in response.content
    assert b"alice" not in response.content


def test_a_database_that_is_gone_is_said_without_asking_it(django_db_blocker: Any) -> None:
    response = _fail(OperationalError("connection to server at 10.0.0.7 failed"))
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert b"The database does not answer." in response.content
    assert b"10.0.0.7" not in response.content


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (psycopg.errors.QueryCanceled(), b"took too long"),
        (psycopg.errors.LockNotAvailable(), b"Somebody else"),
    ],
)
def test_a_limit_of_the_database_is_said_as_what_it_is(cause: Exception, told: bytes) -> None:
    error = OperationalError("canceling statement")
    error.__cause__ = cause
    response = _fail(error)
    assert response.status_code == 503
    assert told in response.content


def test_a_page_about_a_fault_causes_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("no template")

    monkeypatch.setattr("leadscape_web.config.errors.render_to_string", broken)
    response = explain(_request(), MISTAKE)
    assert response.status_code == 404
    assert b"There is no &lt;school&gt; 999999." in response.content
