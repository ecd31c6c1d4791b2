"""Files and words that somebody sends to the service to harm it, or whoever opens what it gives out."""

from __future__ import annotations

import csv
import io
import os
import time
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import requests

from soak.findings import Findings
from soak.stage import memory_of, wait_until

if TYPE_CHECKING:
    from soak.attack import Target

GIGABYTE: Final = 1 << 30
MEMORY_MB: Final = 300.0
"""By how much a process may grow while it is sent a gigabyte or a bomb."""
HOSTILE_NAMES: Final = (
    "<script>alert('through')</script>", '"><img src=x onerror=alert(1)>', "=HYPERLINK(\"http://127.0.0.1\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-1+1", "\t=1+1", "{{7*7}}", "Robert'); drop table survey_leader;--",
)  # fmt: skip


def bomb(name: str, size: int) -> bytes:
    """A zip archive of a few kilobytes that unpacks to ``size`` bytes."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(size >> 20):
            part.write(bytes(1 << 20))
    return made.getvalue()


def workbook(entity: str) -> bytes:
    """A workbook whose parts ask for something outside of it."""
    import xlsxwriter

    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        page = book.add_worksheet("Table")
        page.write_row(0, 0, ["URN", "EstablishmentName"])
        page.write_row(1, 0, ["100001", "ENTITY"])
    made = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part)
            if part.endswith(".xml"):
                end = content.find(b"?>") + 2
                content = content[:end] + entity.encode() + content[end:].replace(b"ENTITY", b"&e;")
            target.writestr(part, content)
    return made.getvalue()


def hostile_files() -> dict[str, bytes]:
    """Name to content."""
    outside = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    billion = "<!DOCTYPE x [" + '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    ) + '<!ENTITY e "&a9;">]>'  # fmt: skip
    return {
        "bomb.xlsx": bomb("xl/worksheets/sheet1.xml", GIGABYTE),
        "bomb.csv.gz": _packed_zeros(),
        "entity.xlsx": workbook(outside),
        "laughs.xlsx": workbook(billion),
        "script.csv": b"<script>alert(1)</script>",
        "page.html": b"<html><script>alert(1)</script></html>",
        "../../climb.csv": b"URN,EstablishmentName\n100001,Climbed\n",
        "program.exe": b"MZ" + bytes(100),
        "\x00null.csv": b"URN\n1\n",
        f"{'x' * 400}.csv": b"URN\n1\n",
    }


def _packed_zeros() -> bytes:
    import gzip

    made = io.BytesIO()
    with gzip.open(made, "wb", compresslevel=9) as packed:
        for _ in range(GIGABYTE >> 20):
            packed.write(b"1,2,3,4\n" * (1 << 17))
    return made.getvalue()


def uploads(found: Findings, target: Target, _: int) -> None:
    """Bombs, entities, disguises and a gigabyte, to the page where a register is brought in."""
    service, visitor = target.service, target.visitors["nation.editor"]
    path = "/imports/register/"
    if visitor.get(path).status_code != 200:
        found.not_run.append("Uploads: there is no page that takes files.")
        return
    before = {pid: memory_of(pid) for pid in (*service.web_workers(), *service.job_workers())}
    tried, through = 0, []
    for name, content in hostile_files().items():
        tried += 1
        answer = visitor.send(path, absent="ask", files=[("chosen", (name, content))])
        if answer.status_code >= 500 or "root:" in answer.text:
            through.append(f"{answer.status_code} {name[:20]}")
    waits = "select id from jobs_job where ended_at is null"
    if not wait_until(lambda: not service.query(waits), 120, 1):
        through.append("a job has not ended after two minutes")
    secrets = service.query(
        "select 1 as held from imports_import where row_to_json(imports_import)::text like '%%root:x%%'"
    )
    through += ["what stands in /etc/passwd is in an import"] * len(secrets)
    found.add(
        "Bombs, outside entities and disguises sent as files", tried, len(through), "; ".join(through[:3])
    )
    _send_gigabyte(found, target, path)
    grown = max((memory_of(pid) - size for pid, size in before.items()), default=0.0)
    alive = all(os.path.exists(f"/proc/{pid}") for pid in before)
    found.add(
        "Processes after them", len(before), int(not alive),
        f"{grown:+.0f} MB at most (limit {MEMORY_MB:.0f}){'' if alive else '; one died'}", within=grown <= MEMORY_MB,
    )  # fmt: skip


def _send_gigabyte(found: Findings, target: Target, path: str) -> None:
    """A body of a gigabyte: refused, and never kept."""
    visitor = target.visitors["nation.editor"]
    token = visitor.token(path)

    def body() -> Iterator[bytes]:
        yield (
            f'--b\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
            '--b\r\nContent-Disposition: form-data; name="chosen"; filename="a.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        ).encode()
        for _ in range(1024):
            yield b"100001,Ash School,1,2\n" * 47662
        yield b"\r\n--b--\r\n"

    started = time.monotonic()
    try:
        answer = visitor.ask(
            "POST", path, data=body(), headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
        said = f"status {answer.status_code}"
        through = int(answer.status_code < 400 or answer.status_code >= 500)
    except requests.RequestException as error:
        said, through = f"the connection was closed ({type(error).__name__})", 0
    found.add("A body of 1 GB", 1, through, f"{said} after {time.monotonic() - started:.1f} s")


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
        text = visitor.get(path).text
        tried += 1
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
