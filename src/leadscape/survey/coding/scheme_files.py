"""Where a coding scheme comes from: one that ships with leadscape by id, one's own TOML file by path."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from leadscape.core.errors import CodebookProblem
from leadscape.core.toml_shape import Keys, shape_problems
from leadscape.survey.coding.scheme import Code, CodeScheme, CodeSet, scheme_problem

_DATA: Final = files("leadscape.codebooks") / "data"
_PREFIX: Final = "scheme_"
_TEXTS: Final = [str]
_CODE: Final = Keys(
    needed=dict.fromkeys(("id", "label", "definition"), str),
    allowed={
        **dict.fromkeys(("memo", "parent", "colour", "guid"), str),
        "aliases": _TEXTS,
        "examples": _TEXTS,
        "is_codable": bool,
    },
)
_SET: Final = Keys(
    needed={**dict.fromkeys(("id", "label", "definition"), str), "codes": _TEXTS}, allowed={"guid": str}
)
_SHAPE: Final = Keys(
    needed={
        "scheme": Keys(needed={**dict.fromkeys(("id", "title", "source"), str), "valid_from": (str, date)}),
        "code": [_CODE],
    },
    allowed={"set": [_SET]},
)


def scheme_names() -> tuple[str, ...]:
    """Ids of the coding schemes that come with leadscape, sorted."""
    names = (entry.name for entry in _DATA.iterdir())
    stems = (name.removesuffix(".toml") for name in names if name.startswith(_PREFIX))
    return tuple(sorted(stem.removeprefix(_PREFIX).replace("_", "-") for stem in stems))


def load_scheme(name: str) -> CodeScheme:
    """The scheme that ships under an id, or the one in a ``.toml`` file.

    Raises
    ------
    CodebookProblem
        When there is none, or it contradicts itself; lists every problem.
    """
    if name.endswith(".toml"):
        return read_scheme(Path(name))
    if name not in scheme_names():
        raise CodebookProblem(
            f"There is no coding scheme {name!r}.",
            "Segments are coded against it.",
            f"Use one of {', '.join(scheme_names())}, or the path of your own file ending in .toml.",
        )
    return _parse((_DATA / f"{_PREFIX}{name.replace('-', '_')}.toml").read_bytes(), name)


def read_scheme(path: Path) -> CodeScheme:
    """The scheme in a TOML file: ``[scheme]``, ``[[code]]`` and, for themes, ``[[set]]``.

    Raises
    ------
    CodebookProblem
        When it cannot be read, lacks keys, has unknown ones, or contradicts itself; lists every problem.
    """
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CodebookProblem(
            f"The coding scheme {path} cannot be read ({reason}).",
            "Segments are coded against it.",
            f"Check the path, or use one of: {', '.join(scheme_names())}.",
        ) from error
    return _parse(content, path.name)


def _parse(content: bytes, name: str) -> CodeScheme:
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CodebookProblem(
            f"The coding scheme {name} is not valid TOML ({error}).",
            "None of its codes can be read.",
            "Correct the place that the message names.",
        ) from error
    problems = (*shape_problems(raw, _SHAPE), *_unknown_keys(raw))
    if problems:
        raise scheme_problem(name, problems)
    header = raw["scheme"]
    try:
        return CodeScheme(
            id=header["id"],
            title=header["title"],
            source=header["source"],
            valid_from=str(header["valid_from"]),
            codes=tuple(_code(entry) for entry in raw["code"]),
            sets=tuple(CodeSet(**{**entry, "codes": tuple(entry["codes"])}) for entry in raw.get("set", ())),
        )
    except CodebookProblem as error:
        raise scheme_problem(name, error.problems) from None


def _code(entry: dict[str, Any]) -> Code:
    several = {key: tuple(entry.get(key, ())) for key in ("aliases", "examples")}
    return Code(**{**entry, **several})


def _unknown_keys(raw: dict[str, Any]) -> tuple[str, ...]:
    """A misspelt key would otherwise drop what its author wrote."""
    found = [
        f"The file has an unknown section {key!r}." for key in raw if key not in ("scheme", "code", "set")
    ]
    for section, shape in (("code", _CODE), ("set", _SET)):
        entries = raw.get(section)
        for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
            extra = set(entry) - {*shape.needed, *shape.allowed} if isinstance(entry, dict) else set()
            found += [f"{section}[{number}] has an unknown key {key!r}." for key in sorted(extra)]
    return tuple(found)
