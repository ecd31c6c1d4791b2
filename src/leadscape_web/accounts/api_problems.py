"""How is a problem told to a program? As RFC 9457 has it, with the next step beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpResponse

PROBLEM: Final = "application/problem+json"
TITLES: Final[dict[int, str]] = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Not with that method",
    409: "Changed meanwhile",
    422: "Something in the request cannot be used",
    429: "Asked too often",
    500: "A fault of the service",
    503: "The service cannot answer now",
}
"""Status to the title of its kind of problem; ``type`` leads to what the pages say about it."""
_WORDS: Final[dict[int, tuple[str, str]]] = {
    400: ("The request was changed on its way, or is too large.", "Send it again."),
    401: ("No key was sent, or the key is unknown, over or revoked, or its user was switched off.",
          "Send a key in the header “Authorization: Bearer …”. Users make keys on the pages of their account."),
    403: ("Your rights, or those of the key, do not cover this.",
          "Ask an administrator of your organisation for the right, or make a key with the scope."),
    404: ("There is no such record, or it is outside the area that you may see: the two are not told apart.",
          "Check the address and the identifier, or look for the record under /api/v1/find."),
    405: ("This address does not answer to that method.", "Send it with one of those in the header Allow."),
    409: ("The record was changed meanwhile. Nothing was saved.",
          "Read the record again, and send the change with its present version if it is still right."),
    422: ("A parameter, or a part of the body, is unknown or has a value that it cannot have.",
          "Correct what is listed under errors."),
    429: ("More was asked for than is answered at a time. Nothing was changed.",
          "Wait for as many seconds as the header Retry-After says, then send it again."),
    500: ("A fault in the service stopped the answer. Nothing was changed.",
          "Try again; if it stays so, tell whoever runs the service the number of the request."),
    503: ("The database does not answer.", "Try again in a few minutes."),
}  # fmt: skip


def problem(
    status: int,
    detail: str = "",
    next_step: str = "",
    *,
    number: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A problem as a response.

    Parameters
    ----------
    detail, next_step
        What happened and why; what to do. The usual words of the status where they are empty.
    number
        Of the request, by which whoever runs the service finds it.
    errors
        One entry a parameter: ``parameter`` and ``detail``.
    more
        What else this problem tells.
    """
    usual = _WORDS.get(status, _WORDS[500 if status >= 500 else 400])
    content: dict[str, Any] = {
        "type": f"/api/#problem-{status if status in TITLES else 400}",
        "title": TITLES.get(status, TITLES[400]),
        "status": status,
        "detail": detail or usual[0],
        "next": next_step or usual[1],
    }
    if errors:
        content["errors"] = [dict(error) for error in errors]
    content.update(more or {})
    if number:
        content["number"] = number
    response = HttpResponse(
        json.dumps(content, ensure_ascii=False, default=str), status=status, content_type=PROBLEM
    )
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="leadscape"'
    return response


def as_problem(response: HttpResponse, number: str = "") -> HttpResponse:
    """A refusal or fault that something else told in its own form, as a problem; any other response as it is."""
    if response.status_code < 400 or response.get("Content-Type", "").startswith(PROBLEM):
        return response
    said: dict[str, Any] = {}
    if response.get("Content-Type", "").startswith("application/json"):
        said = json.loads(response.content or b"{}")
    detail = " ".join(str(said[key]) for key in ("what", "why", "detail") if said.get(key))
    made = problem(response.status_code, detail, str(said.get("next_step") or ""), number=number)
    for header in ("Allow", "Retry-After", "RateLimit", "RateLimit-Policy"):
        if (value := response.get(header)) is not None:
            made[header] = value
    return made
