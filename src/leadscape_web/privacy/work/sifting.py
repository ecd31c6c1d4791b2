"""Keep people who stay out from coming back with a file: what names them is taken out before the file is kept.

Whoever objected is treated as whoever was erased: nothing may be done with a new line about them, so that there is no
reason to keep it. What was kept before the objection stays until the file is replaced, is kept long enough, or the
person is erased; no run counts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl
from django.db import connections
from django.utils import timezone

from leadscape.actions.recognise_objectors import secret_digest
from leadscape.actions.redact_file import PURPOSES, RedactedFile, redact_file
from leadscape.actions.redact_reading import KnownPerson
from leadscape_web.privacy.models import WithdrawnLine
from leadscape_web.privacy.work.recognising import service_secret
from leadscape_web.studies.personal import Sifted
from leadscape_web.survey.models import Leader

_KEYS: Final = (
    "select key, person_id::text from privacy_objectionkey"
    " where secret = %s and (%s::uuid is null or person_id = %s)"
)
_SCHOOLS: Final = """
with out(person_id) as (
  select distinct person_id from privacy_objectionkey where %(person)s::uuid is null or person_id = %(person)s
), known(urn) as (
  select home_school_id from survey_leader where person_id in (select person_id from out)
  union select school_id from register_headship where person_id in (select person_id from out)
)
select s.urn, s.name, s.authority_id, a.name
from register_school s left join register_authority a on a.code = s.authority_id
where s.authority_id in (select o.authority_id from register_school o join known k on k.urn = o.urn)
order by s.urn
"""
"""Schools of the authorities in which anybody who stays out is known: nobody is recognised at another."""


def sift(key: str, file_name: str, content: bytes, using: str) -> Sifted:
    """A file of a study as it may be kept: see :func:`leadscape_web.studies.personal.set_sieve`."""
    found = look(key, file_name, content, using)
    if found is None:
        return Sifted(content)
    _remember(found, using)
    kept = found.content if found.content is not None else content
    return Sifted(kept, found.taken_out, found.doubtful)


def look(
    key: str,
    file_name: str,
    content: bytes,
    using: str,
    person: Any = None,
    known: KnownPerson | None = None,
) -> RedactedFile | None:
    """What of a file is about people who stay out, or about one of them; null where there is nothing to look for.

    Parameters
    ----------
    known
        How ``person`` is known, where their names are at hand: rows that hold none of it are passed over.
    """
    if key not in PURPOSES:
        return None
    secret = service_secret(using)
    with connections[using].cursor() as cursor:
        cursor.execute(_KEYS, [secret_digest(secret), person, person])
        keys = pl.DataFrame(cursor.fetchall(), schema={"key": pl.String, "person": pl.String}, orient="row")
        lines = WithdrawnLine.objects.using(using).filter(**({"person_id": person} if person else {}))
        withdrawn = frozenset(lines.values_list("nomination", flat=True))
        if keys.is_empty() and not withdrawn:
            return None
        cursor.execute(_SCHOOLS, {"person": person})
        schools = pl.DataFrame(
            cursor.fetchall(),
            schema=dict.fromkeys(("urn", "school", "authority_code", "authority_name"), pl.String()),
            orient="row",
        )
    return redact_file(
        content, file_name, key, keys=keys, secret=secret, schools=schools, withdrawn=withdrawn, known=known
    )


def _remember(found: RedactedFile, using: str) -> None:
    """Keep which lines were taken out, so that their respondents still count as having answered."""
    lines = found.lines.drop_nulls(["nomination_id", "person"])
    leaders = leader_keys(lines["person"].unique().to_list(), using)
    WithdrawnLine.objects.using(using).bulk_create(
        [
            WithdrawnLine(
                person_id=person,
                nomination=nomination,
                leader_key=leaders.get(person, person),
                respondent=respondent,
                withdrawn_on=timezone.localdate(),
            )
            for nomination, respondent, person in lines.select(
                "nomination_id", "respondent_id", "person"
            ).iter_rows()
        ],
        ignore_conflicts=True,
    )


def leader_keys(persons: list[str], using: str) -> Mapping[str, str]:
    """Person to the key by which the library calls them as a leader, for those who are one."""
    found = Leader.objects.using(using).filter(person_id__in=persons).values_list("person_id", "key")
    return {str(person): key for person, key in found}
