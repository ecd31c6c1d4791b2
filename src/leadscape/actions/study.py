"""The study file: one run declared, every mistake in it told at once.

::

    [study]     title, system, as_of, codebook, seed
    [register]  schools, links, groups, mapping, boundaries, as_of (date of files whose name holds none)
    [survey]    frame, returns, decisions, withdrawals, objections, objections_secret, validation, validation_sample,
                draws, link_precision, same_person_from
    [landscape] suppress_below, round_to and any other setting of LandscapeConfig;
                [[landscape.denominator]] label, n, unit, source
    [output]    folder
"""

from __future__ import annotations

import glob
import os
import tomllib
from dataclasses import dataclass, fields
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from unicodedata import category

from leadscape.codebooks import Codebook, codebook_source, load_codebook
from leadscape.core.errors import CodebookProblem, StudyProblem
from leadscape.landscape.config import LandscapeConfig
from leadscape.survey.config import SETTINGS as SURVEY_SETTINGS
from leadscape.survey.config import SurveyConfig

KEYS: Final[dict[str, dict[str, tuple[type, ...]]]] = {
    "study": {"title": (str,), "system": (str,), "as_of": (date,), "codebook": (str,), "seed": (int,)},
    "register": {
        "schools": (list, str),
        "links": (list, str),
        "groups": (list, str),
        "mapping": (str,),
        "boundaries": (str,),
        "as_of": (date,),
    },
    "survey": {
        "frame": (str,),
        "returns": (list, str),
        "decisions": (str,),
        "withdrawals": (str,),
        "objections": (str,),
        "objections_secret": (str,),
        "validation": (list, str),
        "validation_sample": (str,),
        **dict.fromkeys(SURVEY_SETTINGS, (object,)),
    },
    "landscape": {"denominator": (list,), **{field.name: (object,) for field in fields(LandscapeConfig)}},
    "output": {"folder": (str,)},
}
REQUIRED: Final = (
    ("study", "title"),
    ("study", "system"),
    ("study", "as_of"),
    ("study", "codebook"),
    ("register", "schools"),
    ("survey", "frame"),
    ("survey", "returns"),
)
DENOMINATOR_KEYS: Final = ("label", "n", "unit", "source")
DEFAULT_SEED: Final = 2006
TYPE_WORDS: Final = {
    str: "text in quotation marks",
    list: "a list in square brackets",
    int: "a whole number",
    date: "a date",
}


@dataclass(frozen=True)
class StudyDenominator:
    """One population that leaders are set against, with its source."""

    label: str
    n: int
    unit: str
    source: str


@dataclass(frozen=True)
class Study:
    """A run as declared. Paths are absolute; ``folder`` is the study file's own, ``codebook_text`` the codebook's."""

    path: Path
    folder: Path
    title: str
    system: str
    as_of: date
    codebook: Codebook
    seed: int
    schools: tuple[Path, ...]
    links: tuple[Path, ...]
    groups: tuple[Path, ...]
    mapping: Path | None
    boundaries: Path | None
    frame: Path
    returns: tuple[Path, ...]
    decisions: Path | None
    withdrawals: Path | None
    settings: LandscapeConfig
    survey: SurveyConfig
    denominators: tuple[StudyDenominator, ...]
    output: Path
    objections: Path | None = None
    objections_secret: Path | None = None
    validation: tuple[Path, ...] = ()
    validation_sample: Path | None = None
    codebook_text: str = ""
    register_as_of: date | None = None


