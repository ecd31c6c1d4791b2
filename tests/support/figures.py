"""Files in the formats that are published, with invented schools and a truth that is known."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

KS2_HEADER = [
    "RECTYPE", "LEA", "URN", "SCHNAME", "NFTYPE", "TOTPUPS", "TELIG", "TFSM6CLA1A", "TNotFSM6CLA1A", "PTRWM_EXP",
    "PTRWM_EXP_FSM6CLA1A", "PTRWM_EXP_NotFSM6CLA1A", "READPROG", "READPROG_LOWER", "READPROG_UPPER", "READPROG_17",
]  # fmt: skip
REPORT_CARD_AREAS = (
    "Inclusion", "Curriculum and teaching", "Achievement", "Attendance and behaviour",
    "Personal development and wellbeing", "Leadership and governance",
)  # fmt: skip
REPORT_CARD_GRADES = (
    "Exceptional",
    "Strong standard",
    "Expected standard",
    "Needs attention",
    "Urgent improvement",
)
OEIF = ("quality of education", "behaviour and attitudes", "personal development",
        "effectiveness of leadership and management")  # fmt: skip


def write_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """A CSV as downloads are: with a byte order mark and Windows line ends; rows may end early."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def write_ks2(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A key stage 2 table as downloaded, with the columns of :data:`KS2_HEADER`."""
    return write_rows(path, KS2_HEADER, [[row.get(name, "") for name in KS2_HEADER] for row in rows])


def ks2_world(
    schools: int, seed: int, hidden: Sequence[int] = ()
) -> tuple[list[dict[str, object]], float, int]:
    """Schools and the row of their authority, added up exactly before rounding; ``hidden`` are suppressed.

    Returns
    -------
    tuple
        Rows, the authority's percentage before rounding, and its pupils.
    """
    random = np.random.default_rng(seed)
    pupils = random.integers(10, 90, schools)
    reached = random.binomial(pupils, random.uniform(0.4, 0.9, schools))
    rows: list[dict[str, object]] = []
    for n in range(schools):
        shown = f"{round(100 * reached[n] / pupils[n])}%"
        rows.append(
            {
                "RECTYPE": "1", "LEA": "999", "URN": str(900001 + n), "SCHNAME": f"Invented {n}", "TOTPUPS": "200",
                "TELIG": str(pupils[n]), "PTRWM_EXP": "SUPP" if n in hidden else shown,
                "READPROG": "1.0", "READPROG_LOWER": "-0.5", "READPROG_UPPER": "2.5",
            }
        )  # fmt: skip
    pct = 100 * reached.sum() / pupils.sum()
    rows.append(
        {"RECTYPE": "3", "LEA": "999", "SCHNAME": "Inventshire", "TELIG": str(pupils.sum()),
         "PTRWM_EXP": f"{round(pct)}%", "READPROG": "1.0"}
    )  # fmt: skip
    return rows, float(pct), int(pupils.sum())


def write_absence_statistics(path: Path) -> Path:
    """Absence as published with the statistics: a school, one suppressed, an authority, a region, England."""
    header = [
        "time_period", "time_identifier", "geographic_level", "country_code", "region_code", "old_la_code", "la_name",
        "education_phase", "school_urn", "school_name", "enrolments", "sess_overall_percent",
        "sess_authorised_percent", "sess_unauthorised_percent", "enrolments_pa_10_exact_percent",
    ]  # fmt: skip
    rows = [
        ["202324", "Academic year", "School", "E92000001", "E12000008", "936", "Surrey", "State-funded primary",
         "900001", "Invented A", "210", "5.5", "4.1", "1.4", "12.4"],
        ["202324", "Academic year", "School", "E92000001", "E12000008", "936", "Surrey", "State-funded primary",
         "900002", "Invented B", "8", "c", "c", "c", "c"],
        ["202324", "Academic year", "Local authority", "E92000001", "E12000008", "936", "Surrey", "Total", "", "",
         "150000", "6.6", "4.9", "1.7", "18.2"],
        ["202324", "Academic year", "Local authority", "E92000001", "E12000008", "936", "Surrey",
         "State-funded primary", "", "", "80000", "5.2", "4.0", "1.2", "13.1"],
        ["202324", "Academic year", "Regional", "E92000001", "E12000008", "", "", "Total", "", "", "1300000", "7.0",
         "5.1", "1.9", "19.5"],
        ["202324", "Academic year", "National", "E92000001", "", "", "", "Total", "", "", "7500000", "7.1", "4.8",
         "2.4", "20.0"],
    ]  # fmt: skip
    return write_rows(path, header, rows)


def write_sub_judgements(path: Path) -> Path:
    """Management information of 2024/25: no overall grade; before September 2024 there is one."""
    header = [
        "URN", "School name", "Inspection number", "Inspection type", "Inspection start date", "Publication date",
        "Overall effectiveness", "Quality of education", "Behaviour and attitudes", "Personal development",
        "Effectiveness of leadership and management", "Early years provision (where applicable)",
    ]  # fmt: skip
    rows = [
        ["900001", "Invented A", "101", "S5 Inspection", "12/11/2024", "10/01/2025", "Not judged", "2", "1", "2", "3",
         "2"],
        ["900002", "Invented B", "102", "S5 Inspection", "12/03/2024", "10/05/2024", "3", "3", "2", "2", "3", "NULL"],
        ["900003", "Invented C", "103", "S5 Inspection", "14/01/2025", "10/03/2025", "NULL", "4", "4", "3", "4", "9"],
    ]  # fmt: skip
    return write_rows(path, header, rows)


def write_report_cards(path: Path) -> Path:
    """Latest inspections since November 2025: a report card, an older grade, both, neither."""
    header = [
        "URN", "School name", "Inspection start date", "Publication date", "Inspection type", "Safeguarding standards",
        *REPORT_CARD_AREAS, "Early years (where applicable)", "Latest OEIF overall effectiveness",
        *(f"Latest OEIF {name}" for name in OEIF), "Inspection start date of latest OEIF graded inspection",
        "Publication date of latest OEIF graded inspection",
    ]  # fmt: skip
    card = ["Strong standard", "Expected standard", "Needs attention", "Expected standard", "Exceptional",
            "Urgent improvement"]  # fmt: skip
    nothing = ["NULL"] * 8
    rows = [
        ["900001", "Invented A", "18/11/2025", "20/01/2026", "Routine", "Met", *card, "NULL", "2", "2", "2", "1", "2",
         "12/03/2019", "10/05/2019"],
        ["900002", "Invented B", "NULL", "NULL", "NULL", *nothing, "Not judged", "3", "2", "2", "3", "14/01/2025",
         "10/03/2025"],
        ["900003", "Invented C", "02/12/2025", "30/01/2026", "Routine", "Not met", *card[:5], "Fine", "NULL",
         *["NULL"] * 7],
        ["900004", "Invented D", "NULL", "NULL", "NULL", *nothing, *["NULL"] * 7],
    ]  # fmt: skip
    return write_rows(path, header, rows)
