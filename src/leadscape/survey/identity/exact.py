"""What is one person as sure as it gets without weighing anything: the same name at the same school.

Names alone never merge, and neither does a title. Groups of one name and school are what everything else weighs against
each other; a person's decisions join them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from leadscape.core.identifiers import normalise_name

TITLES: Final = r"\b(mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|rev|revd|reverend|sister|sr|fr|father)\b"


def fold_person_name(name: pl.Expr) -> pl.Expr:
    """A person's name for comparison: no title, no punctuation, given names first.

    ``"Mrs J. Okafor"`` is ``"j okafor"``; ``"OKAFOR, Jane"`` is ``"jane okafor"``.
    """
    turned = name.str.replace(r"^\s*([^,]+?)\s*,\s*([^,]+?)\s*$", "$2 $1")
    return normalise_name(turned).str.replace_all(TITLES, "").str.replace_all(r"\s+", " ").str.strip_chars()


def group_exact(nominations: pl.DataFrame) -> pl.DataFrame:
    """``nomination_id`` and ``person``: the smallest nomination id among those with the same name and school.

    Parameters
    ----------
    nominations
        ``nomination_id``, ``leader_name``, ``home_urn`` (linked; may be null), ``home_school``, ``authority_code``.
    """
    place = pl.coalesce(
        pl.concat_str(pl.lit("urn "), pl.col("home_urn")),
        pl.concat_str(pl.col("authority_code").fill_null("?"), normalise_name(pl.col("home_school"))),
    )
    keyed = nominations.select("nomination_id", name_key=fold_person_name(pl.col("leader_name")), place=place)
    # "Mrs" alone names nobody, and a name without a school may be anybody's: neither is merged without a decision.
    known = (pl.col("name_key") != "") & pl.col("place").is_not_null()
    alone = pl.when(~known).then(pl.col("nomination_id")).alias("alone")
    return keyed.select(
        "nomination_id", person=pl.col("nomination_id").min().over("name_key", "place", alone)
    )


def merge_persons(persons: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    """``persons`` after the pairs decided to be the same are joined, through others where need be.

    Parameters
    ----------
    persons
        As :func:`group_exact` returns it.
    same
        ``person``, ``other``: pairs decided to be one.
    """
    if not same.height:
        return persons.select("nomination_id", "person")
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    known = persons["person"].unique().sort()
    position = pl.DataFrame({"person": known}).with_row_index("at")
    edges = same.join(position, on="person").join(
        position.rename({"person": "other", "at": "at_other"}), on="other"
    )
    links = coo_array(
        (np.ones(edges.height), (edges["at"].to_numpy(), edges["at_other"].to_numpy())),
        shape=(known.len(),) * 2,
    )
    _, component = connected_components(links, directed=False)
    merged = position.with_columns(component=pl.Series(component)).select(
        "person", leader=pl.col("person").min().over("component")
    )
    return persons.join(merged, on="person", maintain_order="left").select("nomination_id", person="leader")
