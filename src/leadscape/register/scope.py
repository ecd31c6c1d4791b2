"""Which rows of a file are not schools of the system: classified with a reason, never dropped in silence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.identifiers import clean_identifier
from leadscape.core.tables import polars_schema
from leadscape.core.tabular import ROW
from leadscape.register.dates import year_of
from leadscape.register.tables import OutOfScope

if TYPE_CHECKING:
    from leadscape.register.formats import ScopeRule
    from leadscape.register.recognition import Headers, Match

START: Final = "_spell_from"
END: Final = "_spell_to"
BEGAN: Final = "_first_year"


def split_scope(frame: pl.DataFrame, match: Match, headers: Headers) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows in scope, and the others as :class:`~leadscape.register.tables.OutOfScope`; the first rule that fits counts.

    Parameters
    ----------
    frame
        Text of the file with ``row``.
    """
    applied = [(rule, header) for rule in match.format.scope if (header := headers.find(*rule.headers))]
    if not applied:
        return frame, OutOfScope.create_empty()
    reason, value = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for rule, header in reversed(applied):
        fits = _fits(rule, pl.col(header)).fill_null(value=False)
        reason = pl.when(fits).then(pl.lit(rule.id)).otherwise(reason)
        value = pl.when(fits).then(pl.col(header)).otherwise(value)
    marked = frame.with_columns(_reason=reason, _value=value)
    left_out = marked.filter(pl.col("_reason").is_not_null())
    return (
        marked.filter(pl.col("_reason").is_null()).drop("_reason", "_value"),
        out_of_scope(left_out, match, pl.col("_reason"), pl.col("_value")),
    )


def out_of_scope(frame: pl.DataFrame, match: Match, reason: pl.Expr, value: pl.Expr) -> pl.DataFrame:
    """Rows of text as :class:`~leadscape.register.tables.OutOfScope`."""
    nothing = pl.lit(None, pl.String)
    urn, name = match.columns.get("urn"), match.columns.get("name")
    rows = frame.select(
        row=pl.col(ROW),
        urn=clean_identifier(pl.col(urn)) if urn else nothing,
        name=pl.col(name) if name else nothing,
        reason=reason,
        value=value,
    )
    return OutOfScope.validate(rows.cast(polars_schema(OutOfScope)))


def choose_spells(
    frame: pl.DataFrame, match: Match, as_of: date | None
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """One row a school from a file of spells: the one that holds in the year of the register's date.

    Where none holds, the last spell before that year, else the first after it. Without a date the year is
    the last that the file states. A school's first year is added as ``_first_year``, null where it is the
    file's first: it may have opened before.

    Returns
    -------
    tuple
        The chosen rows, the others as :class:`~leadscape.register.tables.OutOfScope`, and the year.
    """
    spells = match.format.spells
    assert spells is not None, "only for a format with spells"
    urn = pl.col(match.columns["urn"])
    dated = frame.with_columns(
        year_of(pl.col(match.columns[spells.start])).alias(START),
        year_of(pl.col(match.columns[spells.end])).alias(END),
    )
    last = dated.select(pl.max_horizontal(pl.col(START).max(), pl.col(END).max())).item()
    year = as_of.year if as_of is not None else last or date.max.year
    holds = (pl.col(START) <= year) & (pl.col(END) >= year)
    before = pl.col(END) < year
    ranked = dated.with_columns(
        pl.when(holds).then(0).when(before).then(1).otherwise(2).fill_null(3).alias("_rank"),
        pl.when(before).then(-pl.col(END)).otherwise(pl.col(START)).alias("_nearness"),
        pl.when(pl.col(START).min().over(urn) > pl.col(START).min())
        .then(pl.col(START).min().over(urn))
        .alias(BEGAN),
    )
    chosen = (
        ranked.sort("_rank", "_nearness", ROW, nulls_last=True)
        .unique(match.columns["urn"], keep="first", maintain_order=True)
        .select(ROW)
    )
    kept = ranked.join(chosen, on=ROW, how="semi")
    others = ranked.join(chosen, on=ROW, how="anti")
    period = pl.format("{}-{}", pl.col(match.columns[spells.start]), pl.col(match.columns[spells.end]))
    return kept, out_of_scope(others, match, pl.lit(spells.id), period), year


def _fits(rule: ScopeRule, text: pl.Expr) -> pl.Expr:
    if rule.blank:
        return text.is_null()
    if rule.matches is not None:
        return text.str.contains(f"(?i){rule.matches}")
    return text.str.replace_all("’", "'").str.to_lowercase().is_in(list(rule.values))
