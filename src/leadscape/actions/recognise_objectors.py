"""Is somebody who objected, or was erased, named again? By keyed hashes, without a name being kept.

See :mod:`leadscape.survey.privacy.ledger` for what the keys are and what they cannot do.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.core.writing import write_csv
from leadscape.survey.privacy import Objections, Withdrawals, make_objection
from leadscape.survey.privacy.ledger import keys_of
from leadscape.survey.privacy.names import name_forms

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

CERTAIN: Final = ("name_at_school", "surname_at_school", "name_in_authority")
"""Rules by which somebody is kept out without a person looking: at the school, or by the whole name in the authority.
The weaker ones would keep out every namesake of the country."""
PLACES: Final = ("id", "name", "urn", "school", "authority_code")


@dataclass(frozen=True)
class ObjectorKeys:
    """One person's keys under one secret.

    Attributes
    ----------
    objection
        Id of the objection; from the content of the keys.
    keys
        ``key``, ``rule``.
    """

    objection: str
    keys: pl.DataFrame


def key_objector(
    people: pl.DataFrame, secret: bytes, *, kind: str, recorded_on: date, recorded_by: str
) -> ObjectorKeys | None:
    """The keys of one person; null where no name is known.

    Parameters
    ----------
    people
        ``name``, ``urn``, ``school``, ``authority_code``: every way in which they are named, with every school meant.
    """
    named = people.drop_nulls("name")
    if named.is_empty():
        return None
    rows = make_objection(
        named, secret, kind=kind, recorded_on=recorded_on, recorded_by=recorded_by, reason=None
    )
    if rows.is_empty():
        return None
    return ObjectorKeys(rows["objection_id"][0], rows.select("key", pl.col("rule").cast(pl.String)))


def recognise_objectors(people: pl.DataFrame, keys: frozenset[str], secret: bytes) -> frozenset[str]:
    """Ids of ``people`` (columns :data:`PLACES`) who agree with a key by one of the rules of :data:`CERTAIN`."""
    if not keys or people.is_empty():
        return frozenset()
    forms = name_forms(people.drop_nulls("name")).filter(pl.col("rule").is_in(list(CERTAIN)))
    found = forms.filter(keys_of(forms["form"], secret).is_in(list(keys)))
    return frozenset(found["id"].cast(pl.String))


def secret_digest(secret: bytes) -> str:
    """By which a secret is told from another, without being told."""
    return hashlib.sha256(secret).hexdigest()[:16]


def write_objectors(rows: pl.DataFrame, path: Path) -> None:
    """Write keys as the ledger that a study names under ``objections``.

    Parameters
    ----------
    rows
        ``objection_id``, ``key``, ``rule``, ``kind``, ``recorded_on``, ``recorded_by``.
    """
    schema = polars_schema(Objections)
    whole = rows.with_columns(reason=pl.lit(None, pl.String)).select(list(schema))
    write_csv(Objections.validate(whole.cast(schema)).sort("objection_id", "key"), path)  # pyright: ignore[reportArgumentType]


def write_withdrawn(rows: pl.DataFrame, path: Path) -> None:
    """Write withdrawn lines as the file that a study names under ``withdrawals``.

    Parameters
    ----------
    rows
        ``nomination_id``, ``leader_id``, ``returned_by``, ``withdrawn_on``.
    """
    schema = polars_schema(Withdrawals)
    whole = rows.with_columns(
        respondent_id=pl.lit(None, pl.String),
        reason=pl.lit(None, pl.String),
        recorded_by=pl.lit("the service", pl.String),
    ).select(list(schema))
    write_csv(Withdrawals.validate(whole.cast(schema)).sort("nomination_id"), path)  # pyright: ignore[reportArgumentType]
