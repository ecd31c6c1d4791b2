"""What people decided, carried to the next list: this wording in this authority means that school, and nothing more.

Nothing else is learned from a decision: no coefficient changes, no similar wording is touched.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import check_table
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas
from leadscape.survey.linkage.places import place_key
from leadscape.survey.linkage.tables import SchoolAliases

NONE = "none"


def wording_keys() -> list[pl.Expr]:
    """``name_key`` and ``place_key`` of mentions with ``name``, ``authority_code`` and ``authority``."""
    place = pl.coalesce(pl.col("authority_code"), pl.col("authority"))
    return [
        normalise_name(pl.col("name")).fill_null("").alias("name_key"),
        place_key(place).alias("place_key"),
    ]


def learn_aliases(mentions: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """The wordings that decisions were made on.

    Parameters
    ----------
    mentions
        ``mention_id``, ``name`` and, where given, ``authority_code``, ``authority``.
    decisions
        ``mention_id``, ``decision`` (a URN or ``none``) and, where given, ``decided_by``.

    Returns
    -------
    polars.DataFrame
        As :class:`SchoolAliases`. A mention without a name teaches nothing.
    """
    optional = [c for c in ("authority_code", "authority") if c not in mentions.columns]
    whole = mentions.with_columns(pl.lit(None, pl.String).alias(name) for name in optional)
    if "decided_by" not in decisions.columns:
        decisions = decisions.with_columns(decided_by=pl.lit(None, pl.String))
    decided = (
        whole.with_columns(wording_keys())
        .filter(pl.col("name_key") != "")
        .join(decisions.select("mention_id", "decision", "decided_by"), on="mention_id")
        .filter(pl.col("decision").n_unique().over("name_key", "place_key") == 1)
        .unique(["name_key", "place_key"], keep="first", maintain_order=True)
        .with_columns(urn=pl.when(pl.col("decision") != NONE).then("decision"))
        .sort("name_key", "place_key")
    )
    return SchoolAliases.validate(decided.select(SchoolAliases.column_names()))


def replay(
    mentions: pl.DataFrame, decisions: pl.DataFrame | None, aliases: pl.DataFrame | None
) -> pl.DataFrame:
    """``mention_id``, ``decision``, ``how``: what people decided, on this very mention or else on its wording."""
    empty = pl.DataFrame(schema={"mention_id": pl.String, "decision": pl.String, "how": pl.String})
    own = empty
    if decisions is not None and decisions.height:
        own = decisions.drop_nulls("decision").select(
            "mention_id", "decision", how=pl.lit("decided by a person")
        )
        own = own.join(mentions.select("mention_id"), on="mention_id", how="semi", maintain_order="left")
    if aliases is None or not aliases.height:
        return own
    alike = (
        mentions.with_columns(wording_keys())
        .join(own, on="mention_id", how="anti")
        .join(aliases.select("name_key", "place_key", meant="urn"), on=["name_key", "place_key"])
        # A number beside the wording that is another school's is a new doubt.
        .filter(pl.col("urn").is_null() | (pl.col("urn") == pl.col("meant")))
        .select(
            "mention_id",
            decision=pl.col("meant").fill_null(NONE),
            how=pl.lit("this wording was decided by a person before"),
        )
    )
    return pl.concat([own, alike])


def read_aliases(path: Path) -> pl.DataFrame | None:
    """Aliases as an earlier run wrote them; null where the file is something else.

    Raises
    ------
    FileProblem, TableProblem
        When the file is no table, or breaks the declaration.
    """
    table = read_text_table(path)
    if not {"name_key", "place_key", "urn"} <= set(table.frame.columns):
        return None
    frame = unguard_formulas(table.frame).with_columns(
        pl.col("place_key").fill_null(""),
        *(pl.lit(None, pl.String).alias(name) for name in ("decided_by",) if name not in table.frame.columns),
    )
    return check_table(frame, SchoolAliases, path.name, row="row")
