"""Every table that leaves the study as data: its name, what one row is, its columns and their units.

The words come from the declarations, so that the workbook, the CSV files and the reference pages say the same.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Final

import dataframely as dy
import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.landscape import tables as landscape_tables
from leadscape.report import tables as report_tables
from leadscape.report.contents import ReportContents
from leadscape.report.told import tell_concentration, tell_key_figures, tell_network, tell_statements
from leadscape.report.validation_views import published_rates
from leadscape.survey.response.tables import ResponseRates, SchoolCoverage
from leadscape.survey.validation.tables import ErrorRates

LORENZ_COLUMNS: Final = {
    "authorities_share": "Share of authorities, those with fewest first, 0 to 1",
    "holdings_share": "Share of role-holdings that they hold together, 0 to 1",
}
BARE_NAMES = {
    "low": "Lower end of the interval",
    "high": "Upper end of the interval",
    "value": "The estimate, in its unit",
}

SCHEMAS: Final[dict[str, type[dy.Schema]]] = {
    "key_figures": report_tables.KeyFigures,
    "extent": landscape_tables.Extent,
    "totals": landscape_tables.ExtentTotals,
    "kinds": landscape_tables.KindExtent,
    "authorities": landscape_tables.AuthorityDistribution,
    "regions": landscape_tables.RegionDistribution,
    "phases": landscape_tables.PhaseDistribution,
    "concentration": report_tables.ConcentrationFigures,
    "cold_spots": landscape_tables.ColdSpots,
    "estimates": landscape_tables.Estimates,
    "sensitivity": landscape_tables.Sensitivity,
    "doubt": landscape_tables.CountDoubt,
    "models": landscape_tables.CaptureModels,
    "network": report_tables.NetworkFigures,
    "network_schools": landscape_tables.NetworkSchools,
    "network_reach": landscape_tables.NetworkReach,
    "consistency": landscape_tables.Consistency,
    "comparison": landscape_tables.WaveComparison,
    "responses": report_tables.ResponseCounts,
    "response_rates": ResponseRates,
    "schools_covered": SchoolCoverage,
    "validation": ErrorRates,
    "understanding": report_tables.UnderstoodLines,
    "reading": report_tables.ReadingCounts,
    "open_questions": report_tables.OpenQuestions,
    "statements": report_tables.Statements,
}
"""The declaration of every table that leaves a study, by its name."""


@dataclass(frozen=True)
class Dataset:
    """One table as data.

    Attributes
    ----------
    name
        File name without ending, and name of the sheet.
    about
        What one row is and what a missing row means.
    columns
        Column to its description.
    """

    name: str
    title: str
    about: str
    frame: pl.DataFrame
    columns: dict[str, str]


def datasets_of(contents: ReportContents) -> tuple[Dataset, ...]:
    """Every table that the study has, in the order of the report."""
    landscape = contents.landscape
    spread, network = landscape.concentration, landscape.network
    declared: list[tuple[str, str, pl.DataFrame | None]] = [
        ("key_figures", "Key figures", tell_key_figures(contents)),
        ("extent", "Role-holdings by role", landscape.extent),
        ("totals", "Totals", landscape.totals),
        ("kinds", "Kinds of leadership", landscape.kinds),
        ("authorities", "By authority", landscape.authorities),
        ("regions", "By region", landscape.regions),
        ("phases", "By phase", landscape.phases),
        ("concentration", "Concentration", spread and tell_concentration(spread)),
        ("cold_spots", "Cold spots", spread and spread.cold_spots),
        ("estimates", "Estimates with intervals", landscape.estimates),
        ("sensitivity", "Sensitivity to silent authorities", landscape.sensitivity),
        ("doubt", "Doubt about what returns mean", landscape.doubt),
        ("models", "Capture-recapture models", landscape.models),
        ("network", "The support network", network and tell_network(network)),
        ("network_schools", "Schools in the network", network and network.schools),
        ("network_reach", "Reach of support", network and network.reach),
        ("consistency", "Consistency", landscape.consistency),
        ("comparison", "Beside the baseline", contents.baseline and contents.baseline.rows),
        ("responses", "Response", contents.responses),
        ("response_rates", "Response rates", contents.response_rates),
        ("schools_covered", "Schools covered", contents.schools_covered),
        (
            "validation",
            "Errors in reported entries",
            contents.validation and published_rates(contents.validation.error_rates),
        ),
        ("understanding", "How lines were understood", contents.understanding),
        ("reading", "Rows read", contents.reading),
        ("open_questions", "Open questions", contents.open_questions),
        ("statements", "What is said about the figures", tell_statements(contents)),
    ]
    found = [
        Dataset(name, title, _about(SCHEMAS[name]), frame, _columns(frame, SCHEMAS[name]))
        for name, title, frame in declared
        if frame is not None and frame.width
    ]
    if spread is not None and spread.lorenz.width:
        about = "One row is one point of the Lorenz curve. No row: the points are suppressed."
        found.append(Dataset("lorenz", "Lorenz curve", about, spread.lorenz, LORENZ_COLUMNS))
    return tuple(found)


def dataset_of(name: str, title: str, frame: pl.DataFrame, schema: type[dy.Schema]) -> Dataset:
    """A declared table as data, with the words of its declaration."""
    return Dataset(name, title, _about(schema), frame, _columns(frame, schema))


def columns_of(name: str) -> dict[str, pl.DataType]:
    """Columns of the published table ``name`` and their types, in order; empty where there is no such table."""
    if name == "lorenz":
        return dict.fromkeys(LORENZ_COLUMNS, pl.Float64())
    return dict(polars_schema(SCHEMAS[name])) if name in SCHEMAS else {}


def dictionary_of(datasets: tuple[Dataset, ...]) -> pl.DataFrame:
    """Every column of every table: ``table``, ``column``, ``type``, ``description``."""
    rows = [
        (dataset.name, column, _type_words(dtype), dataset.columns.get(column, ""))
        for dataset in datasets
        for column, dtype in dataset.frame.schema.items()
    ]
    schema = {"table": pl.String, "column": pl.String, "type": pl.String, "description": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _about(schema: type[dy.Schema]) -> str:
    return " ".join(inspect.cleandoc(schema.__doc__ or "").replace("``", "").split())


def _columns(frame: pl.DataFrame, schema: type[dy.Schema]) -> dict[str, str]:
    declared = schema.columns()
    return {
        name: (declared[name].description if name in declared else "") or _plain(name)
        for name in frame.columns
    }


def _plain(name: str) -> str:
    """A name whose words say what it is, as a description."""
    return BARE_NAMES.get(name, name.replace("_", " ").capitalize())


def _type_words(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "whole number"
    if dtype.is_float():
        return "number"
    if dtype == pl.Boolean:
        return "true or false"
    if isinstance(dtype, pl.Enum):
        return "one of: " + ", ".join(dtype.categories)
    return "list of texts" if dtype.is_nested() else "date" if dtype.is_temporal() else "text"
