"""What data protection has to say on a leader's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from leadscape_web.accounts.rules import EDITS
from leadscape_web.govuk.panels import Panel
from leadscape_web.privacy.models import Exclusion
from leadscape_web.privacy.owed import counting_waves, standings
from leadscape_web.survey.permissions import can_change


def leader_privacy(request: HttpRequest, leader: Any) -> Panel | None:
    """Whether the person was told, for whoever answers for them."""
    if not EDITS.allows(request.accesses) or not can_change("survey_leader", leader.pk):  # type: ignore[attr-defined]
        return None
    standing = standings(counting_waves(), leader.person_id).get(leader.person_id)
    out = Exclusion.objects.filter(person=leader.person_id).first()
    context = {
        "person": leader.person_id,
        "state": standing.state() if standing else "none is owed, since no wave that counts names them",
        "out": out.get_kind_display() if out else "",  # type: ignore[attr-defined]
    }
    return Panel("Data protection", "privacy/panel_leader.html", context, 90)
