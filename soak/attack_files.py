"""Files and words that somebody sends to the service to harm it, or whoever opens what it gives out."""

from __future__ import annotations

import io
import os
import time
import zipfile
from typing import TYPE_CHECKING, Final

import requests

from soak.findings import Findings
from soak.processes import memory_of, wait_until

if TYPE_CHECKING:
    from soak.attack_target import Target

GIGABYTE: Final = 1 << 30
MEMORY_MB: Final = 300.0
"""By how much a process may grow while it is sent a gigabyte or a bomb."""


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
    """A body of a gigabyte with a form's right token, its length told or not: refused, and never kept."""
    visitor = target.visitors["nation.editor"]
    before = target.service.query("select count(*) as n from imports_upload")
    tried, through, said = 0, [], []
    for told in (True, False):
        body = Gigabyte(visitor.token(path))
        headers = {"Content-Type": "multipart/form-data; boundary=b", "Referer": target.service.address}
        tried += 1
        started = time.monotonic()
        try:
            sent = body if told else iter(lambda body=body: body.read(1 << 20), b"")
            status = visitor.ask("POST", path, data=sent, headers=headers).status_code
            answer = f"status {status}"
            if status < 400 or status >= 500:
                through.append(answer)
        except requests.RequestException as error:
            answer = f"the connection was closed ({type(error).__name__})"
        said.append(
            f"length {'told' if told else 'not told'}: {answer} after {time.monotonic() - started:.1f} s"
        )
    if target.service.query("select count(*) as n from imports_upload") != before:
        through.append("something of it was kept")
    found.add("Bodies of 1 GB with a right token", tried, len(through), "; ".join((*said, *through)))


class Gigabyte:
    """The body of a form with its token and a file of a gigabyte, made while it is read."""

    def __init__(self, token: str) -> None:
        self.rest = (
            f'--b\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
            '--b\r\nContent-Disposition: form-data; name="absent"\r\n\r\nask\r\n'
            '--b\r\nContent-Disposition: form-data; name="chosen"; filename="a.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        ).encode()
        self.end = b"\r\n--b--\r\n"
        self.left = GIGABYTE
        self.length = len(self.rest) + GIGABYTE + len(self.end)

    def __len__(self) -> int:
        """Bytes of the whole body."""
        return self.length

    def read(self, size: int = 1 << 20) -> bytes:
        """The next bytes; empty at the end."""
        if not self.rest and self.left:
            self.rest = b"100001,Ash School,1,2\n" * (min(self.left, 1 << 20) // 22) or b"\n" * self.left
            self.left -= len(self.rest)
            if not self.left:
                self.rest += self.end
        given, self.rest = self.rest[:size], self.rest[size:]
        return given
