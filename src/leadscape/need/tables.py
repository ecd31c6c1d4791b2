"""Tables of need as they are read: figures of schools, figures of areas, inspections, context, and what was carried.

Every figure keeps where it was read (file and row) and, where it is missing, why and in which word of the file.
"""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from leadscape.core.tables import Table, status_column
from leadscape.register.lineage import CARRY_RULES
from leadscape.register.tables import urn_column

RELEASES: Final = ("provisional", "revised", "final", "not_stated")
"""How far a published table had been checked, from the least to the most; ``not_stated`` is no rank of its own."""

AREA_KINDS: Final = ("england", "region", "authority")
ENGLAND_AREAS: Final = ("all_schools", "state_funded")
PERIOD_PATTERN: Final = r"^\d{4}(/\d{2}|-\d{2})?$"
"""``2017/18`` a school year (ends 31 August), ``2017-18`` a financial year (ends 31 March), ``2019`` a year."""

ALL_PUPILS: Final = "all"
DISADVANTAGED: Final = "disadvantaged"
OTHER_PUPILS: Final = "other"
RECORD_KINDS: Final = ("mainstream", "special", "not_stated")
JOINED_BY: Final = ("urn", "small_area", "postcode")


def _measure_column() -> dy.String:
    return dy.String(primary_key=True, description="Id of the measure in the codebook of measures")


def _period_column(*, primary_key: bool = True) -> dy.String:
    return dy.String(
        primary_key=primary_key,
        regex=PERIOD_PATTERN,
        description="2017/18 a school year, 2017-18 a financial year, 2019 a calendar year",
    )


def _group_column() -> dy.String:
    return dy.String(primary_key=True, description="Group of pupils: all, disadvantaged, other, boys, …")


def _value_column() -> dy.Float64:
    return dy.Float64(nullable=True, description="In the measure's unit; null exactly where status says why")


def _code_column() -> dy.String:
    return dy.String(
        nullable=True,
        description="The word of the file for a missing value, as written; null for a value and for a blank",
    )


class _Figures(Table):
    """Columns that a figure has whoever it is about."""

    measure = _measure_column()
    period = _period_column()
    period_end = dy.Date(description="Last day of the period")
    pupils_group = _group_column()
    value = _value_column()
    status = status_column("value")
    code = _code_column()
    pupils = dy.Float64(
        nullable=True,
        min=0,
        description="Pupils the figure is about: those counted in it where published, else those of the group",
    )
    low = dy.Float64(nullable=True, description="Lower end of the published 95 % interval")
    high = dy.Float64(nullable=True, description="Upper end of the published 95 % interval")
    release = dy.Enum(RELEASES, primary_key=True, description="How far the published table had been checked")
    source = dy.String(description="File name")
    source_row = dy.Int64(min=2, description="Row in the file, the header being row 1")

    @dy.rule()
    def value_or_reason(cls) -> pl.Expr:
        """A value is there exactly where its status is ``reported``."""
        return pl.col("value").is_not_null() == (pl.col("status") == "reported")

    @dy.rule()
    def interval_in_order(cls) -> pl.Expr:
        """An interval does not end before it begins."""
        return pl.col("low").is_null() | pl.col("high").is_null() | (pl.col("low") <= pl.col("high"))


class Measures(_Figures):
    """One row is one measure of one school, in one period, for one group of pupils, in one release.

    A missing row means that no file read has the school or the column: nobody said anything. A row without value says
    why in ``status``. Left out, and kept in :class:`AreaMeasures`: rows for authorities and for England. Rows without a
    school's number are reported as problems.

    Source: school performance tables, consistent financial reporting and absence of England (Department for Education,
    Open Government Licence v3.0), as mapped by a format file; licence and date are those of the file.
    """

    urn = urn_column(primary_key=True)


class AreaMeasures(_Figures):
    """One row is one measure of one area (England, a region, an authority) as the file itself states it.

    A missing row means that the file states no figure for the area. It is never added up from schools here: see
    :class:`AggregateChecks` for whether it agrees with them.

    Source: as :class:`Measures`.
    """

    area_kind = dy.Enum(AREA_KINDS, primary_key=True)
    area_code = dy.String(
        primary_key=True,
        description="Code of the authority or region; for England all_schools or state_funded",
    )
    area_name = dy.String(nullable=True)


class Listings(Table):
    """One row is one school as one file of figures lists it: its name and authority on that file's date.

    A missing row means that the file does not list the school. Source: as :class:`Measures`.
    """

    urn = urn_column(primary_key=True)
    period = _period_column()
    source = dy.String(primary_key=True, description="File name")
    source_row = dy.Int64(min=2, description="Row in the file, the header being row 1")
    record = dy.Enum(RECORD_KINDS, description="Kind of record, where the file tells them apart")
    name = dy.String(nullable=True)
    authority_code = dy.String(nullable=True, description="Code of the authority, where the file has it")


class CarriedMeasures(_Figures):
    """One row is one row of :class:`Measures` beside the school that it speaks for on a later date.

    No row is dropped and none repeated: a figure that may not be carried has no ``urn``. Rows with the rule
    ``unchanged`` are the school's own. ``merged`` rows are parts: add them up with pupils as weights, never as they
    are.
    """

    urn = urn_column(
        nullable=True, description="School that the figure speaks for; null where it may not be carried"
    )
    from_urn = urn_column(primary_key=True, description="School that earned the figure")
    carried = dy.Bool(description="Whether it is another school's figure")
    carry_rule = dy.Enum(tuple(CARRY_RULES), description="Why it is, or is not, carried")
    parts = dy.Int64(
        nullable=True, min=1, description="Schools whose figures speak for this one, itself included"
    )


