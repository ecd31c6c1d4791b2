"""What data protection has to say on a leader's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from leadscape_web.accounts.rules import EDITS
from leadscape_web.govuk.panels import Panel
from leadscape_web.privacy.models import Exclusion
from leadscape_web.privacy.notices import current_wave, of_round, state_of
from leadscape_web.survey.permissions import can_change


def leader_privacy(request: HttpRequest, leader: Any) -> Panel | None:
    """Whether the person was told, for whoever answers for them."""
    if not EDITS.allows(request.accesses) or not can_change("survey_leader", leader.pk):  # type: ignore[attr-defined]
        return None
    wave = current_wave()
    latest = of_round(wave).filter(person=leader.person_id).order_by("-made_at").first() if wave else None
    out = Exclusion.objects.filter(person=leader.person_id).first()
    context = {
        "person": leader.person_id,
        "state": state_of(latest),
        "out": out.get_kind_display() if out else "",  # type: ignore[attr-defined]
    }
    return Panel("Data protection", "privacy/panel_leader.html", context, 90)
