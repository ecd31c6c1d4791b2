"""What a program may know about itself: for whom it acts and what its key is for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from leadscape_web.accounts.api_access import ANY_SCOPE, needs
from leadscape_web.accounts.models import Access
from leadscape_web.accounts.rules import SIGNED_IN, allow
from leadscape_web.accounts.tokens import SCOPES, WRITING

router = Router(tags=["Account"])


class Problem(Schema):
    """What went wrong and what to do (RFC 9457)."""

    type: str = Field(description="Address that tells about this kind of problem.")
    title: str = Field(description="The kind of problem.")
    status: int = Field(description="Status of the response.")
    detail: str = Field(description="What happened, and why it matters.")
    next: str = Field(description="What to do now.")
    errors: list[dict[str, str]] | None = Field(
        None, description="One entry a parameter, or part of the body, that cannot be used."
    )
    number: str | None = Field(None, description="Number of the request, for whoever runs the service.")


PROBLEMS: Final[dict[int, Any]] = dict.fromkeys((401, 403, 422, 429), Problem)
"""Problems that every operation may tell."""
ONE: Final[dict[int, Any]] = {**PROBLEMS, 404: Problem}
"""Problems that an operation for one record may tell."""


class HeldRight(Schema):
    """One right on behalf of one organisation."""

    right: Literal["reader", "editor", "broker", "approver", "researcher", "administrator"]
    organisation_kind: Literal["nation", "region", "authority", "trust", "school"]
    organisation_key: str = Field(
        description="Region's name, authority's code, trust's number, school's URN."
    )
    organisation: str = Field(description="Its name.")


class Me(Schema):
    """For whom the program acts."""

    user: UUID = Field(description="Id of the user, as the history of changes names them.")
    rights: list[HeldRight] = Field(description="What the user may do now; the key opens no more than this.")
    scopes: list[str] = Field(description="What the key is for; all that read for a session.")
    asked_at: datetime = Field(description="When this was answered.")


@router.get("/me", response={200: Me, **PROBLEMS}, summary="For whom the program acts")
@allow(SIGNED_IN)
@needs(ANY_SCOPE)
def me(request: HttpRequest) -> Me:
    """The user whose key or session this is, their rights, and the scopes of the key."""
    held = Access.objects.filter(user_id=request.user.pk, ended_at=None).select_related("organisation")
    rights = [
        HeldRight.model_validate(
            {
                "right": one.right,
                "organisation_kind": one.organisation.kind,
                "organisation_key": one.organisation.key,
                "organisation": one.organisation.label,
            }
        )
        for one in held.order_by("organisation__kind", "organisation__key", "right")
    ]
    scopes = getattr(request, "scopes", None)
    return Me.model_validate(
        {
            "user": request.user.pk,
            "rights": rights,
            "scopes": sorted(set(SCOPES) - WRITING if scopes is None else scopes),
            "asked_at": timezone.now(),
        }
    )
