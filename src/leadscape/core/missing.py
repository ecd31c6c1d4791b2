"""Missing values with a reason, beside the value they explain.

A blank, a suppressed cell and a question nobody asked are three different facts. Every measure ``x`` has a column
``x_status`` beside it; ``x`` is null unless the status is ``reported``. Nothing in leadscape turns a missing measure
into zero.

Sources: DfE performance tables, abbreviations 2018/19 (SUPP, NE, NP, NA, LOWCOV, SP, RE, NEW); DfE statistics
conventions since 2022 (``z`` not applicable, ``x`` not available, ``c`` suppressed, ``low``, ``u`` low reliability).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

REPORTED: Final = "reported"
SUPPRESSED: Final = "suppressed"
NOT_APPLICABLE: Final = "not_applicable"
NOT_COLLECTED: Final = "not_collected"
NOT_PUBLISHED: Final = "not_published"
UNKNOWN: Final = "unknown"

STATUSES: Final = (REPORTED, SUPPRESSED, NOT_APPLICABLE, NOT_COLLECTED, NOT_PUBLISHED, UNKNOWN)
Status: Final = pl.Enum(STATUSES)

MEANINGS: Final[dict[str, str]] = {
    REPORTED: "a value was published or returned",
    SUPPRESSED: "a value exists and is hidden to protect people",
    NOT_APPLICABLE: "the question does not arise here",
    NOT_COLLECTED: "nobody asked",
    NOT_PUBLISHED: "a value exists and was not released, or is not reliable enough to release",
    UNKNOWN: "asked and not answered, or no reason given",
}

PUBLISHED_CODES: Final[dict[str, str]] = {
    "": UNKNOWN,
    "supp": SUPPRESSED,
    "c": SUPPRESSED,
    "low": SUPPRESSED,
    "sp": SUPPRESSED,
    "ne": NOT_APPLICABLE,
    "na": NOT_APPLICABLE,
    "n/a": NOT_APPLICABLE,
    "not applicable": NOT_APPLICABLE,
    "does not apply": NOT_APPLICABLE,
    "z": NOT_APPLICABLE,
    "new": NOT_APPLICABLE,
    "np": NOT_PUBLISHED,
    "lowcov": NOT_PUBLISHED,
    "re": NOT_PUBLISHED,
    "u": NOT_PUBLISHED,
    "x": NOT_PUBLISHED,
    "dns": UNKNOWN,
    "not recorded": UNKNOWN,
    ".": UNKNOWN,
    "..": UNKNOWN,
    "-": UNKNOWN,
    "null": UNKNOWN,
    "nan": UNKNOWN,
}


class TypedMeasure(NamedTuple):
    """A number and the reason for its absence: two expressions to put beside each other in a ``with_columns``."""

    value: pl.Expr
    status: pl.Expr


def typed_measure(text: pl.Expr, name: str) -> TypedMeasure:
    """Read a published measure as text into ``name`` (float) and ``name_status``.

    Parameters
    ----------
    text
        Expression of strings as published: ``"12.5"``, ``"88%"``, ``"1,204"``, ``"SUPP"``, ``" "``.
    name
        Name of the measure; the status column is ``{name}_status``.

    Returns
    -------
    TypedMeasure
        ``value`` is null wherever ``status`` is not ``reported``. A code that is in no list is ``unknown``, never 0.
    """
    trimmed = text.cast(pl.String).str.strip_chars().fill_null("")
    number = trimmed.str.replace_all(",", "", literal=True).str.strip_suffix("%")
    value = number.cast(pl.Float64, strict=False)
    value = pl.when(value.is_finite()).then(value)
    code = trimmed.str.to_lowercase().replace_strict(PUBLISHED_CODES, default=UNKNOWN)
    status = pl.when(value.is_not_null()).then(pl.lit(REPORTED)).otherwise(code).cast(Status)
    return TypedMeasure(value.alias(name), status.alias(f"{name}_status"))
