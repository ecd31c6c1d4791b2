"""From the roles of one codebook to those of another, saying where there is no counterpart.

A crosswalk never invents a match. A role without a counterpart stays without one, and a changed definition is marked,
so that two waves are compared only where they count the same thing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

import polars as pl

from leadscape.codebooks.library import load_codebook
from leadscape.core.errors import CodebookProblem, NotComparable

RELATIONS = ("same", "changed_definition", "part_of", "no_counterpart")


@dataclass(frozen=True)
class Crosswalk:
    """Pairs of roles between two codebooks.

    Attributes
    ----------
    pairs
        One row a statement: ``from_role``, ``to_role``, ``relation`` (one of ``RELATIONS``), ``note``. A role without a
        counterpart has null on the other side.
    """

    from_codebook: str
    to_codebook: str
    pairs: pl.DataFrame

    def reversed(self) -> Crosswalk:
        """The same statements read from the other side."""
        swapped = self.pairs.rename({"from_role": "to_role", "to_role": "from_role"})
        return Crosswalk(self.to_codebook, self.from_codebook, swapped.select(self.pairs.columns))


def find_crosswalk(from_codebook: str, to_codebook: str) -> Crosswalk:
    """The crosswalk between two codebooks, in either direction; of a codebook to itself, every role is the same.

    Raises
    ------
    NotComparable
        When nobody has written one.
    """
    if from_codebook == to_codebook:
        roles = list(load_codebook(from_codebook).role_by_id)
        return Crosswalk(from_codebook, to_codebook, _frame([(role, role, "same", "") for role in roles]))
    for known in _shipped():
        if (known.from_codebook, known.to_codebook) == (from_codebook, to_codebook):
            return known
        if (known.to_codebook, known.from_codebook) == (from_codebook, to_codebook):
            return known.reversed()
    raise NotComparable(
        f"There is no crosswalk between {from_codebook} and {to_codebook}.",
        "Roles of the same name may mean different things in two codebooks.",
        "Compare studies that share a codebook, or write a crosswalk file.",
    )


def _shipped() -> list[Crosswalk]:
    data = files("leadscape.codebooks") / "data"
    return [
        _read(entry.read_text(encoding="utf-8"), entry.name)
        for entry in sorted(data.iterdir(), key=lambda entry: entry.name)
        if entry.name.startswith("crosswalk_")
    ]


def _read(text: str, name: str) -> Crosswalk:
    raw = tomllib.loads(text)
    header = raw["crosswalk"]
    walk = Crosswalk(
        header["from"],
        header["to"],
        _frame([(p.get("from"), p.get("to"), p["relation"], p["note"]) for p in raw["pair"]]),
    )
    problems = _problems(walk)
    if problems:
        raise CodebookProblem(
            f"The crosswalk {name} has {len(problems)} problems: {' '.join(problems)}",
            "Waves compared through it would not mean what they say.",
            "Correct the file.",
            tuple(problems),
        )
    return walk


def _problems(walk: Crosswalk) -> list[str]:
    found = []
    for side, codebook in (("from_role", walk.from_codebook), ("to_role", walk.to_codebook)):
        known = set(load_codebook(codebook).role_by_id)
        stated = set(walk.pairs[side].drop_nulls())
        found += [f"{role} is not a role of {codebook}." for role in sorted(stated - known)]
        found += [f"Nothing is said about {role} of {codebook}." for role in sorted(known - stated)]
    wrong = set(walk.pairs["relation"]) - set(RELATIONS)
    found += [f"{relation!r} is not one of {', '.join(RELATIONS)}." for relation in sorted(wrong)]
    alone = walk.pairs.filter(
        pl.any_horizontal(pl.col("from_role", "to_role").is_null())
        != (pl.col("relation") == "no_counterpart")
    )
    found += [f"{row[0]} / {row[1]}: only no_counterpart leaves a side empty." for row in alone.iter_rows()]
    return found


def _frame(rows: list[tuple[str | None, str | None, str, str]]) -> pl.DataFrame:
    schema = {"from_role": pl.String, "to_role": pl.String, "relation": pl.String, "note": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
