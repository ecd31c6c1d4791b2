"""The reference page of measures: the codebook, the formats with their columns, the frameworks of inspection."""

from __future__ import annotations

from leadscape.codebooks.inspections import load_inspections
from leadscape.codebooks.measures import load_measures
from leadscape.need.deprivation.reading import shipped_deprivation_formats
from leadscape.need.formats import MeasureFormat, shipped_measure_formats
from leadscape.need.inspections.formats import shipped_inspection_formats


def measures_page(note: str) -> str:
    """The page as Markdown."""
    return (
        "\n".join([note, "# Measures and their formats", "", *_measures(), *_formats(), *_inspections()])
        + "\n"
    )


def _measures() -> list[str]:
    book = load_measures()
    parts = [f"{book.title}. Source: {book.source}.", "", "## Measures", ""]
    parts += ["| measure | label | unit | theme | use | better | source |", "|---|---|---|---|---|---|---|"]
    parts += [
        f"| `{m.id}` | {m.label} | {m.unit} | {m.theme} | {m.use} | {m.better} | {m.source} |"
        for m in book.measures
    ]
    parts += ["", "## Groups of pupils", "", "| group | label | definition |", "|---|---|---|"]
    parts += [f"| `{g.id}` | {g.label} | {g.definition} |" for g in book.groups]
    parts += ["", "## Not published", "", "| what | from | to | why |", "|---|---|---|---|"]
    parts += [
        f"| {', '.join((*a.stages, *(f'`{m}`' for m in a.measures)))} | {a.first} | {a.last} | {a.reason} |"
        for a in book.absences
    ]
    parts += ["", "## Breaks of meaning", "", "| measures | since | why |", "|---|---|---|"]
    parts += [f"| {', '.join(f'`{m}`' for m in b.measures)} | {b.period} | {b.reason} |" for b in book.breaks]
    return [*parts, ""]


def _formats() -> list[str]:
    parts: list[str] = []
    for known in shipped_measure_formats():
        parts += [f"## Format `{known.id}`", "", f"{known.title}. Source: {known.source}.", ""]
        parts += [
            f"Needed columns: {', '.join(f'`{name}`' for name in known.required)}. Year: {_year(known)}.",
            "",
        ]
        parts += [f"{note}\n" for note in known.notes]
        parts += ["| measure | column |", "|---|---|"]
        for entry in known.measures:
            if entry.get("cohort"):
                column = ", ".join(f"`{header}`" for header in known.cohort.values())
            else:
                column = (
                    f"`{entry['value']}`"
                    if "value" in entry
                    else ", ".join(f"`{h}`" for h in entry["columns"].values())
                )
            parts.append(f"| `{entry['id']}` | {column} |")
        groups = ", ".join(f"{group} `{suffix}`" for group, suffix in known.suffixes.items() if suffix)
        parts += ["", f"For `{{group}}`: {groups}." if groups else "", ""]
    for raw in shipped_deprivation_formats():
        parts += [f"## Format `{raw['format']['id']}`", "", f"{raw['format']['title']}.", ""]
        parts += ["| measure | columns |", "|---|---|"]
        parts += [f"| `{m}` | {', '.join(f'`{h}`' for h in names)} |" for m, names in raw["measures"].items()]
        parts.append("")
    return parts


def _year(known: MeasureFormat) -> str:
    if known.period_column:
        return f"column {' or '.join(f'`{name}`' for name in known.period_column)}"
    return "columns of years before, and the name" if known.years_before else "the name"


def _inspections() -> list[str]:
    book = load_inspections()
    parts = [
        "## Frameworks of inspection",
        "",
        "| framework | from | to | areas | grades |",
        "|---|---|---|---|---|",
    ]
    for one in book.frameworks:
        areas = ", ".join((*one.areas, *one.own_grades))
        grades = [grade.label for grade in one.grades]
        grades += [f"{area}: {' or '.join(g.label for g in own)}" for area, own in one.own_grades.items()]
        parts.append(f"| `{one.id}` | {one.first} | {one.last or ''} | {areas} | {', '.join(grades)} |")
    parts += ["", "| crosswalk | from | to | for | what it loses | source |", "|---|---|---|---|---|---|"]
    parts += [
        f"| `{w.id}` | {w.from_framework} | {w.to_framework} | {w.purpose} | {w.loses} | {w.source} |"
        for w in book.crosswalks
    ]
    parts += ["", "| format | area | column |", "|---|---|---|"]
    parts += [
        f"| `{known.id}` | {j.area} | {' or '.join(f'`{name}`' for name in j.grade)} |"
        for known in shipped_inspection_formats()
        for j in known.judgements
    ]
    return parts
