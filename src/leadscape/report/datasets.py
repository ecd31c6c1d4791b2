"""Every table that leaves the study as data: its name, what one row is, its columns and their units.

The words come from the declarations, so that the workbook, the CSV files and the reference pages say the same.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from leadscape.landscape import tables as landscape_tables
from leadscape.report import tables as report_tables
from leadscape.report.contents import ReportContents
from leadscape.report.told import tell_concentration, tell_key_figures, tell_network, tell_statements
from leadscape.report.validation_views import published_rates
from leadscape.survey.response.tables import ResponseRates, SchoolCoverage
from leadscape.survey.validation.tables import ErrorRates

LORENZ_COLUMNS = {
    "authorities_share": "Share of authorities, those with fewest first, 0 to 1",
    "holdings_share": "Share of role-holdings that they hold together, 0 to 1",
}
BARE_NAMES = {
    "low": "Lower end of the interval",
    "high": "Upper end of the interval",
    "value": "The estimate, in its unit",
}


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
    declared: list[tuple[str, str, pl.DataFrame | None, type[dy.Schema]]] = [
        ("key_figures", "Key figures", tell_key_figures(contents), report_tables.KeyFigures),
        ("extent", "Role-holdings by role", landscape.extent, landscape_tables.Extent),
        ("totals", "Totals", landscape.totals, landscape_tables.ExtentTotals),
        ("kinds", "Kinds of leadership", landscape.kinds, landscape_tables.KindExtent),
        ("authorities", "By authority", landscape.authorities, landscape_tables.AuthorityDistribution),
        ("regions", "By region", landscape.regions, landscape_tables.RegionDistribution),
        ("phases", "By phase", landscape.phases, landscape_tables.PhaseDistribution),
        (
            "concentration",
            "Concentration",
            spread and tell_concentration(spread),
            report_tables.ConcentrationFigures,
        ),
        ("cold_spots", "Cold spots", spread and spread.cold_spots, landscape_tables.ColdSpots),
        ("estimates", "Estimates with intervals", landscape.estimates, landscape_tables.Estimates),
        (
            "sensitivity",
            "Sensitivity to silent authorities",
            landscape.sensitivity,
            landscape_tables.Sensitivity,
        ),
        ("doubt", "Doubt about what returns mean", landscape.doubt, landscape_tables.CountDoubt),
        ("models", "Capture-recapture models", landscape.models, landscape_tables.CaptureModels),
        ("network", "The support network", network and tell_network(network), report_tables.NetworkFigures),
        (
            "network_schools",
            "Schools in the network",
            network and network.schools,
            landscape_tables.NetworkSchools,
        ),
        ("network_reach", "Reach of support", network and network.reach, landscape_tables.NetworkReach),
        ("consistency", "Consistency", landscape.consistency, landscape_tables.Consistency),
        (
            "comparison",
            "Beside the baseline",
            contents.baseline and contents.baseline.rows,
            landscape_tables.WaveComparison,
        ),
        ("responses", "Response", contents.responses, report_tables.ResponseCounts),
        ("response_rates", "Response rates", contents.response_rates, ResponseRates),
        ("schools_covered", "Schools covered", contents.schools_covered, SchoolCoverage),
        (
            "validation",
            "Errors in reported entries",
            contents.validation and published_rates(contents.validation.error_rates),
            ErrorRates,
        ),
        ("understanding", "How lines were understood", contents.understanding, report_tables.UnderstoodLines),
        ("reading", "Rows read", contents.reading, report_tables.ReadingCounts),
        ("open_questions", "Open questions", contents.open_questions, report_tables.OpenQuestions),
        ("statements", "What is said about the figures", tell_statements(contents), report_tables.Statements),
    ]
    found = [
        Dataset(name, title, _about(schema), frame, _columns(frame, schema))
        for name, title, frame, schema in declared
        if frame is not None and frame.width
    ]
    if spread is not None and spread.lorenz.width:
        about = "One row is one point of the Lorenz curve. No row: the points are suppressed."
        found.append(Dataset("lorenz", "Lorenz curve", about, spread.lorenz, LORENZ_COLUMNS))
    return tuple(found)


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
