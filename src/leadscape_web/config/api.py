"""The interface for programs, put together: every app's part, problems in one form, and what describes it all.

Its description (OpenAPI) and the page that lists it hold no data and are open to anybody; every operation has a rule
(``@allow``) and a scope (``@needs``) of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, include, path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation

from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.api import router as account
from leadscape_web.accounts.api_access import ROOT, KeyOrSession, scope_of
from leadscape_web.accounts.api_pages import BadCursor
from leadscape_web.accounts.api_problems import PROBLEM, TITLES, problem
from leadscape_web.accounts.limit_numbers import KEY, PLACE, USER, WRITES
from leadscape_web.accounts.rules import ANYONE, Rule, allow, operations_of, rules_of
from leadscape_web.accounts.tokens import SCOPES
from leadscape_web.audit.api import router as history
from leadscape_web.config.errors import status_of
from leadscape_web.govuk.navigation import Entry, add_footer_entry
from leadscape_web.landscape.api import router as landscape
from leadscape_web.register.api import router as register
from leadscape_web.register.api_find import router as finding
from leadscape_web.review.api import router as review
from leadscape_web.survey.api_writes import router as survey

ABOUT: Final = (
    "Everything that the pages show, for programs; corrections of leaders' records; decisions on what returns leave"
    " open. A key opens what it has scopes for and never more than its user's rights; the database shows people of"
    " the user's area only. A value that is missing is null beside the reason, never 0. Lists come in pages that"
    " begin where the one before ended, so that every row comes exactly once while others are added. Problems come"
    " as application/problem+json with what happened and what to do."
)


LIMITED: Final = {
    KEY: "{} requests of one key",
    USER: "{} of one user",
    WRITES: "{} changes of one user",
    PLACE: "{} from one place without a good key",
}


class Api(NinjaAPI):
    """The interface; an operation is called by the name of its function."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Name of the operation in the description."""
        return operation.view_func.__name__


api = Api(
    title="leadscape",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    auth=[KeyOrSession()],
)
for router in (account, finding, register, survey, landscape, review, history):
    api.add_router("", router)


@api.exception_handler(ValidationError)
def _unusable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"parameter": str(one["loc"][-1]), "detail": str(one["msg"])} for one in error.errors]
    return problem(422, errors=errors, number=_number(request))


@api.exception_handler(BadCursor)
def _bad_cursor(request: HttpRequest, error: BadCursor) -> HttpResponse:
    errors = [
        {"parameter": "cursor", "detail": "This list gave no such cursor. Leave it out to begin again."}
    ]
    return problem(422, errors=errors, number=_number(request))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, number=_number(request))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    said = "" if isinstance(error, AuthenticationError) else str(error)
    return problem(error.status_code, said, number=_number(request))


@api.exception_handler(LeadscapeError)
def _mistake(request: HttpRequest, error: LeadscapeError) -> HttpResponse:
    return problem(status_of(error), f"{error.what} {error.why}", error.next_step, number=_number(request))


def _number(request: HttpRequest) -> str:
    return getattr(request, "number", "")


@dataclass(frozen=True)
class Described:
    """One operation: what it is called, where it is, and who may use it.

    Attributes
    ----------
    path
        With the names of its parts: ``/api/v1/schools/{urn}``.
    rule
        Who may; null would be a mistake of ours, which a test finds.
    scope
        What a key must be for; empty: nothing.
    parameters
        Name, meaning, and whether it must be given.
    """

    name: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    rule: Rule | None
    scope: str | None
    parameters: tuple[tuple[str, str, bool], ...]


def operations() -> Iterator[Described]:
    """Every operation of the interface, in the order of the description."""
    found = {
        operation.view_func.__name__: (operation, rules_of(pattern.callback).get(operation.methods[0]))
        for pattern in _patterns()
        for operation in operations_of(pattern.callback)
    }
    for address, methods in description()["paths"].items():
        for method, one in methods.items():
            operation, rule = found[one["operationId"]]
            yield Described(
                name=one["operationId"],
                method=method.upper(),
                path=address,
                tag=one["tags"][0],
                summary=one["summary"],
                description=one["description"],
                rule=rule,
                scope=scope_of(operation),
                parameters=tuple(
                    (
                        each["name"],
                        each.get("description") or each["schema"].get("description", ""),
                        each["required"],
                    )
                    for each in one.get("parameters", [])
                ),
            )


@cache
def description() -> dict[str, Any]:
    """The whole interface as OpenAPI describes it."""
    schema: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=ROOT))
    schema["info"]["license"] = {"name": "MIT", "identifier": "MIT"}
    for methods in schema["paths"].values():
        for one in methods.values():
            for status, response in one["responses"].items():
                if int(status) >= 400 and "application/json" in response.get("content", {}):
                    response["content"] = {PROBLEM: response["content"].pop("application/json")}
                    response["description"] = TITLES[int(status)]
    return schema


@allow(ANYONE)
def openapi(request: HttpRequest) -> HttpResponse:
    """The description, for programs that make other programs."""
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False})


@allow(ANYONE)
def index(request: HttpRequest) -> HttpResponse:
    """The description, for people."""
    groups: dict[str, list[Described]] = {}
    for one in operations():
        groups.setdefault(one.tag, []).append(one)
    limits = [
        LIMITED[name].format(most) for name, most in settings.LIMITS.items() if name in LIMITED and most
    ]
    context = {
        "groups": groups,
        "about": ABOUT,
        "scopes": SCOPES,
        "problems": TITLES,
        "limits": limits or ["no limit"],
    }
    return render(request, "config/api.html", context)


@cache
def _patterns() -> tuple[URLPattern, ...]:
    # The library's own root page would be a page without a rule; ours is one level up.
    made, _, _ = api.urls
    return tuple(one for one in made if isinstance(one, URLPattern) and one.name != "api-root")


def add_links() -> None:
    """Link the page from the foot of every page."""
    add_footer_entry(Entry("For programs (API)", "api_index", "/api/", ANYONE, position=30))


urlpatterns = [
    path("api/", index, name="api_index"),
    path(f"{ROOT[1:]}openapi.json", openapi, name="api_openapi"),
    path(ROOT[1:], include((list(_patterns()), "api"))),
]
