"""Which role of the codebook a respondent's words mean: by label and alias here, by a person for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import polars_schema
from leadscape.survey.tables import Codings

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook


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


def _folded(text: pl.Expr) -> pl.Expr:
    return normalise_name(text).str.replace(r"s$", "")
