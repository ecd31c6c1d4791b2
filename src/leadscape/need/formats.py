"""Formats of files of figures as data: which column is which measure of which pupils, which rows are areas.

A format is a TOML file in ``format_files``; adding a year, a table or a country is adding or editing one.

``[format]``
    ``id``, ``title``, ``stage``, ``source``; ``required`` headers; ``notes`` for the reader of its figures.
``[period]``
    ``kind`` (``school_year``, ``financial_year``); ``column`` that holds the year of a row;
    ``columns_of_the_year_before``, expressions whose group is the last two digits of an earlier year, so that
    the year of the file is one after the latest.
``[release]``
    ``column`` that says provisional, revised or final.
``[rows]``
    Headers of ``urn``, ``name``, ``authority``, ``region``, ``record``; ``records``, what a school's row has there;
    ``outside_areas``, schools that no row for an area includes; ``no_aggregates``.
``[[area]]``
    Rows for areas: ``values`` of ``record``, ``kind``, and ``code`` where it is none of the file's.
``[[set_aside]]``
    Rows that repeat others: ``column``, values to ``keep``, ``areas_only``, ``reason``.
``[suffixes]``, ``[cohort]``
    Group of pupils = what stands for ``{group}`` in headers; the column that counts the group.
``[[measure]]``
    ``id`` of the codebook; ``value`` header, perhaps with ``{group}``, or ``columns`` by group, or ``cohort = true``;
    ``low``, ``high``, ``pupils`` headers. Without ``pupils`` the group's cohort counts.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leadscape.codebooks.measures import load_measures
from leadscape.core.errors import FileProblem, StudyProblem
from leadscape.core.toml_shape import AnyKeys, Keys, shape_problems

if TYPE_CHECKING:
    from leadscape.register.recognition import Headers

FOLDER: Final = files("leadscape.need") / "format_files"
PERIOD_KINDS: Final = ("school_year", "financial_year")
_TEXTS: Final = [str]
_RULE: Final = Keys({"column": _TEXTS, "values": _TEXTS})
_SHAPE: Final = Keys(
    {
        "format": Keys(
            {**dict.fromkeys(("id", "title", "stage", "source"), str), "required": _TEXTS}, {"notes": _TEXTS}
        ),
        "period": Keys({"kind": str}, {"column": _TEXTS, "columns_of_the_year_before": _TEXTS}),
        "rows": Keys(
            {"urn": _TEXTS},
            {
                **dict.fromkeys(("name", "authority", "region", "record"), _TEXTS),
                "records": AnyKeys(str),
                "outside_areas": _RULE,
                "no_aggregates": bool,
            },
        ),
        "suffixes": AnyKeys(str),
        "measure": [
            Keys(
                {"id": str},
                {
                    **dict.fromkeys(("value", "low", "high", "pupils"), str),
                    "cohort": bool,
                    "columns": AnyKeys(str),
                },
            )
        ],
    },
    {
        "release": Keys({"column": _TEXTS}),
        "area": [Keys({"values": _TEXTS, "kind": str}, {"code": str})],
        "set_aside": [Keys({"column": _TEXTS, "keep": _TEXTS, "reason": str}, {"areas_only": bool})],
        "cohort": AnyKeys(str),
    },
)


@dataclass(frozen=True)
class Figure:
    """Where a file holds one measure of one group of pupils: headers of the file, null for what it lacks."""

    measure: str
    group: str
    value: str
    low: str | None = None
    high: str | None = None
    pupils: str | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(h for h in (self.value, self.low, self.high, self.pupils) if h is not None)


@dataclass(frozen=True)
class AreaRule:
    """Which rows are for areas: values of the record column, kind of area, its code where the file has none."""

    values: tuple[str, ...]
    kind: str
    code: str | None = None


@dataclass(frozen=True)
class SetAside:
    """Rows that say again, for a part, what another row says whole."""

    column: tuple[str, ...]
    keep: tuple[str, ...]
    reason: str
    areas_only: bool


@dataclass(frozen=True)
class MeasureFormat:
    """One format of figures. See the module for the meaning of each part."""

    id: str
    title: str
    stage: str
    source: str
    required: tuple[str, ...]
    period_kind: str
    rows: dict[str, tuple[str, ...]]
    suffixes: dict[str, str]
    measures: tuple[dict[str, Any], ...]
    cohort: dict[str, str] = field(default_factory=dict)
    period_column: tuple[str, ...] = ()
    years_before: tuple[str, ...] = ()
    release_column: tuple[str, ...] = ()
    records: dict[str, str] = field(default_factory=dict)
    areas: tuple[AreaRule, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    outside_areas: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    aggregates: bool = True
    notes: tuple[str, ...] = ()

    def figures_in(self, headers: Headers) -> tuple[Figure, ...]:
        """Every measure and group that the headers of a file hold, in the format's order."""
        found = []
        for entry in self.measures:
            for group, suffix in self.suffixes.items():
                template = self.cohort.get(group) if entry.get("cohort") else entry.get("value")
                if "columns" in entry:
                    template = entry["columns"].get(group)
                elif template is not None and "{group}" not in template and group != "all":
                    template = template if entry.get("cohort") else None
                value = _header(headers, template, suffix)
                if value is None:
                    continue
                counted = entry.get("pupils", None if entry.get("cohort") else self.cohort.get(group))
                found.append(
                    Figure(
                        entry["id"],
                        group,
                        value,
                        _header(headers, entry.get("low"), suffix),
                        _header(headers, entry.get("high"), suffix),
                        _header(headers, counted, suffix),
                    )
                )
        return tuple(found)


