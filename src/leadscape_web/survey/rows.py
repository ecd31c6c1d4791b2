"""Rows of lists: leaders and role-holdings as the database shows them to the user, in frames, in few queries.

What ids mean is said once for each role, origin and phase of a wave that occurs, and joined; a list of the nation has
thousands of rows and a few dozen meanings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import polars as pl
from django.db.models import F, Func, Q, QuerySet, TextField, Value

from leadscape.core.missing import NOT_COLLECTED, SUPPRESSED, UNKNOWN
from leadscape_web.register.memberships import CURRENT, memberships_collected
from leadscape_web.register.records.frames import frame_of, read_frame
from leadscape_web.survey.codebooks import KnownWaves
from leadscape_web.survey.models import AnonymousHolding, Leader, RoleHolding
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN, ROUTES

TEXTS: Final = pl.List(pl.String)
SHOWN: Final = 12
"""Letters and digits that stand for a leader in rows without names; enough that no two are alike."""
_BETWEEN: Final = "\x1f"
"""Stands between values that the database sends as one text."""
_JOINED_ROUTES: Final = Func(
    F("routes"), Value(_BETWEEN), function="array_to_string", output_field=TextField()
)
_TOLD_AT: Final = {
    "authority": ("authority",),
    "region": ("authority", "region"),
    "phase": ("authority", "region"),
}
"""What is told of where a leader works, by how closely the place is told."""
_PLACE: Final = ("urn", "school", "authority_code", "authority", "region", "phase")


def in_force(day: date) -> Q:
    """Role-holdings and supports that have begun by a day and not ended; what has no date may have."""
    begun = Q(started_on=None) | Q(started_on__lte=day)
    return begun & (Q(ended_on=None) | Q(ended_on__gt=day))


def held_on(day: date | None) -> QuerySet[RoleHolding]:
    """Holdings that count; on a day, those in force then."""
    counted = RoleHolding.objects.filter(withdrawn_at=None)
    if day is None:
        return counted
    return counted.filter(in_force(day))


def leader_rows(waves: KnownWaves, day: date | None = None) -> pl.DataFrame:
    """One row a leader; with a day, only those with a role-holding in force then.

    Columns: ``leader``, ``name``, the place of the home school (``urn``, ``school``, ``authority_code``, ``authority``,
    ``region``, ``phase``), ``key``, and lists ``trusts``, ``roles``, ``origins``, ``kinds``; ``holdings`` counts.
    """
    held = _read(
        held_on(day).values_list("leader_id", "wave_id", "role", "origin"), ("leader", "wave", "id", "origin")
    )
    each = _with_meanings(held, waves).group_by("leader").agg(
        roles=pl.col("role").unique().sort(),
        origins=pl.col("origin").unique().sort(),
        kinds=pl.col("kinds").list.explode(keep_nulls=False, empty_as_null=False).unique().sort(),
        holdings=pl.len(),
    )  # fmt: skip
    found = Leader.objects.order_by("authority__name", "home_school__name", "key").values_list(
        "pk", "wave_id", "person_id", "home_school_id", "home_school__name", "authority_id", "authority__name",
        "region", "phase", "key",
    )  # fmt: skip
    rows = _named(_read(found, ("leader", "wave", "person", *_PLACE, "key")), waves)
    return (
        rows.join(each, on="leader", how="left" if day is None else "inner", maintain_order="left")
        .with_columns(pl.col("holdings").fill_null(0).cast(pl.Int64))
        .drop("wave", "person")
    )


def holding_rows(waves: KnownWaves, day: date | None = None) -> pl.DataFrame:
    """One row a role-holding that counts; with a day, only those in force then.

    Columns: ``leader``, ``name``, ``role``, ``origin``, ``kinds``, ``started_on``, ``ended_on``, ``routes``, ``trusts``
    and the place of the home school as in :func:`leader_rows`.
    """
    found = held_on(day).order_by("authority__name", "home_school__name", "leader_id", "role").values_list(
        "leader_id", "wave_id", "person_id", "home_school_id", "home_school__name", "authority_id",
        "authority__name", "authority__region", "home_school__phase", "role", "origin", "started_on", "ended_on",
        _JOINED_ROUTES,
    )  # fmt: skip
    columns = ("leader", "wave", "person", *_PLACE, "id", "origin", "started_on", "ended_on", "routes")
    rows = _with_meanings(_named(_read(found, columns), waves), waves)
    return rows.with_columns(pl.col("routes").list.eval(pl.element().replace(ROUTES))).drop(
        "wave", "person", "id"
    )


def anonymous_rows(waves: KnownWaves) -> pl.DataFrame:
    """One row a role-holding without name or school.

    Columns: ``leader``, ``role``, ``origin``, ``kinds``, the years ``started_year`` and ``ended_year``,
    ``authority_code``,
    ``authority``, ``region``, ``phase``, ``routes``, ``wave``; columns ``…_status`` say why a value is missing.
    """
    found = AnonymousHolding.objects.order_by("authority__name", "region", "role", "holding").values_list(
        "leader", "wave_id", "authority_id", "authority__name", "region", "phase", "role", "role_status", "origin",
        "started_year", "ended_year", "years_status", _JOINED_ROUTES, "place",
    )  # fmt: skip
    rows = _read(
        found,
        (
            "leader", "wave", "authority_code", "authority", "region", "phase", "id", "role_status", "origin",
            "started_year", "ended_year", "started_year_status", "routes", "place",
        ),
    )  # fmt: skip
    titles = {str(wave.id): wave.title for wave in waves.waves}
    return (
        _with_meanings(_in_words(rows, "phase", waves), waves)
        .with_columns(
            pl.col("leader").str.head(SHOWN),
            pl.col("started_year", "ended_year").cast(pl.String),
            # What a place that is told lacks is not known; what one that is withheld lacks may be either.
            *(
                pl.when(pl.col("place").is_in(told)).then(pl.lit(UNKNOWN)).alias(f"{column}_status")
                for column, told in _TOLD_AT.items()
            ),
            # An end that nobody reported is told as that, and one that is withheld as that.
            _if_suppressed("started_year_status", "ended_year_status"),
            _if_suppressed("role_status", "kinds_status"),
            pl.col("routes").list.eval(pl.element().replace(ROUTES)),
            pl.col("wave").replace_strict(titles, default=None, return_dtype=pl.String),
        )
        .drop("id", "place")
    )


def _if_suppressed(status: str, alias: str) -> pl.Expr:
    return pl.when(pl.col(status) == SUPPRESSED).then(pl.lit(SUPPRESSED)).alias(alias)


_TYPES: Final[dict[str, Any]] = {
    "started_on": pl.Date, "ended_on": pl.Date, "started_year": pl.Int64, "ended_year": pl.Int64,
}  # fmt: skip


def _read(found: Any, columns: Sequence[str]) -> pl.DataFrame:
    """Rows of a query as a frame, ids as text."""
    rows = frame_of(found, {name: _TYPES.get(name, pl.String) for name in columns})
    if "routes" not in columns:
        return rows
    parts = pl.col("routes").fill_null("").str.split(_BETWEEN)
    return rows.with_columns(routes=parts.list.filter(pl.element() != ""))


def _named(rows: pl.DataFrame, waves: KnownWaves) -> pl.DataFrame:
    """With ``name`` and ``trusts``, the phase in words, and the URN for a school whose name is not known."""
    names = _names(rows["person"])
    trusts = _trusts(rows["urn"])
    why = None if trusts.height or memberships_collected() else NOT_COLLECTED
    return (
        _in_words(rows, "phase", waves)
        .join(names, on="person", how="left", maintain_order="left")
        .join(trusts, on="urn", how="left", maintain_order="left")
        .with_columns(
            pl.col("name").fill_null(NAME_NOT_KNOWN),
            pl.coalesce("school", "urn"),
            # Only of a known school, and with a file of trusts, is it known that it is in none.
            pl.when(pl.col("urn").is_null())
            .then(pl.lit(UNKNOWN))
            .otherwise(pl.lit(why))
            .alias("trusts_status"),
        )
    )


def _in_words(rows: pl.DataFrame, column: str, waves: KnownWaves) -> pl.DataFrame:
    """With a phase in the words of its wave."""
    met = rows.select("wave", column).unique().drop_nulls(column)
    told = met.with_columns(
        pl.Series(
            "told", [_book(waves, wave).phase(phase) for wave, phase in met.iter_rows()], dtype=pl.String
        )
    )
    joined = rows.join(told, on=["wave", column], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.col("told").alias(column)).drop("told")


def _with_meanings(rows: pl.DataFrame, waves: KnownWaves) -> pl.DataFrame:
    """With ``role`` (from ``id``), ``origin`` and ``kinds`` in the words of the wave."""
    met = rows.select("wave", "id", "origin").unique()
    meanings = [
        (
            wave,
            role,
            origin,
            book.role(role) if role else None,
            book.origin(origin),
            list(book.kinds_of(role or "")),
        )
        for wave, role, origin in met.iter_rows()
        for book in [_book(waves, wave)]
    ]
    schema = {**dict.fromkeys(("wave", "id", "origin", "role", "told"), pl.String), "kinds": TEXTS}
    told = pl.DataFrame(meanings, schema=schema, orient="row")
    joined = rows.join(told, on=["wave", "id", "origin"], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.col("told").alias("origin")).drop("told")


def _book(waves: KnownWaves, wave: str | None) -> Any:
    return waves.words(next((one.id for one in waves.waves if str(one.id) == wave), None))


def _names(persons: pl.Series) -> pl.DataFrame:
    """The current names of people: ``person``, ``name``, as :func:`~leadscape_web.accounts.names.names_of`."""
    return read_frame(
        "select person_id, full_name from accounts_personname where superseded_at is null"
        " and person_id = any ({}::uuid[])",
        {"person": pl.String, "name": pl.String},
        [persons.drop_nulls().unique().to_list()],
    )


def _trusts(urns: pl.Series) -> pl.DataFrame:
    """The trusts and federations that schools are in now: ``urn``, ``trusts``."""
    listed = urns.drop_nulls().unique().to_list()
    if not listed:
        return pl.DataFrame(schema={"urn": pl.String, "trusts": TEXTS})
    found = read_frame(
        "select distinct m.school_id, g.name from register_membership m"
        f" join register_group g on g.uid = m.group_id where {CURRENT} and m.school_id = any ({{}})",
        {"urn": pl.String, "trusts": pl.String},
        [listed],
    )
    return found.group_by("urn").agg(pl.col("trusts").sort())
