"""Which role of the codebook a respondent's words mean: by label and alias here, by a person for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
from rapidfuzz import fuzz, process

from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import polars_schema
from leadscape.survey.tables import Codings

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook

CANDIDATES: Final = 3


def code_roles(nominations: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """The role of each nomination whose words are a label or an alias of the codebook; the rest ``uncoded``.

    Case, accents, punctuation and a trailing plural do not matter. A role that the codebook marks as not collected is
    coded all the same: a respondent may write it although nobody asked.
    """
    wordings = (
        codebook.role_alias_frame()
        .with_columns(folded=_folded(pl.col("wording")))
        .unique("folded", keep="first", maintain_order=True)
    )
    coded = nominations.select("nomination_id", folded=_folded(pl.col("role_text"))).join(
        wordings.select("folded", "role", "method"), on="folded", how="left", maintain_order="left"
    )
    return Codings.validate(
        coded.select(
            "nomination_id",
            "role",
            method=pl.col("method").fill_null("uncoded").cast(polars_schema(Codings)["method"]),
        )
    )


def suggest_roles(texts: pl.Series, codebook: Codebook) -> pl.DataFrame:
    """For each distinct text the roles whose wording comes nearest: ``role_text``, ``candidates``.

    ``candidates`` holds up to three role ids with their nearness (0-100), best first. A person decides.
    """
    wordings = codebook.role_alias_frame().with_columns(folded=_folded(pl.col("wording")))
    asked = texts.drop_nulls().unique().sort()
    folded = asked.to_frame("text").select(_folded(pl.col("text"))).to_series()
    nearness = process.cdist(folded.to_list(), wordings["folded"].to_list(), scorer=fuzz.token_set_ratio)
    pairs = (
        pl.DataFrame({"role_text": asked})
        .with_row_index("asked")
        .join(wordings.with_row_index("wording_number").select("wording_number", "role"), how="cross")
        .with_columns(nearness=pl.Series(nearness.ravel()).round(0).cast(pl.Int64))
    )
    return (
        pairs.group_by("asked", "role_text", "role")
        .agg(pl.col("nearness").max())
        .sort("asked", "nearness", "role", descending=[False, True, False])
        .group_by("asked", "role_text", maintain_order=True)
        .agg(
            candidates=pl.concat_str(pl.col("role"), pl.lit(" ("), pl.col("nearness"), pl.lit(")")).head(
                CANDIDATES
            )
        )
        .drop("asked")
    )


def _folded(text: pl.Expr) -> pl.Expr:
    return normalise_name(text).str.replace(r"s$", "")
