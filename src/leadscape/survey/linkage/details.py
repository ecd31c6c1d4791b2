"""Postcodes, phases and surnames in the parts by which two of them may agree."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadscape.core.identifiers import normalise_name

_POSTCODE: Final = r"^[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}$"
_OUTWARD: Final = r"^[A-Z]{1,2}[0-9][0-9A-Z]?$"
PHASES: Final = (
    ("nursery", r"nursery|early"),
    ("primary", r"prim|infant|junior|first|lower"),
    ("secondary", r"second|high|upper|senior|middle"),
    ("special", r"special"),
    ("sixteen_plus", r"16|sixteen|sixth|post"),
    ("all_through", r"all.?through|all.?age"),
)
"""Phase and the words that say it, the first that fits."""


def split_postcodes(text: pl.Expr) -> list[pl.Expr]:
    """``area`` (SE), ``outcode`` (SE21), ``sector`` (SE21 7), ``whole`` (SE21 7LD); null where it is no such thing.

    A postcode of another country keeps only ``whole``.
    """
    bare = text.str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "").replace("", None)
    outward_only = bare.str.contains(_OUTWARD)
    full = bare.str.contains(_POSTCODE)
    outcode = pl.when(full).then(bare.str.head(-3)).when(outward_only).then(bare)
    return [
        outcode.str.extract(r"^([A-Z]+)").alias("area"),
        outcode.alias("outcode"),
        pl.when(full).then(pl.concat_str(outcode, pl.lit(" "), bare.str.slice(-3, 1))).alias("sector"),
        pl.when(~outward_only).then(bare).alias("whole"),
    ]


def phase_family(text: pl.Expr) -> pl.Expr:
    """A phase as written, or a phase id of a codebook, brought to one of :data:`PHASES`; null where it is none."""
    folded = text.str.to_lowercase().str.replace_all("_", " ")
    return pl.coalesce(
        *(pl.when(folded.str.contains(words)).then(pl.lit(family)) for family, words in PHASES),
        pl.lit(None, pl.String),
    )


def surname(name: pl.Expr) -> pl.Expr:
    """The surname of a person as written: what stands before a comma, else the last word; folded."""
    before = name.str.extract(r"^([^,]+),")
    return normalise_name(pl.coalesce(before, name)).str.split(" ").list.last()
