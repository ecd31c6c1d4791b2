"""A study as a folder, for the library to run, and a folder's study as rows."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from leadscape.actions.study import KEYS
from leadscape.actions.study import Study as DeclaredStudy
from leadscape_web.studies.inputs import LISTS, current_inputs, keep_input, provided, with_answers
from leadscape_web.studies.models import Study, StudyInput

STUDY_FILE: Final = "study.toml"
CODEBOOK: Final = "codebook"
DECLARED: Final = ("title", "system", "as_of", "codebook")
FILES: Final = {
    "register": ("schools", "links", "groups", "mapping", "boundaries"),
    "survey": (
        "frame", "returns", "decisions", "withdrawals", "objections", "objections_secret", "validation",
        "validation_sample",
    ),
}  # fmt: skip
"""Keys that name files, by section of the study file."""
assert all(set(keys) <= set(KEYS[section]) for section, keys in FILES.items())


def write_folder(study: Study, folder: Path, using: str = "owner") -> Path:
    """Write the study with all its files into an empty folder; the path of its study file.

    What it writes names people: the folder must be the caller's alone and go when it is done.
    """
    named: dict[str, list[str]] = {}
    for found in current_inputs(study, using).defer(None):
        place = folder / found.key / found.file_name
        place.parent.mkdir(mode=0o700, exist_ok=True)
        place.write_bytes(bytes(found.content))
        named.setdefault(found.key, []).append(f"{found.key}/{found.file_name}")
    kept = folder / "rooms"
    kept.mkdir(mode=0o700)
    for key, names in provided(study, kept, using).items():
        files = [f"rooms/{name}" for name in names]
        named[key] = [*named.get(key, []), *files] if key in LISTS else files[-1:]
    decided = folder / named["decisions"][-1] if "decisions" in named else None
    answered = with_answers(study, decided, kept, using)
    if answered is not None:
        named["decisions"] = [answered.relative_to(folder).as_posix()]
    path = folder / STUDY_FILE
    path.write_text(_as_toml(study, named), encoding="utf-8")
    return path


def keep_study(declared: DeclaredStudy, using: str = "owner") -> Study:
    """Store what a study file declares and every file it names, as the owner role and with a reason set.

    A study of the same title, system and date is the same study: its files become these. The caller holds the lock of
    loads.
    """
    with declared.path.open("rb") as file:
        raw = tomllib.load(file)
    study, _ = Study.objects.using(using).update_or_create(
        system=declared.system,
        as_of=declared.as_of,
        title=declared.title,
        defaults={"codebook": raw["study"]["codebook"], "settings": _settings(raw)},
    )
    files = {
        key: value if isinstance(value := getattr(declared, key), tuple) else (value,) if value else ()
        for keys in FILES.values()
        for key in keys
    }
    own = declared.folder / raw["study"]["codebook"]
    if own.is_file():
        files[CODEBOOK] = (own,)
    kept = set()
    for key, paths in files.items():
        for path in paths:
            kept.add(keep_input(study, key, path.name, path.read_bytes(), using).pk)
    for former in current_inputs(study, using):
        if former.pk not in kept:
            StudyInput.objects.using(using).filter(pk=former.pk).update(removed_at=timezone.now())
    return study


def _settings(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The sections without what has columns of its own, without files, and without where output goes."""
    left_out = {"study": DECLARED, **FILES}
    sections = {
        # A date is kept as text, as JSON has none.
        name: {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in section.items()
            if key not in left_out.get(name, ())
        }
        for name, section in raw.items()
        if name != "output"
    }
    return {name: section for name, section in sections.items() if section}


def _as_toml(study: Study, named: Mapping[str, list[str]]) -> str:
    codebook = named.get(CODEBOOK, [study.codebook])[0]
    declared = {"title": study.title, "system": study.system, "as_of": study.as_of, "codebook": codebook}
    lines: list[str] = []
    for section in ("study", "register", "survey", "landscape"):
        values: dict[str, Any] = {
            **(declared if section == "study" else {}),
            **study.settings.get(section, {}),
        }
        if section == "register" and "as_of" in values:
            values["as_of"] = date.fromisoformat(values["as_of"])
        for key in FILES.get(section, ()):
            if key in named:
                values[key] = named[key] if key in LISTS else named[key][0]
        if section == "survey" and "returns" not in named:
            # A study says so where nothing came back yet.
            values["returns"] = []
        lines += ["", f"[{section}]"]
        lines += [f"{key} = {_value(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """A value of a study file as TOML; a table is written on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # A JSON text is a basic string of TOML.
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
