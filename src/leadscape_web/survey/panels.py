"""What the survey has to say on pages of other rooms: schools, authorities, trusts, administration.

Whoever may not see people is told that, and why; never that there is nobody.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest

from leadscape_web.accounts.rules import SEES_ANONYMOUS
from leadscape_web.govuk.panels import Panel
from leadscape_web.register.memberships import current_members
from leadscape_web.survey.codebooks import known_waves
from leadscape_web.survey.network import Tie
from leadscape_web.survey.permissions import (
    covered_schools,
    covers_authority,
    covers_school,
    sees_people,
    why_not_shown,
)
from leadscape_web.survey.places import answers_of, around, leaders_where, roles_in, silence_of
from leadscape_web.survey.presenters.network import show_network
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN, ended, started

OUTSIDE: Final = "outside the area in which you see people"


def school_leaders(request: HttpRequest, school: Any) -> Panel:
    """Leaders whose home school this is."""
    title = "Leaders whose home school this is"
    if not sees_people(request):
        return _not_shown(
            request, title, "Leaders, their roles, and support given and received are not shown."
        )
    waves = around(request, school.urn)[1]
    leaders = leaders_where(Q(home_school=school.urn), waves)
    covered = covers_school(school.urn)
    if covered:
        note = "" if leaders else silence_of(school.authority_id, _authority(school), waves)
    else:
        note = f"This school is {OUTSIDE}. Leaders of it are shown only where they support a school in your area."
    return Panel(title, "survey/panel_leaders.html", {"leaders": leaders, "note": note, "schools": False}, 20)


def school_received(request: HttpRequest, school: Any) -> Panel | None:
    """Which leaders support this school, from which school."""
    if not sees_people(request):
        return None
    near, waves = around(request, school.urn)
    rows = [_tie(tie, tie.giver_name or tie.giver, tie.giver, waves) for tie in near.received]
    context = {
        "rows": rows,
        "caption": "Leaders who support this school",
        "other": "From",
        "nothing": _no_support(school, "receives"),
    }
    return Panel("Support received", "survey/panel_support.html", context, 30)


def school_given(request: HttpRequest, school: Any) -> Panel | None:
    """Which schools are supported by leaders of this one."""
    if not sees_people(request):
        return None
    near, waves = around(request, school.urn)
    rows = [_tie(tie, tie.receiver_name or tie.receiver, tie.receiver, waves) for tie in near.given]
    context = {
        "rows": rows,
        "caption": "Schools that leaders of this school support",
        "other": "To",
        "nothing": _no_support(school, "gives"),
    }
    return Panel("Support given", "survey/panel_support.html", context, 40)


def school_network(request: HttpRequest, school: Any) -> Panel | None:
    """Schools connected with this one by support, up to two steps away, in both directions."""
    if not sees_people(request):
        return None
    near, waves = around(request, school.urn)
    network = show_network(near, school.name or school.urn, waves)
    return Panel("Support network", "survey/panel_network.html", {"network": network}, 50)


def authority_response(request: HttpRequest, authority: Any) -> Panel:
    """What the authority was asked and answered in each wave. Public."""
    answers = answers_of(authority.code, known_waves())
    return Panel("Response to each wave", "survey/panel_response.html", {"answers": answers}, 20)


def authority_leaders(request: HttpRequest, authority: Any) -> Panel:
    """Roles held in the authority, among people whom the user may see."""
    title = "Leaders and roles in the area"
    if not sees_people(request):
        return _not_shown(request, title, "Leaders and their roles are not shown.")
    waves = known_waves()
    counts, holdings, leaders = roles_in(authority.code, waves)
    covered = covers_authority(authority.code)
    if covered:
        note = "" if counts else silence_of(authority.code, authority.name, waves)
    elif counts:
        note = "Only part of this authority is in the area in which you see people: the figures count those alone."
    else:
        note = f"This authority is {OUTSIDE}, so its leaders are not shown."
    context = {
        "counts": counts, "holdings": holdings, "leaders": leaders, "note": note, "authority": authority.name,
    }  # fmt: skip
    return Panel(title, "survey/panel_roles.html", context, 30)


def trust_leaders(request: HttpRequest, trust: Any) -> Panel:
    """Leaders whose home school is in the trust now."""
    title = "Leaders whose home school is in it"
    if not sees_people(request):
        return _not_shown(request, title, "Leaders and their roles are not shown.")
    schools = list(trust.memberships.filter(current_members()).values_list("school_id", flat=True).distinct())
    covered = covered_schools(schools)
    leaders = leaders_where(Q(home_school__in=schools), known_waves())
    note = ""
    if not schools:
        note = "No file states which schools are in it now."
    elif not covered:
        note = f"Its schools are {OUTSIDE}. Leaders are shown only where they support a school in your area."
    elif len(covered) < len(schools):
        note = f"You see people at {len(covered)} of its {len(schools)} schools; leaders of the others are not listed."
    elif not leaders:
        note = "No return named a leader whose home school is in it. Authorities that did not answer may have some."
    return Panel(title, "survey/panel_leaders.html", {"leaders": leaders, "note": note, "schools": True}, 20)


def codebooks_used(request: HttpRequest, record: Any) -> Panel:
    """Which codebook each wave used. Public."""
    return Panel("Codebooks as used", "survey/panel_codebooks.html", {"waves": known_waves().waves}, 60)


def _not_shown(request: HttpRequest, title: str, what: str) -> Panel:
    context = {
        "what": what,
        "why": why_not_shown(request),
        "anonymous": SEES_ANONYMOUS.allows(request.accesses),  # type: ignore[attr-defined]
    }
    return Panel(title, "survey/panel_not_shown.html", context, 20)


def _tie(tie: Tie, name: str | None, urn: str | None, waves: Any) -> dict[str, Any]:
    return {
        "school": name or "Home school not known",
        "urn": urn,
        "leader": tie.leader,
        "name": tie.leader_name or NAME_NOT_KNOWN,
        "role": waves.words(tie.wave).role(tie.role),
        "started": started(tie.started_on),
        "ended": ended(tie.ended_on),
    }


def _no_support(school: Any, verb: str) -> str:
    where = "" if covers_school(school.urn) else f" This school is {OUTSIDE}."
    return f"No support that it {verb} is known. That does not mean that there is none.{where}"


def _authority(school: Any) -> str | None:
    return school.authority.name if school.authority else None
