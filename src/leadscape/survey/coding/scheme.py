"""What may written words be coded as? A tree of codes with definitions and memos, and themes that group them.

Tables in: a TOML file, or the roles of a codebook. Out: a :class:`CodeScheme` that contradicts itself nowhere. A
scheme is never edited in place: a renamed, merged or split code is a new scheme and a row of the recode table
(:mod:`leadscape.survey.coding.recode`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import CodebookProblem

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook

NO_CODE: Final = "none"
"""What a coder writes who has read a segment and finds that no code applies; a blank says that nobody has decided."""

_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,79}")
_COLOUR: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}){1,2}")
_GUID: Final = re.compile(r"\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?")


@dataclass(frozen=True)
class Code:
    """One label that a segment may bear.

    Attributes
    ----------
    id
        Letters, digits, ``_``, ``-`` and ``.``, so that several fit into one cell.
    definition
        When it applies and when not; may be empty in a scheme that comes from elsewhere.
    memo
        What the analysts noted about it: doubts, decisions, its history.
    parent
        Id of the code it is a part of; null at the top.
    aliases
        Other wordings that mean the same beyond doubt.
    examples
        Words that bear it.
    colour
        ``#RRGGBB`` or ``#RGB``.
    is_codable
        False for a heading: it groups codes and no segment bears it itself.
    guid
        Its identifier in other programs, kept so that it returns to them unchanged.
    """

    id: str
    label: str
    definition: str = ""
    memo: str = ""
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    colour: str | None = None
    is_codable: bool = True
    guid: str | None = None


@dataclass(frozen=True)
class CodeSet:
    """One theme: codes that are read together. A code brings everything below it; it may be in several themes."""

    id: str
    label: str
    definition: str = ""
    codes: tuple[str, ...] = ()
    guid: str | None = None


@dataclass(frozen=True)
class CodeScheme:
    """A tree of codes and the themes over it; made only when it contradicts itself nowhere.

    Raises
    ------
    CodebookProblem
        On making one with repeated ids, a parent or member that is not there, a code below itself, or an id, colour or
        guid of the wrong form; lists every problem.
    """

    id: str
    title: str
    source: str
    valid_from: str
    codes: tuple[Code, ...]
    sets: tuple[CodeSet, ...] = ()

    def __post_init__(self) -> None:
        problems = _problems(self.codes, self.sets)
        if problems:
            raise scheme_problem(self.id, problems)

    @cached_property
    def code_by_id(self) -> dict[str, Code]:
        """Codes by id, in the scheme's order."""
        return {code.id: code for code in self.codes}

    @cached_property
    def codable(self) -> tuple[str, ...]:
        """Ids that a segment may bear, in the scheme's order."""
        return tuple(code.id for code in self.codes if code.is_codable)

    def code(self, code_id: str) -> Code:
        """The code with this id.

        Raises
        ------
        CodebookProblem
            When the scheme has no such code.
        """
        try:
            return self.code_by_id[code_id]
        except KeyError:
            raise CodebookProblem(
                f"The scheme {self.id} has no code {code_id!r}.",
                "A coding says what its code says, so the code must have a definition.",
                f"Use one of: {', '.join(self.code_by_id)}.",
            ) from None

    def path(self, code_id: str) -> tuple[str, ...]:
        """Ids from the top of the tree down to this code, itself included."""
        upwards, at = [], self.code(code_id)
        while True:
            upwards.append(at.id)
            if at.parent is None:
                return tuple(reversed(upwards))
            at = self.code_by_id[at.parent]

    def children(self, code_id: str | None) -> tuple[Code, ...]:
        """Codes directly below one, in order; of the top for None."""
        return tuple(code for code in self.codes if code.parent == code_id)

    def below(self, code_id: str) -> tuple[str, ...]:
        """Ids of the code and of everything below it, in the scheme's order."""
        return tuple(code.id for code in self.codes if code_id in self.path(code.id))

    def code_frame(self) -> pl.DataFrame:
        """One row a code, in order, with all that it says; ``depth`` is 0 at the top."""
        return pl.DataFrame(
            [
                (c.id, c.label, c.definition, c.memo, c.parent, len(self.path(c.id)) - 1, c.is_codable)
                for c in self.codes
            ],
            schema={
                **dict.fromkeys(("code", "label", "definition", "memo", "parent"), pl.String),
                "depth": pl.Int64,
                "is_codable": pl.Boolean,
            },
            orient="row",
        )

    def theme_frame(self) -> pl.DataFrame:
        """One row a theme and code in it: ``theme``, ``theme_label``, ``code``; with what lies below its members."""
        pairs = [
            (theme.id, theme.label, code)
            for theme in self.sets
            for code in dict.fromkeys(below for member in theme.codes for below in self.below(member))
        ]
        return pl.DataFrame(
            pairs, schema=dict.fromkeys(("theme", "theme_label", "code"), pl.String), orient="row"
        )

    def wording_frame(self) -> pl.DataFrame:
        """One row a wording of a codable code: ``wording``, ``code``, ``method`` (label, alias or example)."""
        wordings = [
            (wording, code.id, method)
            for code in self.codes
            if code.is_codable
            for method, wordings in (("label", (code.label,)), ("alias", code.aliases), ("example", code.examples))
            for wording in wordings
        ]  # fmt: skip
        return pl.DataFrame(
            wordings, schema=dict.fromkeys(("wording", "code", "method"), pl.String), orient="row"
        )


