"""Whose row is it: a school's, an area's, one that repeats others, or nobody's? Every row of a file gets one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.identifiers import URN_PATTERN, clean_identifier
from leadscape.core.tabular import ROW

if TYPE_CHECKING:
    from leadscape.need.formats import MeasureFormat
    from leadscape.register.recognition import Headers

SCHOOL: Final = "school"
AREA: Final = "area"
NO_NUMBER: Final = ["nan", "null", "none", "na"]
"""What programs write where a school has no number."""

OUTCOMES: Final[dict[str, tuple[str, str]]] = {
    SCHOOL: ("used", "Row of a school: its figures are in the table of measures."),
    AREA: ("apart", "Row of an area: its figures are kept apart from those of schools."),
    "part_of_area": ("out_of_scope", "Says for a part of an area what another row says for the whole."),
    "no_number": ("problem", "Has no number of a school and is no row of an area."),
    "unknown_record": ("problem", "Is of a kind that the format does not know."),
    "no_area_code": ("problem", "Is a row of an area and does not say of which."),
    "no_period": ("problem", "Does not say which year it describes."),
    "repeated": ("problem", "Repeats the school or area of an earlier row with other figures."),
    "same": ("duplicate", "Says exactly what an earlier row says."),
}


def sort_rows(text: pl.DataFrame, known: MeasureFormat, headers: Headers) -> pl.DataFrame:
    """``text`` with whose row each is.

    Parameters
    ----------
    text
        The file as text, with ``row``, ``_period`` and ``_release``.

    Returns
    -------
    polars.DataFrame
        The same rows with ``_whose`` (key of :data:`OUTCOMES`), ``_urn``, ``_record``, ``_name``,
        ``_authority``, ``_area_kind``, ``_area_code``, ``_outside`` (no row for an area includes the school).
    """

    def found(role: str) -> pl.Expr:
        header = headers.find(*known.rows.get(role, ()))
        return pl.col(header) if header is not None else pl.lit(None, pl.String)

    record, urn = found("record"), clean_identifier(found("urn"))
    kind, code = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for rule in known.areas:
        fits = record.is_in(list(rule.values))
        code_of = {"authority": found("authority"), "region": found("region")}
        stated = pl.lit(rule.code) if rule.code is not None else code_of[rule.kind]
        kind = pl.when(fits).then(pl.lit(rule.kind)).otherwise(kind)
        code = pl.when(fits).then(stated).otherwise(code)
    named = pl.when(urn.str.contains(URN_PATTERN) & ~urn.str.to_lowercase().is_in(NO_NUMBER)).then(urn)
    column = headers.find(*known.outside_areas[0])
    outside = pl.col(column).is_in(list(known.outside_areas[1])) if column is not None else pl.lit(False)
    rows = text.with_columns(
        _urn=named,
        _record=record.replace_strict(known.records, default="not_stated", return_dtype=pl.String)
        if known.records
        else pl.lit("not_stated"),
        _name=found("name"),
        _authority=clean_identifier(found("authority")),
        _area_kind=kind,
        _area_code=clean_identifier(code),
        _outside=outside.fill_null(value=False),
    )
    is_area = pl.col("_area_kind").is_not_null()
    part = pl.lit(False)
    for rule in known.set_aside:
        if (header := headers.find(*rule.column)) is not None:
            other = pl.col(header).is_not_null() & ~pl.col(header).is_in(list(rule.keep))
            part = part | ((other & is_area) if rule.areas_only else other)
    strange = (
        ~record.is_in([*known.records, *(value for rule in known.areas for value in rule.values)])
        if known.records
        else pl.lit(False)
    )
    whose = (
        pl.when(part)
        .then(pl.lit("part_of_area"))
        .when(pl.col("_period").is_null())
        .then(pl.lit("no_period"))
        .when(is_area & pl.col("_area_code").is_null())
        .then(pl.lit("no_area_code"))
        .when(is_area)
        .then(pl.lit(AREA))
        .when(pl.col("_urn").is_null())
        .then(pl.lit("no_number"))
        .when(strange.fill_null(value=True))
        .then(pl.lit("unknown_record"))
        .otherwise(pl.lit(SCHOOL))
    )
    return _without_repeats(rows.with_columns(_whose=whose), text.columns)


def _without_repeats(rows: pl.DataFrame, written: list[str]) -> pl.DataFrame:
    """Rows after the first of one school or area, period and release are ``same`` or ``repeated``."""
    counted = pl.col("_whose").is_in([SCHOOL, AREA])
    key = ["_whose", "_urn", "_area_kind", "_area_code", "_period", "_release"]
    later = counted & (pl.int_range(pl.len()).over(key) > 0)
    marked = rows.with_columns(_later=later)
    if not marked["_later"].any():
        return rows
    content = pl.struct(name for name in written if name != ROW)
    return (
        marked.with_columns(_same=content == content.first().over(key))
        .with_columns(
            _whose=pl.when(~pl.col("_later"))
            .then("_whose")
            .when("_same")
            .then(pl.lit("same"))
            .otherwise(pl.lit("repeated"))
        )
        .drop("_later", "_same")
    )