def _header(headers: Headers, template: str | None, suffix: str) -> str | None:
    return headers.find(template.replace("{group}", suffix)) if template is not None else None


@cache
def shipped_measure_formats() -> tuple[MeasureFormat, ...]:
    """The formats of figures that come with leadscape, by id."""
    entries = sorted((e for e in FOLDER.iterdir() if e.name.endswith(".toml")), key=lambda entry: entry.name)
    return tuple(parse_measure_format(entry.read_bytes(), entry.name) for entry in entries)


def measure_format_source(format_id: str) -> str | None:
    """The file of a shipped format, as a start for a mapping of one's own; null where there is none of that id."""
    for entry in FOLDER.iterdir():
        if entry.name.endswith(".toml"):
            content = entry.read_bytes()
            if parse_measure_format(content, entry.name).id == format_id:
                return content.decode("utf-8")
    return None


def load_measure_format(path: Path) -> MeasureFormat:
    """A user's own format.

    Raises
    ------
    FileProblem
        When the file cannot be read.
    StudyProblem
        When it is no format; lists everything wrong with it.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise FileProblem(
            f"The mapping file {path} cannot be read ({error.strerror or error}).",
            "It says which column is which measure.",
            "Check the path.",
        ) from error
    return parse_measure_format(content, Path(path).name)


def parse_measure_format(content: bytes, name: str) -> MeasureFormat:
    """The format in the bytes of a file.

    Raises
    ------
    StudyProblem
        When it is none; lists everything wrong with it.
    """
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems: tuple[str, ...] = (f"It is not valid TOML ({error}).",)
    else:
        problems = _problems(raw)
        if not problems:
            return _build(raw)
    raise StudyProblem(
        f"The mapping file {name} has {len(problems)} problem{'s' * (len(problems) != 1)}: {' '.join(problems)}",
        "Columns would be read as something they are not.",
        "Correct the file; `leadscape need formats` shows ones that work.",
        problems,
    )


def _problems(raw: dict[str, Any]) -> tuple[str, ...]:
    found = list(shape_problems(raw, _SHAPE))
    if found:
        return tuple(found)
    book = load_measures()
    groups = {group.id for group in book.groups}
    if raw["period"]["kind"] not in PERIOD_KINDS:
        found.append(f"[period] kind must be one of {', '.join(PERIOD_KINDS)}.")
    for section in ("suffixes", "cohort"):
        found += [
            f"[{section}] {group!r} is no group of pupils of the codebook."
            for group in raw.get(section, {})
            if group not in groups
        ]
    for entry in raw["measure"]:
        if entry["id"] not in book.by_id:
            found.append(f"[[measure]] {entry['id']!r} is not in the codebook of measures.")
        if sum(key in entry for key in ("value", "columns", "cohort")) != 1:
            found.append(f"[[measure]] {entry['id']} needs one of value, columns or cohort.")
    for pattern in raw["period"].get("columns_of_the_year_before", ()):
        try:
            re.compile(pattern)
        except re.error:
            found.append(f"{pattern!r} is no regular expression.")
    return tuple(found)


def _build(raw: dict[str, Any]) -> MeasureFormat:
    header, period, rows = raw["format"], raw["period"], raw["rows"]
    outside = rows.get("outside_areas", {})
    return MeasureFormat(
        id=header["id"],
        title=header["title"],
        stage=header["stage"],
        source=header["source"],
        required=tuple(header["required"]),
        notes=tuple(header.get("notes", ())),
        period_kind=period["kind"],
        period_column=tuple(period.get("column", ())),
        years_before=tuple(period.get("columns_of_the_year_before", ())),
        release_column=tuple(raw.get("release", {}).get("column", ())),
        rows={name: tuple(value) for name, value in rows.items() if isinstance(value, list)},
        records=rows.get("records", {}),
        areas=tuple(AreaRule(tuple(e["values"]), e["kind"], e.get("code")) for e in raw.get("area", ())),
        set_aside=tuple(
            SetAside(tuple(e["column"]), tuple(e["keep"]), e["reason"], e.get("areas_only", False))
            for e in raw.get("set_aside", ())
        ),
        outside_areas=(tuple(outside.get("column", ())), tuple(outside.get("values", ()))),
        aggregates=not rows.get("no_aggregates", False),
        suffixes=raw["suffixes"],
        cohort=raw.get("cohort", {}),
        measures=tuple(raw["measure"]),
    )
