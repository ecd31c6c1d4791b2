"""Which school of the register a return means: by number or by exact name here, by a person for everything else.

A number is believed only when the name beside it could be that school's; a name only when one open school of the
authority bears it. Nearest names are offered as candidates and never chosen.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from leadscape.core.identifiers import normalise_name

CANDIDATES: Final = 5
PAIRS_AT_ONCE: Final = 4_000_000  # names compared in one go: keeps memory flat however long the register
NAME_AGREES_FROM: Final = 60.0
"""Token-set nearness (0-100) of the telling words from which a written name may be that of the numbered school."""
GENERIC_WORDS: Final = frozenset(
    {
        "academy",
        "aided",
        "and",
        "c",
        "catholic",
        "ce",
        "church",
        "cofe",
        "college",
        "community",
        "controlled",
        "e",
        "england",
        "first",
        "foundation",
        "free",
        "high",
        "inf",
        "infant",
        "infants",
        "jmi",
        "jnr",
        "junior",
        "juniors",
        "lady",
        "lower",
        "middle",
        "nursery",
        "of",
        "our",
        "primary",
        "rc",
        "roman",
        "saint",
        "school",
        "schools",
        "secondary",
        "special",
        "st",
        "the",
        "trust",
        "upper",
        "voluntary",
        "with",
    }
)
"""Words that many schools share: two schools that agree in these only are two schools."""


def authority_lookup(schools: pl.DataFrame) -> pl.DataFrame:
    """``written`` (folded code or name) to ``authority_code``, for every authority that the register names."""
    known = schools.select("authority_code", "authority_name").drop_nulls("authority_code").unique()
    return (
        pl.concat(
            [
                known.select(written=pl.col("authority_code"), authority_code="authority_code"),
                known.drop_nulls().select(
                    written=normalise_name(pl.col("authority_name")), authority_code="authority_code"
                ),
            ]
        )
        .unique("written", keep="none")
        .sort("written")
    )


def link_mentions(mentions: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Link each mention to the school it means, where that is beyond doubt.

    Parameters
    ----------
    mentions
        ``mention_id`` (unique), ``urn`` as written, ``name`` as written, ``authority_code`` (each may be null).
    schools
        Open schools, as :class:`~leadscape.register.tables.Schools`.

    Returns
    -------
    polars.DataFrame
        ``mention_id``, ``urn`` (null where a person must decide), ``method`` (``urn``, ``exact_name``, ``unlinked``).
    """
    known = _known(schools)
    asked = _folded_mentions(mentions)
    by_urn = _link_by_urn(asked, known)
    by_name = _link_by_name(asked.join(by_urn, on="mention_id", how="anti"), known)
    return (
        asked.select("mention_id")
        .join(pl.concat([by_urn, by_name]), on="mention_id", how="left", maintain_order="left")
        .with_columns(pl.col("method").fill_null("unlinked"))
    )


def suggest_schools(mentions: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """For each mention the schools it could mean: ``mention_id``, ``candidates``.

    ``candidates`` holds up to five ``urn | name | town | nearness`` (0-100), best first: by token-sort nearness inside
    the authority, or nationally where the authority is not known. A number as written weighs as much as a perfect name.
    """
    known = _known(schools)
    asked = _folded_mentions(mentions)
    inside = asked.join(known, on="authority_code", how="semi")
    blocks = [
        (block, known.filter(pl.col("authority_code") == authority))
        for (authority,), block in inside.group_by("authority_code", maintain_order=True)
    ]
    blocks.append((asked.join(inside, on="mention_id", how="anti"), known))
    found = [
        _rank(piece, pool)
        for block, pool in blocks
        if block.height and pool.height
        for piece in block.iter_slices(max(PAIRS_AT_ONCE // pool.height, 1))
    ]
    schema = {"mention_id": pl.String, "candidates": pl.List(pl.String)}
    return pl.concat([pl.DataFrame(schema=schema), *found])


def _known(schools: pl.DataFrame) -> pl.DataFrame:
    return schools.select(
        "urn", "authority_code", "town", school_name="name", folded=normalise_name(pl.col("name"))
    )


def _folded_mentions(mentions: pl.DataFrame) -> pl.DataFrame:
    return mentions.with_columns(folded=normalise_name(pl.col("name")).replace("", None))


def _link_by_urn(asked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    numbered = asked.drop_nulls("urn").join(
        known.select("urn", known_as="folded"), on="urn", how="inner", maintain_order="left"
    )
    telling = numbered.select(_telling_words("folded"), _telling_words("known_as"))
    nearness = process.cpdist(
        telling["folded"].to_list(), telling["known_as"].to_list(), scorer=fuzz.token_set_ratio
    )
    agrees = pl.Series(nearness >= NAME_AGREES_FROM, dtype=pl.Boolean) | numbered["folded"].is_null()
    return numbered.filter(agrees).select("mention_id", "urn", method=pl.lit("urn"))


def _telling_words(column: str) -> pl.Expr:
    """The words of a folded name that tell one school from another; the whole name where it has none."""
    words = pl.col(column).fill_null("").str.split(" ")
    telling = words.list.filter(~pl.element().is_in(sorted(GENERIC_WORDS))).list.join(" ")
    return pl.when(telling != "").then(telling).otherwise(pl.col(column).fill_null("")).alias(column)


def _link_by_name(asked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    # A number that contradicts the name is a doubt, so such a mention is left to a person.
    unnumbered = asked.filter(pl.col("urn").is_null())
    unique = known.drop_nulls("authority_code").unique(["authority_code", "folded"], keep="none")
    return unnumbered.join(
        unique.select("authority_code", "folded", found="urn"), on=["authority_code", "folded"], how="inner"
    ).select("mention_id", urn="found", method=pl.lit("exact_name"))


def _rank(block: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    nearness = process.cdist(
        block["folded"].fill_null("").to_list(), pool["folded"].to_list(), scorer=fuzz.token_sort_ratio
    )
    written = block["urn"].fill_null("").to_numpy()
    nearness = nearness + 100.0 * (written[:, None] == pool["urn"].to_numpy()[None, :])
    kept = min(CANDIDATES, pool.height)
    order = np.argsort(-nearness, axis=1, kind="stable")[:, :kept]
    text = pool.select(
        pl.concat_str("urn", "school_name", pl.col("town").fill_null("-"), separator=" | ").alias("text")
    )["text"].to_numpy()
    score = np.minimum(np.take_along_axis(nearness, order, axis=1), 100.0).round().astype(np.int64)
    pairs = pl.DataFrame(
        {
            "mention_id": np.repeat(block["mention_id"].to_numpy(), kept),
            "text": text[order].ravel(),
            "nearness": score.ravel(),
        },
        schema={"mention_id": pl.String, "text": pl.String, "nearness": pl.Int64},
    )
    return pairs.group_by("mention_id", maintain_order=True).agg(
        candidates=pl.concat_str("text", "nearness", separator=" | ")
    )
