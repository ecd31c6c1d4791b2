"""Which authorities answer for schools, and what became of one when local government was reorganised?

In: schools of one or two dates; dated events of a system (``authority_changes/*.toml``). Out: the
authorities of a register, the family of an authority on a date, and what two registers by themselves say
about reorganisation.

Method: events are edges from an abolished to a created authority and are followed like the links of
schools. Without events, the schools that both registers list show where the schools of each code went.

What it does not say: why. A school that changes its authority alone has moved or was recorded wrongly; only
many moving together show a reorganisation.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import NotFound
from leadscape.core.identifiers import normalise_name
from leadscape.register.lineage import Lineage
from leadscape.register.tables import Authorities, is_open

if TYPE_CHECKING:
    from datetime import date

EVENT_KINDS: Final = ("split", "merged", "districts_merged")
CHANGE_KINDS: Final = ("unchanged", "renamed", "recoded", "split", "merged", "gone")
STRAY_SHARE: Final = 0.05
_EVENTS: Final = {
    "on": pl.Date,
    "kind": pl.String,
    "old_code": pl.String,
    "old_name": pl.String,
    "new_code": pl.String,
    "new_name": pl.String,
    "source": pl.String,
}
_FOLDER = files("leadscape.register") / "authority_changes"


def authorities_of(schools: pl.DataFrame) -> pl.DataFrame:
    """The authorities that schools name.

    Parameters
    ----------
    schools
        As :class:`~leadscape.register.tables.Schools`.

    Returns
    -------
    polars.DataFrame
        As :class:`~leadscape.register.tables.Authorities`: the name and region that most of its schools
        give, and how many of its schools are open. A code without any name is named by its code.
    """
    named = schools.drop_nulls("authority_code")
    found = (
        named.group_by("authority_code")
        .agg(
            authority_name=pl.col("authority_name").drop_nulls().mode().sort().first(),
            region=pl.col("region").drop_nulls().mode().sort().first(),
            schools=is_open().sum().cast(pl.Int64),
        )
        .with_columns(pl.coalesce("authority_name", "authority_code").alias("authority_name"))
        .sort("authority_code")
    )
    return Authorities.validate(found.select(Authorities.column_names()))


@lru_cache(maxsize=8)
def authority_events(system: str = "england") -> pl.DataFrame:
    """Dated reorganisations of a system, one row a pair of old and new authority.

    Returns
    -------
    polars.DataFrame
        ``on``, ``kind`` (one of :data:`EVENT_KINDS`), ``old_code``, ``old_name``, ``new_code``, ``new_name``,
        ``source``. An authority that kept its code while its districts merged is both old and new.

    Raises
    ------
    NotFound
        When nobody has written the events of the system down.
    """
    path = _FOLDER / f"{system}.toml"
    if not path.is_file():
        known = sorted(
            one.name.removesuffix(".toml") for one in _FOLDER.iterdir() if one.name.endswith(".toml")
        )
        raise NotFound(
            f"No reorganisations of authorities are known for {system!r}.",
            "Codes of two dates can be joined only where what became of an authority is written down.",
            f"Use one of: {', '.join(known)}; or compare two registers, which shows where schools went.",
        )
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = [
        (event["on"], event["kind"], old["code"], old["name"], new["code"], new["name"], event["source"])
        for event in raw["event"]
        for olds, news in [
            (event.get("abolished", event.get("kept")), event.get("created", event.get("kept")))
        ]
        for old in olds
        for new in news
    ]
    return pl.DataFrame(rows, schema=_EVENTS, orient="row").sort("on", "old_code", "new_code")


def authority_lineage(code: str, as_of: date | None = None, system: str = "england") -> pl.DataFrame:
    """The family of an authority on a date.

    Returns
    -------
    polars.DataFrame
        ``authority_code``, ``authority_name``, ``relation`` (``predecessor``, ``self``, ``successor`` or
        ``kin``), ``steps``, ``on``, ``kind``. An authority that was never reorganised is a family of one.
    """
    events = authority_events(system)
    moves = events.filter(pl.col("old_code") != pl.col("new_code"))
    edges = moves.select(predecessor="old_code", successor="new_code", kind="kind", taken_on="on")
    family = Lineage(edges, edges.clear(), edges.clear(), 0).lineage(code, as_of)
    names = pl.concat(
        [
            events.select(authority_code="old_code", authority_name="old_name"),
            events.select(authority_code="new_code", authority_name="new_name"),
        ]
    ).unique("authority_code", keep="first", maintain_order=True)
    return (
        family.rename({"urn": "authority_code", "taken_on": "on"})
        .join(names, on="authority_code", how="left", maintain_order="left")
        .select("authority_code", "authority_name", "relation", "steps", "on", "kind")
    )


def infer_authority_changes(old_schools: pl.DataFrame, new_schools: pl.DataFrame) -> pl.DataFrame:
    """Where the schools of each old authority are found in a newer register.

    Parameters
    ----------
    old_schools, new_schools
        :class:`~leadscape.register.tables.Schools` of two dates; only schools in both are counted.

    Returns
    -------
    polars.DataFrame
        One row an old and new authority: ``old_code``, ``old_name``, ``new_code``, ``new_name``,
        ``schools`` (moved), ``old_schools`` (of the old code in both registers), ``share`` (0-1),
        ``change``. ``change`` is ``unchanged``, ``renamed`` (same code), ``recoded`` (nearly all went to
        one new code), ``split`` (they went to several), ``merged`` (nearly all went to one code that nearly
        all of another old code went to as well) or ``gone`` (no school of it is in the newer register).
        Moves of fewer than 5 % of an authority's schools are of single schools and left out;
        :func:`leadscape.register.changes.register_changes` lists them.
    """
    before = old_schools.select("urn", old_code="authority_code").drop_nulls()
    after = new_schools.select("urn", new_code="authority_code").drop_nulls()
    moves = (
        before.join(after, on="urn")
        .group_by("old_code", "new_code")
        .agg(schools=pl.len().cast(pl.Int64))
        .with_columns(old_schools=pl.col("schools").sum().over("old_code"))
        .with_columns(share=pl.col("schools") / pl.col("old_schools"))
        .filter(pl.col("share") >= STRAY_SHARE)
    )
    gone = before.select("old_code").unique().join(moves, on="old_code", how="anti")
    moves = pl.concat([moves, gone], how="diagonal")
    old_names = authorities_of(old_schools).select(old_code="authority_code", old_name="authority_name")
    new_names = authorities_of(new_schools).select(new_code="authority_code", new_name="authority_name")
    parts = pl.col("new_code").n_unique().over("old_code")
    sources = pl.col("old_code").n_unique().over("new_code")
    nameless = (pl.col("old_name") == pl.col("old_code")) | (pl.col("new_name") == pl.col("new_code"))
    same_name = nameless | (normalise_name(pl.col("old_name")) == normalise_name(pl.col("new_name")))
    return (
        moves.join(old_names, on="old_code", how="left")
        .join(new_names, on="new_code", how="left")
        .with_columns(
            change=pl.when(pl.col("new_code").is_null())
            .then(pl.lit("gone"))
            .when(parts > 1)
            .then(pl.lit("split"))
            .when((sources > 1) & (pl.col("new_code") != pl.col("old_code")))
            .then(pl.lit("merged"))
            .when(pl.col("new_code") != pl.col("old_code"))
            .then(pl.lit("recoded"))
            .when(~same_name)
            .then(pl.lit("renamed"))
            .otherwise(pl.lit("unchanged"))
        )
        .select("old_code", "old_name", "new_code", "new_name", "schools", "old_schools", "share", "change")
        .sort("old_code", "new_code")
    )
