"""What of a round is needed no more: addresses, and names that were written down and never sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from leadscape_web.rounds.models import Contact, Line, SentLine
from leadscape_web.rounds.personal import blank_persons

KEPT_DAYS: Final = 90
"""After a round is closed its answers may be asked about; then who answered is known without an address."""
USING: Final = "owner"


def forget_old() -> int:
    """Blank what rounds closed long ago still hold of that; how many records. In a transaction with a reason."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    contacts = Contact.objects.using(USING).filter(asked__round__closed_at__lt=before).exclude(email="")
    changed = contacts.update(email="", ended_at=timezone.now())
    lines = Line.objects.using(USING).filter(asked__round__closed_at__lt=before, erased_at=None)
    never_sent = lines.exclude(person__in=SentLine.objects.using(USING).values("person"))
    changed += blank_persons(set(never_sent.values_list("person_id", flat=True)), USING)
    return changed + lines.exclude(nominee_email="").update(nominee_email="")
