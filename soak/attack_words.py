"""Names that are markup or formulas: shown as they are, and harmless in what is downloaded?"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from soak.attack_target import Target
from soak.findings import Findings

HOSTILE_NAMES: Final = (
    "<script>alert('through')</script>", '"><img src=x onerror=alert(1)>', "=HYPERLINK(\"http://127.0.0.1\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-1+1", "\t=1+1", "{{7*7}}", "Robert'); drop table survey_leader;--",
)  # fmt: skip


def hostile_names(found: Findings, target: Target, _: int) -> None:
    """Names of people that are markup and formulas: shown as they are, and harmless in what is downloaded."""
    service = target.service
    leaders = service.query(
        "select id, person_id from survey_leader order by key limit %s", [len(HOSTILE_NAMES)]
    )
    for row, name in zip(leaders, HOSTILE_NAMES, strict=True):
        service.query(
            "update accounts_personname set full_name = %s where person_id = %s and superseded_at is null",
            [name.strip(), row["person_id"]],
        )
    visitor = target.visitors["nation.reader"]
    tried, through = 0, []
    pages = [
        "/survey/leaders/",
        "/survey/role-holdings/",
        *(f"/survey/leader/{row['id']}/" for row in leaders),
    ]
    for path in pages:
        answer = visitor.get(path)
        text = answer.text
        tried += 1
        if answer.status_code != 200:
            through.append(f"{path} was not shown: {answer.status_code}")
        if any(mark in text for mark in ("<script>alert", "<img src=x", ">49<")):
            through.append(path)
    found.add("Pages with names that are markup", tried, len(through), "; ".join(through[:3]))
    tried, through = 0, []
    for path in ("/survey/leaders/", "/survey/role-holdings/"):
        for cell in _cells(visitor.get(f"{path}?format=csv")):
            tried += 1
            # A number that is negative is no formula.
            if cell[:1] in tuple("=+-@\t\r") and not cell.lstrip("+-").replace(".", "").isdigit():
                through.append(cell[:30])
        with zipfile.ZipFile(io.BytesIO(visitor.get(f"{path}?format=xlsx").content)) as archive:
            for part in archive.namelist():
                tried += 1
                if part.startswith("xl/worksheets/") and b"<f" in archive.read(part):
                    through.append(f"a formula in {path} as a workbook")
    found.add(
        "Cells of downloads that a spreadsheet program would carry out",
        tried,
        len(through),
        "; ".join(through[:5]),
    )


def _cells(answer: Any) -> Iterator[str]:
    answer.encoding = "utf-8-sig"
    for row in csv.reader(io.StringIO(answer.text)):
        yield from row
