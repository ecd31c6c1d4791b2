"""Personal links of a service of the drill's own: respondents of a round, leaders with a notice, links that are over.

A link is made as the service makes it; its letter is not sent, since the drill needs the token and nobody's letterbox.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from soak.stage import Service

DAYS: Final = 20


def make_round(service: Service, many: int = 20) -> list[Any]:
    """Respondents of a round that is open: the first authorities of the register."""
    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.rounds.models import Asked, Round
    from leadscape_web.studies.models import Study

    today = timezone.localdate()
    rows = service.query("select code, name, region from register_authority order by code limit %s", [many])
    with acting(why="A round of a drill", using="owner"):
        found = Round.objects.using("owner").create(
            title=f"Round of a drill {timezone.now():%H %M %S %f}", as_of=date(2006, 6, 30), codebook="england-2006",
            base=Study.objects.using("owner").order_by("pk").first(), opens_on=today - timedelta(days=10),
            closes_on=today + timedelta(days=10), subject="Who leads beyond their own school?",
            letter="Please name them.", purpose="To map who leads.", contact="The survey team",
            address=f"{service.address}/", started_at=timezone.now(),
        )  # fmt: skip
        return [
            Asked.objects.using("owner").create(
                round=found, respondent=row["code"], name=row["name"], kind="authority", authority_code=row["code"],
                region=row["region"] or "", asked_at=timezone.now() - timedelta(days=9),
            )
            for row in rows
        ]  # fmt: skip


def answer_link(asked: Any, *, days: int = DAYS) -> str:
    """The address of a respondent's link, as *Send a new link* makes it; the one before it ends.

    Of one that is over with ``days`` below zero.
    """
    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.links import make_link
    from leadscape_web.rounds.models import Link

    token, token_hash = make_link()
    with acting(why="A link of a drill", using="owner"):
        Link.objects.using("owner").filter(asked=asked, ended_at=None).update(ended_at=timezone.now())
        Link.objects.using("owner").create(
            asked=asked, token_hash=token_hash, expires_at=timezone.now() + timedelta(days=days)
        )
    return f"/answer/{token}/"


def my_data_link(person: Any, wave: Any, *, days: int = DAYS) -> str:
    """The address of a leader's link to what is held about them; the one before it ends."""
    from django.utils import timezone

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.links import make_link
    from leadscape_web.privacy.models import Notice

    token, token_hash = make_link()
    now = timezone.now()
    with acting(why="A notice of a drill", using="owner"):
        Notice.objects.using("owner").filter(person_id=person, wave_id=wave, ended_at=None).update(
            ended_at=now, token_hash=None
        )
        Notice.objects.using("owner").create(
            person_id=person, wave_id=wave, channel=Notice.Channel.LETTER, token_hash=token_hash, sent_at=now,
            expires_at=now + timedelta(days=days),
        )  # fmt: skip
    return f"/my-data/{token}/"


def leaders_with_wave(service: Service, many: int) -> list[tuple[Any, Any]]:
    """People and the newest wave: whom a notice can be about."""
    wave = service.query(
        "select id from survey_wave where superseded_at is null order by as_of desc limit 1"
    )[0]["id"]
    rows = service.query("select person_id from survey_leader order by key limit %s", [many])
    return [(row["person_id"], wave) for row in rows]
