"""Schools, trusts and authorities as bodies that somebody can be invited to act for."""

from __future__ import annotations

from leadscape_web.accounts.bodies import Body
from leadscape_web.register.find import find
from leadscape_web.register.models import Authority, Group, School
from leadscape_web.register.wording import group_words


def find_bodies(text: str, limit: int) -> list[Body]:
    """Bodies that the text may mean, the likest first: as the page Find finds them, without people."""
    matches = find(text, people=False).matches[:limit]
    return [Body(match.kind, match.key, match.label, match.detail) for match in matches]


def describe_body(kind: str, key: str) -> Body | None:
    """The body with this kind and key, where the register has it."""
    if kind == "school":
        school = School.objects.select_related("authority").filter(pk=key).first()
        return _school(school) if school else None
    if kind == "trust":
        group = Group.objects.filter(pk=key).first()
        return (
            Body("trust", group.uid, group.name, f"{group_words(group.group_type)}, {group.uid}")
            if group
            else None
        )
    if kind == "authority":
        authority = Authority.objects.filter(pk=key).first()
        return (
            Body("authority", authority.code, authority.name, authority.region or "") if authority else None
        )
    return None


def _school(school: School) -> Body:
    parts = (f"URN {school.urn}", school.town, school.authority.name if school.authority else None)
    return Body("school", school.urn, school.name or school.urn, ", ".join(part for part in parts if part))
