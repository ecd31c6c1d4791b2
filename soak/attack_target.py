"""What is attacked: the service, users of every right in one authority and in the nation, and records to ask for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

from soak.stage import Service
from soak.users import RIGHTS, make_user
from soak.visiting import Visitor

PASSWORD: Final = "correct horse battery staple of the drill"


class Target:
    """The service, users of every right in one authority and in the nation, and records to ask for."""

    def __init__(self, service: Service) -> None:
        self.service = service
        leader = service.query(
            "select l.id, l.authority_id as code, l.region, h.id as holding from survey_leader l"
            " join survey_roleholding h on h.leader_id = l.id where l.authority_id is not null order by l.key limit 1"
        )[0]
        self.code, self.region = leader["code"], leader["region"]
        self.users = {"": None, "nobody": make_user("", "nation", "nobody")}
        for kind, key in (("nation", "england"), ("authority", self.code)):
            self.users |= {f"{kind}.{right}": make_user(right, kind, key) for right in RIGHTS}
        self.visitors = {name: Visitor(service, user) for name, user in self.users.items()}
        one = {
            "urn": "select urn as key from register_school order by urn limit 1",
            "code": "select code as key from register_authority order by code limit 1",
            "uid": "select uid as key from register_group order by uid limit 1",
            "wave": "select id as key from survey_wave limit 1",
            "support": "select id as key from survey_support limit 1",
            "organisation": "select id as key from accounts_organisation limit 1",
        }
        found = {name: service.query(statement) for name, statement in one.items()}
        self.records = {
            name: str(rows[0]["key"]) if rows else str(uuid.uuid4()) for name, rows in found.items()
        }
        self.records |= {"leader": str(leader["id"]), "holding": str(leader["holding"])}
        self.records |= {"user": str(self.users["nation.reader"].pk), "access": str(uuid.uuid4())}

    def paths(self) -> Iterator[tuple[Any, str]]:
        """Every address with an example."""
        from django.urls import NoReverseMatch

        from leadscape_web.accounts.addresses import addresses

        from tests.support.service_urls import EXAMPLES, Example, path_of

        for address in addresses():
            if not address.name:
                continue
            example = EXAMPLES.get(address.name, Example())
            try:
                path = path_of(address.name, self.records)
            except (NoReverseMatch, KeyError):
                continue
            for name in ("urn", "code", "uid"):
                if name in example.kwargs:
                    path = path.replace(f"/{example.kwargs[name]}/", f"/{self.records[name]}/")
            yield address, path


def accesses_of(who: str) -> frozenset[tuple[str, str]] | None:
    if not who:
        return None
    kind, _, right = who.partition(".")
    return frozenset({(right, kind)}) if right else frozenset()


def give_password(user: Any) -> None:
    """Let a user sign in with :data:`PASSWORD`."""
    from django.contrib.auth.hashers import make_password

    from leadscape_web.accounts.context import acting
    from leadscape_web.accounts.models import User

    with acting(why="A password for a drill", using="owner"):
        User.objects.using("owner").filter(pk=user.pk).update(password=make_password(PASSWORD))
