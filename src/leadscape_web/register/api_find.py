"""Finding as programs do it: the same search as the page's."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from leadscape_web.accounts.api import PROBLEMS
from leadscape_web.accounts.api_access import may_use, needs
from leadscape_web.accounts.api_pages import Text
from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.register.find import KINDS, Match, find
from leadscape_web.register.find_page import address_of

router = Router(tags=["Find"])


class Question(Schema):
    """What is looked for."""

    q: Text = Field(
        description="A name, a former name, a number or a postcode; the first 120 characters are read."
    )
    kind: Literal["", "school", "trust", "authority", "person"] = Field(
        "", description="Only these; all without it."
    )
    limit: int = Field(20, ge=1, le=100, description="The best so many.")


class Found(Schema):
    """Something that may be what was meant."""

    kind: Literal["school", "trust", "authority", "person"]
    key: str = Field(description="URN, uid, code, or id of the person.")
    label: str = Field(description="Its name today.")
    detail: str = Field(description="Where it is, and what.")
    because: Literal["name", "former name", "number", "postcode"] = Field(description="Why it was found.")
    named: str = Field(description="The text that was found.")
    page: str = Field(description="Address of its page.")


class FoundAll(Schema):
    """What was found, best first."""

    asked: str = Field(description="The question as it was read.")
    items: list[Found]
    counts: dict[str, int] = Field(description="How many were found of each kind, shown here or not.")
    more: list[str] = Field(description="Kinds of which there are more than were counted.")


@router.get("/find", response={200: FoundAll, **PROBLEMS}, summary="Find by name, number or postcode")
@allow(ANY_RIGHT)
@needs("register:read")
def find_by_name(request: HttpRequest, question: Query[Question]) -> FoundAll:
    """What may have been meant, slips allowed. People: those of your area, and only if the key may read people."""
    may = may_use(request, "people:read")
    findings = find(question.q, question.kind, people=may)
    return FoundAll(
        asked=findings.asked,
        items=[_found(one) for one in findings.matches[: question.limit]],
        counts={kind: n for kind, n in findings.counts().items() if may or kind != "person"},
        more=[kind for kind in KINDS if kind in findings.more],
    )


def _found(one: Match) -> Found:
    values = {name: getattr(one, name) for name in Found.model_fields if name != "page"}
    return Found.model_validate({**values, "page": one.href or address_of(one.kind, one.key)})
