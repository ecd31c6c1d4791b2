"""Since when does each record stand in the plan of what is erased? Nothing goes that was not announced long enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from django.utils import timezone

from leadscape_web.privacy.models import RetentionDue, RetentionPlan
from leadscape_web.privacy.periods import ANNOUNCED_DAYS


def earliest_of(code: str, today: date, using: str = "owner") -> Callable[[str], date]:
    """When a record of one kind may be erased at the earliest, by its key; one not announced yet: if it is today."""
    rows = RetentionDue.objects.using(using).filter(code=code)
    announced = dict(rows.values_list("key", "announced_on"))
    return lambda key: announced.get(key, today) + timedelta(days=ANNOUNCED_DAYS)


def announce(plan: Mapping[tuple[str, date], list[str]]) -> None:
    """Store the plan as the owner role: its counts, for editors to read, and since when each record stands in it."""
    RetentionPlan.objects.using("owner").all().delete()
    RetentionPlan.objects.using("owner").bulk_create(
        [
            RetentionPlan(code=code, due_on=due, records=len(keys))
            for (code, due), keys in sorted(plan.items())
        ]
    )
    held = {(one.code, one.key): one.pk for one in RetentionDue.objects.using("owner").all()}
    wanted = {(code, key) for (code, _), keys in plan.items() for key in keys}
    gone = [number for name, number in held.items() if name not in wanted]
    RetentionDue.objects.using("owner").filter(pk__in=gone).delete()
    today = timezone.localdate()
    RetentionDue.objects.using("owner").bulk_create(
        [RetentionDue(code=code, key=key, announced_on=today) for code, key in sorted(wanted - set(held))],
        batch_size=2000,
    )
