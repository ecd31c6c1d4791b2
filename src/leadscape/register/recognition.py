"""Which format is a file in? The one whose needed columns are all there and which uses most of the rest.

Headers are compared by their letters and digits only, so that ``OpenDate``, ``Open date`` and ``open_date``
are one. What nearly fits is named with the column it lacks, because that is what the owner of a file can
put right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadscape.core.errors import TableProblem
from leadscape.core.tables import no_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadscape.register.formats import Column, Format


@dataclass(frozen=True)
class Match:
    """How well one format fits the headers of one file.

    Attributes
    ----------
    columns
        Column of the format to the header of the file that means it, where one does.
    used
        Headers that the format uses for anything, in the file's order.
    lacking
        Needed columns that no header means, each with the headers that would.
    """

    format: Format
    columns: dict[str, str]
    used: tuple[str, ...]
    lacking: dict[str, tuple[str, ...]]

    @property
    def fits(self) -> bool:
        """Whether every needed column is there."""
        return not self.lacking

    @property
    def fills_needed(self) -> bool:
        """Whether any needed column is there."""
        return any(name in self.columns for name in self.format.required)


class Headers:
    """The headers of one file, found by their letters and digits."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._by_key: dict[str, str] = {}
        for name in names:
            self._by_key.setdefault(_key(name), name)

    def find(self, *aliases: str) -> str | None:
        """The header that the first known alias means."""
        return next((self._by_key[_key(alias)] for alias in aliases if _key(alias) in self._by_key), None)

    def find_all(self, column: Column) -> tuple[str, ...]:
        """The headers that a column is taken from: one, or those it is joined from; empty where it is not there."""
        found = self.find(*column.headers)
        if found is not None:
            return (found,)
        return tuple(part for alias in column.join if (part := self.find(alias)) is not None)


def match_format(headers: Headers, known: Format) -> Match:
    """Fit one format to the headers of a file."""
    columns = {
        name: found[0] for name, column in known.columns.items() if (found := headers.find_all(column))
    }
    lacking = {name: known.columns[name].headers for name in known.required if name not in columns}
    if known.any_of and not any(name in columns for name in known.any_of):
        lacking[" or ".join(known.any_of)] = tuple(known.columns[name].headers[0] for name in known.any_of)
    if (barred := headers.find(*known.without)) is not None:
        lacking[f"a file without {barred}"] = ()
    taken = set(columns.values())
    others = [*known.headships.values()]
    others += [
        c for m in known.memberships for c in (m.group_uid, m.group_name, m.group_type) if c is not None
    ]
    taken |= {header for column in others for header in headers.find_all(column)}
    taken |= {header for rule in known.scope if (header := headers.find(*rule.headers)) is not None}
    taken |= {
        header for rule in known.derived for name in rule.where if (header := headers.find(name)) is not None
    }
    return Match(known, columns, tuple(name for name in headers.names if name in taken), lacking)


def recognise(headers: Headers, known: Sequence[Format], name: str) -> Match:
    """The format that a file is in.

    Raises
    ------
    TableProblem
        When no format fits, two fit equally, or the file is known and is no register. Says what comes
        nearest.
    """
    matches = [match_format(headers, entry) for entry in known]
    fitting = sorted((m for m in matches if m.fits), key=lambda m: (-len(m.used), m.format.id))
    if not fitting:
        raise _unknown(name, matches, headers)
    best = fitting[0]
    if len(fitting) > 1 and len(fitting[1].used) == len(best.used):
        raise TableProblem(
            f"{name} fits two formats equally: {best.format.title} and {fitting[1].format.title}.",
            "Its columns would mean different things.",
            "Say which with a mapping file.",
            no_problems(),
        )
    if best.format.refused is not None:
        raise TableProblem(
            f"{name} is no register: it looks like {best.format.title}.",
            best.format.refused,
            "Give the register of schools instead, such as an extract of establishments.",
            no_problems(),
        )
    return best


def nearest(matches: Sequence[Match]) -> Match | None:
    """The register format that comes nearest: most of its needed columns, then most columns used."""
    candidates = [m for m in matches if m.format.refused is None and m.fills_needed]
    if not candidates:
        return None
    return max(candidates, key=lambda m: (1 - len(m.lacking) / len(m.format.required), len(m.used)))


def explain_lack(match: Match) -> str:
    """What a format lacks in a file, as a sentence."""
    parts = [
        f"{name} ({' or '.join(repr(header) for header in headers)})" if headers else name
        for name, headers in match.lacking.items()
    ]
    return f"looks like {match.format.title} but lacks {', '.join(parts)}"


def _unknown(name: str, matches: Sequence[Match], headers: Headers) -> TableProblem:
    close = nearest(matches)
    shown = ", ".join(headers.names[:8]) + (", …" if len(headers.names) > 8 else "")
    if close is None:
        return TableProblem(
            f"{name} is in no known format: none of its columns ({shown}) identifies a school or a group.",
            "Nobody can say what its rows are.",
            "Check that it is the file you mean, or describe its columns in a mapping file.",
            no_problems(),
        )
    return TableProblem(
        f"{name} {explain_lack(close)}.",
        "Without it a row cannot be told from another or does not say what it is.",
        f"Add the column, or describe the columns ({shown}) in a mapping file.",
        no_problems(),
    )


def _key(header: str) -> str:
    return re.sub(r"[\W_]+", "", header.casefold()) or header
