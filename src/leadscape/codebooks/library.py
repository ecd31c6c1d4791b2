"""Finding, reading and checking codebooks: shipped ones by id, a user's own by path."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from leadscape.codebooks.codebook import Baseline, Codebook, Entry, Role, Sector
from leadscape.core.errors import CodebookProblem, NotFound
from leadscape.core.toml_shape import Keys, shape_problems

_DATA = files("leadscape.codebooks") / "data"
_TEXTS = [str]
_ENTRY = {**dict.fromkeys(("id", "label", "definition", "source"), str), "aliases": _TEXTS}
_COUNT = {"role": str, "n": int, "printed_pct": float}
_SECTOR = {"label": str, "phases": _TEXTS, "printed_pct": float}
_BASELINE = {
    **dict.fromkeys(("id", "title", "source", "unit"), str),
    "as_of": (str, date),
    "count": [Keys(allowed=_COUNT)],
    **dict.fromkeys(("printed_total", "decimals", "asked", "answered"), int),
}
_SHAPE = Keys(
    allowed={
        "codebook": Keys(
            allowed={**dict.fromkeys(("id", "title", "system", "source"), str), "valid_from": (str, date)}
        ),
        "role": [
            Keys(
                allowed={
                    **_ENTRY,
                    "origin": str,
                    "kinds": _TEXTS,
                    "phases": _TEXTS,
                    "own_school": bool,
                    "collected": bool,
                }
            )
        ],
        **{section: [Keys(allowed=_ENTRY)] for section in ("origin", "kind", "phase")},
        "baseline": [
            Keys(
                allowed={
                    **_BASELINE,
                    "notes": _TEXTS,
                    "asked_alternatives": [int],
                    "printed_prevalence_pct": [int],
                    "sector": [Keys(allowed=_SECTOR)],
                }
            )
        ],
    }
)


def codebook_names() -> tuple[str, ...]:
    """Ids of the codebooks shipped with leadscape, sorted."""
    stems = (entry.name.removesuffix(".toml") for entry in _DATA.iterdir() if entry.name.endswith(".toml"))
    return tuple(
        sorted(
            stem.replace("_", "-")
            for stem in stems
            if not stem.startswith(("crosswalk_", "instrument_", "person_names", "scheme_"))
        )
    )


def load_codebook(name: str, base: Path | None = None) -> Codebook:
    """The codebook shipped under an id, or the one in a file.

    Parameters
    ----------
    name
        An id such as ``england-2006``, or a path that ends in ``.toml``.
    base
        Folder that a relative path starts from.

    Raises
    ------
    CodebookProblem
        When there is none, or its entries contradict each other; lists every contradiction.
    """
    return parse_codebook(_read_bytes(name, base), name)


def parse_codebook(content: bytes, name: str) -> Codebook:
    """The codebook in the bytes of a file, as a run that used it kept them; ``name`` is what messages call it.

    Raises
    ------
    CodebookProblem
        When it is not a codebook or its entries contradict each other; lists every contradiction.
    """
    raw = _parse(content, name)
    problems = _problems(raw)
    if problems:
        raise CodebookProblem(
            f"The codebook {name} has {len(problems)} problem{'s' * (len(problems) != 1)}: {' '.join(problems)}",
            "Counts made with it would not mean what they say.",
            "Correct the file and run `leadscape codebook check` on it.",
            problems,
        )
    return _build(raw, hashlib.sha256(content).hexdigest())


def codebook_source(name: str, base: Path | None = None) -> str:
    """The text of a codebook's file: one that comes with leadscape, or one's own below ``base``.

    Raises
    ------
    CodebookProblem
        When there is none of that name.
    """
    return _read_bytes(name, base).decode("utf-8")


def check_codebook(name: str, base: Path | None = None) -> tuple[str, ...]:
    """Every contradiction in a codebook, each a sentence; empty when it is sound."""
    return _problems(_parse(_read_bytes(name, base), name))


def find_baseline(baseline_id: str) -> tuple[Codebook, Baseline]:
    """The published baseline with this id, and the codebook it belongs to."""
    known = []
    for name in codebook_names():
        codebook = load_codebook(name)
        for baseline in codebook.baselines:
            if baseline.id == baseline_id:
                return codebook, baseline
            known.append(baseline.id)
    raise NotFound(
        f"There is no baseline {baseline_id!r}.",
        "A baseline is a published table that comes with a codebook.",
        f"Use one of: {', '.join(known)}.",
    )


def _read_bytes(name: str, base: Path | None) -> bytes:
    if name.endswith(".toml"):
        path = (base or Path()) / name
        try:
            return path.read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CodebookProblem(
                f"The codebook {path} cannot be read ({reason}).",
                "Roles are coded against it.",
                f"Check the path, or use one of: {', '.join(codebook_names())}.",
            ) from error
    if name not in codebook_names():
        raise CodebookProblem(
            f"There is no codebook {name!r}.",
            "Roles are coded against it.",
            f"Use one of {', '.join(codebook_names())}, or the path of your own file ending in .toml.",
        )
    return (_DATA / f"{name.replace('-', '_')}.toml").read_bytes()


def _parse(content: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CodebookProblem(
            f"The codebook {name} is not valid TOML ({error}).",
            "None of its entries can be read.",
            "Correct the place that the message names.",
        ) from error


def _problems(raw: dict[str, Any]) -> tuple[str, ...]:
    """Every contradiction: missing keys, repeated ids, references to nothing, one wording for two roles."""
    found = [*shape_problems(raw, _SHAPE)]
    if found:
        # The checks below rely on the types.
        return tuple(found)
    header = raw.get("codebook", {})
    found += [
        f"[codebook] lacks {key!r}."
        for key in ("id", "title", "system", "valid_from", "source")
        if key not in header
    ]
    ids: dict[str, set[str]] = {}
    for section in ("role", "origin", "kind", "phase"):
        entries = raw.get(section, [])
        if not entries:
            found.append(f"There is no [[{section}]].")
        for number, entry in enumerate(entries, 1):
            lacking = [key for key in ("id", "label", "definition", "source") if not entry.get(key)]
            found += [f"[[{section}]] {entry.get('id', number)} lacks {key!r}." for key in lacking]
        names = [entry.get("id") for entry in entries]
        found += [f"[[{section}]] {name} stands twice." for name, n in Counter(names).items() if n > 1]
        ids[section] = {name for name in names if name}
    for role in raw.get("role", []):
        name = role.get("id")
        if role.get("origin") not in ids["origin"]:
            found.append(
                f"Role {name} names the origin {role.get('origin')!r}, which is not in the codebook."
            )
        for section, key in (("kind", "kinds"), ("phase", "phases")):
            found += [
                f"Role {name} names the {section} {value!r}, which is not in the codebook."
                for value in role.get(key, [])
                if value not in ids[section]
            ]
    found += _shared_wordings(raw)
    for baseline in raw.get("baseline", []):
        found += _baseline_problems(baseline, ids["role"])
    return tuple(found)


def _shared_wordings(raw: dict[str, Any]) -> list[str]:
    owners: dict[str, set[str]] = {}
    for role in raw.get("role", []):
        for wording in (role.get("label", ""), *role.get("aliases", [])):
            owners.setdefault(wording.casefold().strip(), set()).add(role.get("id", ""))
    return [
        f"The wording {wording!r} stands for {' and '.join(sorted(roles))}; a wording may mean one role only."
        for wording, roles in owners.items()
        if len(roles) > 1
    ]


def _baseline_problems(baseline: dict[str, Any], roles: set[str]) -> list[str]:
    name = baseline.get("id", "without id")
    rows = baseline.get("count", [])
    found = [f"Baseline {name} lacks {key!r}." for key in _BASELINE if key not in baseline]
    for section, keys in (("count", _COUNT), ("sector", _SECTOR)):
        lacking = {key for entry in baseline.get(section, []) for key in keys if key not in entry}
        found += [f"Baseline {name}: a [[baseline.{section}]] lacks {key!r}." for key in sorted(lacking)]
    found += [
        f"Baseline {name} counts the role {row.get('role')!r}, which is not in the codebook."
        for row in rows
        if row.get("role") not in roles
    ]
    total = sum(row.get("n", 0) for row in rows)
    if total != baseline.get("printed_total"):
        found.append(
            f"Baseline {name} prints a total of {baseline.get('printed_total')}; its counts add up to {total}."
        )
    return found


def _build(raw: dict[str, Any], sha256: str) -> Codebook:
    header = raw["codebook"]

    def entries(section: str) -> tuple[Entry, ...]:
        return tuple(
            Entry(e["id"], e["label"], e["definition"], e["source"], tuple(e.get("aliases", ())))
            for e in raw[section]
        )

    roles = tuple(
        Role(
            id=role["id"],
            label=role["label"],
            definition=role["definition"],
            source=role["source"],
            origin=role["origin"],
            kinds=tuple(role.get("kinds", ())),
            aliases=tuple(role.get("aliases", ())),
            own_school=role.get("own_school", False),
            collected=role.get("collected", True),
            phases=tuple(role.get("phases", ())),
        )
        for role in raw["role"]
    )
    baselines = tuple(
        Baseline(
            id=b["id"],
            title=b["title"],
            source=b["source"],
            unit=b["unit"],
            as_of=str(b["as_of"]),
            counts={row["role"]: row["n"] for row in b["count"]},
            printed_pct={row["role"]: row["printed_pct"] for row in b["count"]},
            printed_total=b["printed_total"],
            decimals=b["decimals"],
            asked=b["asked"],
            answered=b["answered"],
            notes=tuple(b.get("notes", ())),
            asked_alternatives=tuple(b.get("asked_alternatives", ())),
            printed_prevalence_pct=tuple(b.get("printed_prevalence_pct", ())),
            sectors=tuple(
                Sector(s["label"], tuple(s["phases"]), s["printed_pct"]) for s in b.get("sector", ())
            ),
        )
        for b in raw.get("baseline", ())
    )
    return Codebook(
        id=header["id"],
        title=header["title"],
        system=header["system"],
        valid_from=str(header["valid_from"]),
        source=header["source"],
        roles=roles,
        origins=entries("origin"),
        kinds=entries("kind"),
        phases=entries("phase"),
        baselines=baselines,
        sha256=sha256,
    )