class Inspections(Table):
    """One row is one judgement of one inspection: one area of one framework.

    A missing row means that no file read states the judgement: a school without rows was not inspected or is not in the
    files, which is *unknown* and never good. Grades are those of the row's framework; frameworks are not comparable.

    Source: inspection outcomes of Ofsted (Open Government Licence v3.0), as mapped by a format file.
    """

    urn = urn_column(primary_key=True)
    inspected_on = dy.Date(
        primary_key=True, description="First day of the inspection, or its only stated date"
    )
    framework = dy.String(primary_key=True, description="Id of the framework in the codebook of inspections")
    area = dy.String(primary_key=True, description="What was judged: overall_effectiveness, safeguarding, …")
    grade = dy.String(nullable=True, description="Grade id of the framework")
    status = status_column("grade")
    written = dy.String(nullable=True, description="The grade as the file writes it")
    published_on = dy.Date(nullable=True, description="Date of the report")
    event = dy.String(nullable=True, description="Number of the inspection, where given")
    kind = dy.String(nullable=True, description="Kind of inspection as the file words it")
    source = dy.String(primary_key=True, description="File name")
    source_row = dy.Int64(min=2, primary_key=True, description="Row in the file, the header being row 1")

    @dy.rule()
    def grade_or_reason(cls) -> pl.Expr:
        """A grade is there exactly where its status is ``reported``."""
        return pl.col("grade").is_not_null() == (pl.col("status") == "reported")


class Deprivation(Table):
    """One row is one figure of one small area in one edition of the indices of deprivation.

    A missing row means that the edition has no such area: boundaries of small areas change between censuses, so an area
    of one vintage is not looked up in another.

    Source: English indices of deprivation (Ministry of Housing, Communities and Local Government, OGL v3.0).
    """

    small_area = dy.String(primary_key=True, regex=r"^[EW]\d{8}$", description="Code of the LSOA")
    vintage = dy.String(primary_key=True, description="Census whose boundaries the areas have: 2011, 2021")
    edition = dy.String(primary_key=True, regex=r"^\d{4}$", description="Year of the indices")
    measure = _measure_column()
    value = _value_column()
    status = status_column("value")
    code = _code_column()
    source = dy.String(description="File name")
    source_row = dy.Int64(min=2, description="Row in the file, the header being row 1")


class Context(Table):
    """One row is one characteristic of one school or its place, with the time it describes.

    A missing row means that no file gives the characteristic for the school. It may describe another year than the
    results it is set beside: :class:`ContextAges` says so for every pair.
    """

    urn = urn_column(primary_key=True)
    measure = _measure_column()
    value = _value_column()
    status = status_column("value")
    period = _period_column()
    described_on = dy.Date(nullable=True, description="Day that the figure describes, or the period's last")
    joined_by = dy.Enum(JOINED_BY, description="How the figure was found for the school")
    source = dy.String(primary_key=True, description="File name")


class ContextAges(Table):
    """One row is one characteristic set beside one period of results, and how far apart in time they are.

    No pair is missing: a characteristic of the very year has a gap of 0.
    """

    measure = dy.String(primary_key=True, description="The characteristic")
    context_period = _period_column()
    results_period = _period_column()
    gap_years = dy.Int64(description="Context after (+) or before (-) the results, years")
    schools = dy.Int64(min=0, description="Schools with both")
    statement = dy.String(description="The same as a sentence to print beside the figure")


class MissingCodes(Table):
    """One row is one word that one column of a file writes where there is no value, for one kind of row.

    Every cell of the columns used is either a value or counted here. A blank, a cell of spaces and a row that ends
    early are one: the file says nothing.
    """

    source = dy.String(primary_key=True, description="File name")
    rows = dy.Enum(("schools", "areas"), primary_key=True, description="Whose rows")
    column = dy.String(primary_key=True, description="Column as the file names it")
    code = dy.String(primary_key=True, description="As written; empty for a blank")
    status = status_column("value")
    cells = dy.Int64(min=1)


class AggregateChecks(Table):
    """One row is one published figure of an area, and the same figure made again from the schools of the file.

    A missing row means that the file states no figure for the area, or that no rule says how to make it.
    """

    area_kind = dy.Enum(AREA_KINDS, primary_key=True)
    area_code = dy.String(primary_key=True)
    measure = _measure_column()
    period = _period_column()
    pupils_group = _group_column()
    source = dy.String(primary_key=True, description="File name")
    rule = dy.String(description="How it is made from schools: sum, mean weighted with pupils, …")
    published = dy.Float64()
    made_again = dy.Float64(nullable=True)
    difference = dy.Float64(nullable=True, description="made_again less published")
    tolerance = dy.Float64(
        nullable=True, min=0, description="Largest difference that rounding and hidden schools allow for"
    )
    schools = dy.Int64(min=0, description="Schools with a value")
    schools_hidden = dy.Int64(min=0, description="Schools without one")
    agrees = dy.Bool(nullable=True, description="Null where no school has a value")