def read_study(path: Path) -> Study:
    """Read and check a study file.

    Raises
    ------
    StudyProblem
        With every problem as a sentence: missing and unknown keys, wrong types, files that are not there, a codebook
        that does not exist.
    """
    raw = _parse(path)
    folder = path.resolve().parent
    sections = {name: content for name, content in raw.items() if isinstance(content, dict)}
    problems = _key_problems(raw, sections) + _value_problems(sections)
    files, file_problems = _find_files(sections, folder)
    problems += file_problems
    denominators, denominator_problems = _denominators(sections.get("landscape", {}).get("denominator", []))
    problems += denominator_problems
    codebook = None
    if isinstance(name := sections.get("study", {}).get("codebook"), str) and not _has_control(name):
        try:
            codebook = load_codebook(name, folder)
        except CodebookProblem as error:
            problems.append(str(error))
    settings, setting_problems = _settings(sections.get("landscape", {}))
    survey, survey_problems = _survey_settings(sections.get("survey", {}))
    problems += setting_problems + survey_problems
    if problems or codebook is None:
        raise StudyProblem(
            f"{path.name} has {len(problems)} problem{'s' * (len(problems) != 1)}: {' '.join(problems)}",
            "A run is made only from a study that is whole.",
            "Correct the file, or bring the files that it names.",
            tuple(problems),
        )
    study = raw["study"]
    return Study(
        path=path.resolve(),
        folder=folder,
        title=study["title"],
        system=study["system"],
        as_of=study["as_of"],
        codebook=codebook,
        seed=study.get("seed", DEFAULT_SEED),
        schools=files["schools"],
        links=files["links"],
        groups=files["groups"],
        mapping=_only(files["mapping"]),
        boundaries=_only(files["boundaries"]),
        frame=files["frame"][0],
        returns=files["returns"],
        decisions=_only(files["decisions"]),
        withdrawals=_only(files["withdrawals"]),
        settings=settings,
        survey=survey,
        denominators=denominators,
        output=folder / raw.get("output", {}).get("folder", "out"),
        objections=_only(files["objections"]),
        objections_secret=_only(files["objections_secret"]),
        validation=files["validation"],
        validation_sample=_only(files["validation_sample"]),
        codebook_text=codebook_source(study["codebook"], folder),
        register_as_of=sections["register"].get("as_of"),
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise StudyProblem(
            f"{path} cannot be read ({error.strerror or error}).",
            "A run starts from a study file.",
            "Give the path of a study.toml; `leadscape init FOLDER` writes one.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyProblem(
            f"{path.name} is not valid TOML ({error}).",
            "None of it can be read.",
            "Correct the place that the message names.",
        ) from error


def _key_problems(raw: dict[str, Any], sections: dict[str, dict[str, Any]]) -> list[str]:
    problems = [
        f"[{section}] lacks {key!r}." for section, key in REQUIRED if key not in sections.get(section, {})
    ]
    for section in raw:
        if section not in KEYS:
            problems.append(f"[{section}] is not a part of a study.{_did_you_mean(section, KEYS)}")
        elif section not in sections:
            problems.append(f"{section} must be a section that begins with the line [{section}].")
    for section, key, value in _entries(sections):
        types = KEYS[section].get(key)
        if types is None:
            problems.append(f"[{section}] {key!r} is not understood.{_did_you_mean(key, KEYS[section])}")
        elif types != (object,) and (not isinstance(value, types) or isinstance(value, bool | datetime)):
            wanted = " or ".join(TYPE_WORDS[kind] for kind in types)
            problems.append(f"[{section}] {key} must be {wanted}, not {_as_toml(value)}.")
    return problems


def _value_problems(sections: dict[str, dict[str, Any]]) -> list[str]:
    """Values of the right type that mean nothing: blank or with invisible characters, no file, no seed."""
    problems: list[str] = []
    for section, key, value in _entries(sections):
        texts = value if isinstance(value, list) else [value]
        texts = [text for text in texts if isinstance(text, str)]
        if any(map(_has_control, texts)):
            problems.append(f"[{section}] {key} holds a line break or another control character.")
        elif (section == "study" and value == "") or (key == "schools" and value == []):
            problems.append(f"[{section}] {key} is empty.")
        if key == "seed" and isinstance(value, int) and value < 0:
            problems.append(f"[{section}] seed must be 0 or more, not {value}.")
    return problems


def _entries(sections: dict[str, dict[str, Any]]) -> list[tuple[str, str, Any]]:
    known = [(name, content) for name, content in sections.items() if name in KEYS]
    return [(name, key, value) for name, content in known for key, value in content.items()]


def _find_files(
    sections: dict[str, dict[str, Any]], folder: Path
) -> tuple[dict[str, tuple[Path, ...]], list[str]]:
    """Files by key, patterns such as ``returns/*.xlsx`` opened out and sorted, with a sentence for each one missing."""
    found: dict[str, tuple[Path, ...]] = {}
    problems: list[str] = []
    keys = {
        key: section
        for section in ("register", "survey")
        for key in KEYS[section]
        if key not in (*SURVEY_SETTINGS, "as_of")
    }
    for key, section in keys.items():
        value = sections.get(section, {}).get(key, [])
        patterns = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        paths: list[Path] = []
        for pattern in patterns:
            matches = _match(str(pattern), folder)
            if not matches:
                none_yet = " Write returns = [] while none has come." if key == "returns" else ""
                problems.append(
                    f"[{section}] {key}: there is no file {pattern!r} in {folder.name or folder}.{none_yet}"
                )
            paths += matches
        found[key] = tuple(dict.fromkeys(paths))
        if list not in KEYS[section][key] and len(found[key]) > 1:
            names = ", ".join(path.name for path in found[key])
            problems.append(f"[{section}] {key}: {value!r} is {len(paths)} files ({names}); it must be one.")
    return found, problems


def _match(pattern: str, folder: Path) -> list[Path]:
    """Files that a pattern names; one file is one path, however it is spelled, so that none is read twice."""
    path = Path(os.path.normpath(folder / pattern))
    try:
        if path.is_file():
            return [path]
        if not any(mark in pattern for mark in "*?["):
            return []
        names = glob.glob(pattern, root_dir=folder, recursive=True)
    except (OSError, ValueError):
        return []
    matches = {Path(os.path.normpath(folder / name)) for name in names}
    # Spreadsheet programs leave lock files such as ~$return.xlsx beside an open workbook.
    return sorted(one for one in matches if one.is_file() and not one.name.startswith(("~$", ".")))


def _denominators(entries: Any) -> tuple[tuple[StudyDenominator, ...], list[str]]:
    problems: list[str] = []
    made: list[StudyDenominator] = []
    for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
        if not isinstance(entry, dict):
            problems.append(f"[[landscape.denominator]] {number} must be a section, not {_as_toml(entry)}.")
            continue
        lacking = [key for key in ("label", "source") if entry.get(key) in (None, "")]
        unknown = [key for key in entry if key not in DENOMINATOR_KEYS]
        problems += [f"[[landscape.denominator]] {number} lacks {key!r}." for key in lacking]
        problems += [f"[[landscape.denominator]] {number}: {key!r} is not understood." for key in unknown]
        texts = {key: entry.get(key, "") for key in ("label", "unit", "source")}
        mistyped = [key for key, text in texts.items() if not isinstance(text, str) or _has_control(text)]
        problems += [
            f"[[landscape.denominator]] {number}: {key} must be a line of {TYPE_WORDS[str]}."
            for key in mistyped
        ]
        n = entry.get("n")
        if not isinstance(n, int) or isinstance(n, bool) or n <= 0:
            problems.append(
                f"[[landscape.denominator]] {number}: n must be a whole number above 0, not {_as_toml(n)}."
            )
        elif not lacking and not mistyped:
            made.append(StudyDenominator(entry["label"], n, entry.get("unit", "leaders"), entry["source"]))
    return tuple(made), problems


def _settings(section: Any) -> tuple[LandscapeConfig, list[str]]:
    """The landscape's settings, or what is wrong with them; unknown keys are told with the others of the study."""
    known = {field.name for field in fields(LandscapeConfig)}
    given = (
        {key: value for key, value in section.items() if key in known} if isinstance(section, dict) else {}
    )
    try:
        return LandscapeConfig.from_mapping(given), []
    except StudyProblem as error:
        return LandscapeConfig(), [f"[landscape] {problem}" for problem in error.problems]


def _survey_settings(section: Any) -> tuple[SurveyConfig, list[str]]:
    given = {key: value for key, value in section.items() if key in SURVEY_SETTINGS}
    try:
        return SurveyConfig.from_mapping(given), []
    except StudyProblem as error:
        return SurveyConfig(), [f"[survey] {problem}" for problem in error.problems]


def _has_control(text: str) -> bool:
    return any(category(character) == "Cc" for character in text)


def _as_toml(value: Any) -> str:
    """A value in words that somebody who wrote TOML knows."""
    if value is None:
        return "nothing"
    return (
        str(value).lower()
        if isinstance(value, bool)
        else repr(value)
        if isinstance(value, str)
        else str(value)
    )


def _only(paths: tuple[Path, ...]) -> Path | None:
    return paths[0] if paths else None


def _did_you_mean(word: str, known: Any) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else f" Known: {', '.join(known)}."
