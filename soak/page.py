"""The page of all drills, drawn from what each last run found: ``docs/reference/assurance.md``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from soak.findings import ROOT, Findings, Line, read

PAGE: Final = ROOT / "docs" / "reference" / "assurance.md"
DRILLS: Final[dict[str, tuple[str, str]]] = {
    "load": ("Load", "Do fifty people at once get their pages in time, without an error, from steady processes?"),
    "faults": ("Faults", "Is anything confirmed lost, or half written, when processes are killed and disks fill?"),
    "attack": ("Attack", "Does anybody get what is not theirs, or make the service do what it must not?"),
    "fuzz": ("Spoilt files", "Does a file, however wrong, ever end in anything but a sentence?"),
    "privacy": ("Privacy", "Can a name be found where none may be, or a hidden count be worked out?"),
}  # fmt: skip
"""Module to title and question, in the order of the page."""


def draw() -> str:
    """The page as it is to be."""
    found = {name: read(name) for name in DRILLS}
    lines = [
        "<!-- Written by `make soak` itself. Run it again rather than change this page. -->",
        "# Assurance",
        "",
        "What was tried against a service of its own on one machine, how often, and how often it went through. Only the"
        " loopback address was used, and invented people. How to run it: {doc}`../how-to/soak`.",
        "",
        "| drill | run at (UTC) | seconds | tried | through | verdict |",
        "|---|---|---|---|---|---|",
        *(_summary(name, one) for name, one in found.items()),
        "",
    ]
    for name, one in found.items():
        lines += _section(name, one)
    return "\n".join(lines).rstrip() + "\n"


def write(path: Path = PAGE) -> None:
    """Write it."""
    path.write_text(draw(), encoding="utf-8")


def _summary(name: str, found: Findings | None) -> str:
    title = DRILLS[name][0]
    if found is None:
        return f"| {title} | not run | | | | not run |"
    tried = sum(line.tried for line in found.lines)
    through = sum(line.through for line in found.lines)
    verdict = "kept" if found.is_good else "**not kept**"
    if found.not_run:
        verdict += f", {len(found.not_run)} not run"
    begun = found.started_at[:16].replace("T", " ")
    return f"| {title} | {begun} | {_seconds(found):,.0f} | {tried:,} | {through:,} | {verdict} |"


def _section(name: str, found: Findings | None) -> list[str]:
    title, question = DRILLS[name]
    lines = [f"## {title}", "", question, ""]
    if found is None:
        return [*lines, "Not run.", ""]
    versions = ", ".join(f"{package} {number}" for package, number in found.versions.items())
    lines += [
        f"Run at {found.started_at} in {_seconds(found):,.0f} s, at commit {found.commit or 'unknown'}."
        f" Machine: {found.machine}. {versions}.",
        "",
        *(f"{note}\n" for note in found.notes),
        "| what was tried | tried | through | found |",
        "|---|---|---|---|",
        *(
            f"| {_cell(line.what)} | {line.tried:,} | {line.through:,} | {_cell(line.found)}"
            f"{_at(line, found)}{'' if line.is_good else ' **not kept**'} |"
            for line in found.lines
        ),
        "",
    ]
    if found.not_run:
        lines += ["Not run:", "", *(f"* {_cell(what)}" for what in found.not_run), ""]
    return lines


def _at(line: Line, found: Findings) -> str:
    """At what commit a line was found, where its drill was run in parts and this one earlier."""
    return f"; at commit {line.commit}" if line.commit and line.commit != found.commit else ""


def _seconds(found: Findings) -> float:
    """Of all parts of a drill, or of the drill as a whole."""
    return sum(line.seconds for line in found.lines) or found.seconds


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
