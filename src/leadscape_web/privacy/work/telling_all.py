"""Tell everybody who is owed a notice and can be reached by e-mail: the job ``privacy.send_all``.

A nation is ten thousand notices, with a history and a job each: too long for a page. The job makes them all or none, in
the name of whoever asked and only for people whom they answer for; the letters are jobs of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse

from leadscape_web.accounts.models import User
from leadscape_web.jobs.models import Job
from leadscape_web.privacy.bases import bases_now, lacking
from leadscape_web.privacy.models import Address
from leadscape_web.privacy.notices import hold_notices, send_to_each
from leadscape_web.privacy.owed import counting_waves, standings

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running

BATCH: Final = 1000
"""People at a time, so that the page of the job says how far it is."""


def perform_send_all(running: Running) -> Mapping[str, Any]:
    """Make a notice for each, and ask for it to be sent. Who was told meanwhile is not told again."""
    hold_notices("owner")
    by = User.objects.using("owner").get(pk=running.asked_by)
    running.because("Notices of what is held are made")
    addressed = set(Address.objects.using("owner").filter(ended_at=None).values_list("person_id", flat=True))
    owed = [one for one in standings(counting_waves("owner"), using="owner").values() if one.owed]
    bases = bases_now(using="owner")
    told = [one for one in owed if not lacking(bases.of(one.person, one.waves))]
    reached = [one for one in told if one.person in addressed]
    base, made = str(running.given["base"]), 0
    for start in range(0, len(reached), BATCH):
        running.step("Making notices", start, len(reached))
        waves = {one.person: one.wave for one in reached[start : start + BATCH]}
        made += send_to_each(waves, by, base, "owner")
    result = {"notices": made, "without an e-mail address": len(told) - len(reached)}
    if len(told) < len(owed):
        result["without a lawful basis, or who answers for the study"] = len(owed) - len(told)
    return result


def link(job: Job) -> str:
    """Where it is seen whom the letters reached."""
    return reverse("privacy:notices")