def scheme_of_roles(codebook: Codebook) -> CodeScheme:
    """The roles of a codebook as a scheme: origins are its headings, the taxonomy's kinds its themes.

    Origins and roles may bear one id, so an origin's code is ``origin.`` and its id. A kind without a role is left out.
    """
    origins = tuple(
        Code(f"origin.{origin.id}", origin.label, origin.definition, is_codable=False)
        for origin in codebook.origins
    )
    roles = tuple(
        Code(
            id=role.id,
            label=role.label,
            definition=role.definition,
            memo="" if role.collected else "Not collected: the instrument had no place for it.",
            parent=f"origin.{role.origin}",
            aliases=role.aliases,
        )
        for role in codebook.roles
    )
    kinds = tuple(
        CodeSet(kind.id, kind.label, kind.definition, tuple(r.id for r in codebook.roles if kind.id in r.kinds))
        for kind in codebook.kinds
    )  # fmt: skip
    return CodeScheme(
        id=codebook.id,
        title=codebook.title,
        source=codebook.source,
        valid_from=codebook.valid_from,
        codes=(*origins, *roles),
        sets=tuple(kind for kind in kinds if kind.codes),
    )


def scheme_problem(name: str, problems: tuple[str, ...]) -> CodebookProblem:
    """The error that lists everything wrong with a scheme."""
    return CodebookProblem(
        f"The coding scheme {name} has {len(problems)} problem{'s' * (len(problems) != 1)}: {' '.join(problems)}",
        "Codings made with it would not mean what they say.",
        "Correct the file and run `leadscape survey code scheme` on it.",
        problems,
    )


def _problems(codes: tuple[Code, ...], sets: tuple[CodeSet, ...]) -> tuple[str, ...]:
    ids = [code.id for code in codes]
    parents = {code.id: code.parent for code in codes}
    found = [] if codes else ["There is no code."]
    for section, entries in (("Code", codes), ("Set", sets)):
        names = Counter(entry.id for entry in entries)
        found += [f"{section} {name} stands twice." for name, times in names.items() if times > 1]
        for entry in entries:
            if not _ID.fullmatch(entry.id):
                found.append(
                    f"{section} {entry.id!r}: an id holds letters, digits, _ - and . only, at most 80."
                )
            if not entry.label.strip():
                found.append(f"{section} {entry.id} has no label.")
            if entry.guid is not None and not _GUID.fullmatch(entry.guid):
                found.append(f"{section} {entry.id}: {entry.guid!r} is no guid.")
    for code in codes:
        if code.id == NO_CODE:
            found.append(f"Code {NO_CODE!r}: the word is kept for segments to which no code applies.")
        if code.colour is not None and not _COLOUR.fullmatch(code.colour):
            found.append(f"Code {code.id}: the colour {code.colour!r} must look like #1D70B8.")
        if code.parent is not None and code.parent not in parents:
            found.append(f"Code {code.id} names the parent {code.parent!r}, which is not in the scheme.")
        elif _is_below_itself(code.id, parents):
            found.append(f"Code {code.id} lies below itself.")
    found += [
        f"Set {theme.id} names the code {member!r}, which is not in the scheme."
        for theme in sets
        for member in theme.codes
        if member not in set(ids)
    ]
    return tuple(found)


def _is_below_itself(code_id: str, parents: dict[str, str | None]) -> bool:
    at, steps = parents[code_id], 0
    while at is not None and at != code_id and steps <= len(parents):
        at, steps = parents.get(at), steps + 1
    return at == code_id
