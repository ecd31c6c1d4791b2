"""Finding and reading instruments: shipped ones by id and version, a user's own by path."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from leadscape.core.errors import CodebookProblem, NotFound
from leadscape.survey.instruments.checking import instrument_problems
from leadscape.survey.instruments.instrument import (
    ENGLISH,
    AskIf,
    EligibilityRule,
    Instrument,
    NominationRule,
    Option,
    Question,
    Section,
)
from leadscape.survey.instruments.words import ENGLISH_WORDS

_DATA: Final = files("leadscape.codebooks") / "data"
_FILE: Final = re.compile(r"^instrument_([a-z0-9_]+?)_v(\d+)\.toml$")


def instrument_versions() -> dict[str, tuple[int, ...]]:
    """Every shipped instrument with its versions, oldest first."""
    found: dict[str, list[int]] = {}
    for entry in _DATA.iterdir():
        if match := _FILE.match(entry.name):
            found.setdefault(match[1].replace("_", "-"), []).append(int(match[2]))
    return {name: tuple(sorted(versions)) for name, versions in sorted(found.items())}


def instrument_names() -> tuple[str, ...]:
    """Ids of the instruments shipped with leadscape, sorted."""
    return tuple(instrument_versions())


def load_instrument(name: str, version: int | None = None, base: Path | None = None) -> Instrument:
    """The instrument shipped under an id, or the one in a file.

    Parameters
    ----------
    name
        An id such as ``landscape-nomination``, or a path that ends in ``.toml``.
    version
        Of a shipped instrument; without it the newest.
    base
        Folder that a relative path starts from.

    Raises
    ------
    NotFound
        When no instrument has the id, or it has no such version.
    CodebookProblem
        When the file cannot be read or contradicts itself; lists every contradiction.
    """
    content = _read_bytes(name, version, base)
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CodebookProblem(
            f"The instrument {name} is not valid TOML ({error}).",
            "None of its questions can be read.",
            "Correct the place that the message names.",
        ) from error
    problems = instrument_problems(raw)
    if problems:
        raise CodebookProblem(
            f"The instrument {name} has {len(problems)} problem{'s' * (len(problems) != 1)}: {' '.join(problems)}",
            "Answers to it could not be told apart.",
            "Correct the file; every problem is listed.",
            problems,
        )
    return _build(raw)


def instrument_source(name: str, version: int | None = None) -> str:
    """The file of an instrument, as a start for one's own.

    Raises
    ------
    NotFound
        When no instrument has the id, or it has no such version.
    CodebookProblem
        When the file of one's own cannot be read.
    """
    return _read_bytes(name, version, None).decode("utf-8")


def _read_bytes(name: str, version: int | None, base: Path | None) -> bytes:
    if name.endswith(".toml"):
        path = (base or Path()) / name
        try:
            return path.read_bytes()
        except (OSError, ValueError) as error:
            raise CodebookProblem(
                f"The instrument {path} cannot be read ({getattr(error, 'strerror', None) or error}).",
                "Forms are made from it and answers are read by it.",
                f"Check the path, or use one of: {', '.join(instrument_names())}.",
            ) from error
    known = instrument_versions()
    if name not in known:
        raise NotFound(
            f"There is no instrument {name!r}.",
            "Forms are made from it and answers are read by it.",
            f"Use one of {', '.join(known)}, or the path of your own file ending in .toml.",
        )
    chosen = known[name][-1] if version is None else version
    if chosen not in known[name]:
        raise NotFound(
            f"The instrument {name} has no version {chosen}.",
            "Answers are read by the wording that was asked.",
            f"Use one of: {', '.join(map(str, known[name]))}; or give the file of that version.",
        )
    return (_DATA / f"instrument_{name.replace('-', '_')}_v{chosen}.toml").read_bytes()


def content_hash(raw: dict[str, Any]) -> str:
    """SHA-256 of what an instrument says, whatever its file's layout and comments."""
    plain = json.dumps(raw, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


def _build(raw: dict[str, Any]) -> Instrument:
    header = raw["instrument"]
    given = raw.get("words", {})
    none, eligible = header.get("nominations"), header.get("eligibility")
    return Instrument(
        id=header["id"],
        version=header["version"],
        title=header["title"],
        introduction=header["introduction"],
        consent=header["consent"],
        notice=header["notice"],
        source=header["source"],
        codebook=header["codebook"],
        languages=tuple(header["languages"]),
        sections=tuple(_section(section) for section in raw["section"]),
        words={
            language: {**(ENGLISH_WORDS if language == ENGLISH else {}), **given.get(language, {})}
            for language in header["languages"]
        },
        content_hash=content_hash(raw),
        parts=tuple(header.get("parts", ())),
        nominations=NominationRule(none["section"], none["none"]) if none else None,
        eligibility=EligibilityRule(eligible["question"], eligible["full_years"], eligible.get("part"))
        if eligible
        else None,
    )


def _section(raw: dict[str, Any]) -> Section:
    return Section(
        id=raw["id"],
        title=raw["title"],
        questions=tuple(_question(question) for question in raw["question"]),
        help=raw.get("help", {}),
        rows=raw.get("rows"),
        parts=tuple(raw.get("parts", ())),
    )


def _question(raw: dict[str, Any]) -> Question:
    rule = raw.get("ask_if")
    return Question(
        id=raw["id"],
        type=raw["type"],
        wording=raw["wording"],
        help=raw.get("help", {}),
        required=raw.get("required", False),
        options=tuple(Option(option["id"], option["label"]) for option in raw.get("option", ())),
        options_from=raw.get("options_from"),
        open_list=raw.get("open_list", False),
        minimum=raw.get("minimum"),
        maximum=raw.get("maximum"),
        ask_if=AskIf(rule["question"], tuple(rule["is"])) if rule else None,
        shows=raw.get("shows"),
    )
