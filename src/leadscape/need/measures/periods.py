"""Which year do a file's figures describe, and how far had they been checked? From evidence, never from a guess.

Evidence of the year: what the user states, a column of the file, columns that repeat years before, the name of the
file. Evidence of the release: what the user states, a column, the name. Where two disagree the file is refused with
both, unless the user states which of them is right; where there is no year it is refused; where there is no release it
is *not stated*.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import NotComparable, TableProblem
from leadscape.core.tables import no_problems
from leadscape.need.tables import RELEASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadscape.need.formats import MeasureFormat

NOT_STATED: Final = "not_stated"
STATED: Final = "what was stated"
_PAIR: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_/ ]?(\d{4}|\d{2})(?!\d)")
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_SEPARATOR: Final = {"school_year": "/", "financial_year": "-"}
_LAST_DAY: Final = {"/": (8, 31), "-": (3, 31), "": (12, 31)}


def period_of(end_year: int, kind: str) -> str:
    """The period of a kind that ends in a year: 2018 is ``2017/18`` or ``2017-18``."""
    return f"{end_year - 1}{_SEPARATOR[kind]}{end_year % 100:02d}"


def period_end(period: str) -> date:
    """The last day of a period.

    Examples
    --------
    >>> period_end("2017/18"), period_end("2017-18"), period_end("2019")
    (datetime.date(2018, 8, 31), datetime.date(2018, 3, 31), datetime.date(2019, 12, 31))
    """
    mark = period[4:5]
    month, day = _LAST_DAY[mark]
    return date(int(period[:4]) + (1 if mark else 0), month, day)


def end_years(text: pl.Expr) -> pl.Expr:
    """The year in which a stated year ends: ``2018``, ``2017/18``, ``2017-2018`` and ``201718`` are 2018; else null."""
    bare = text.str.strip_chars().str.replace(r"\.0+$", "")
    first = bare.str.extract(r"^((?:19|20)\d{2})\D?(?:\d{2}|\d{4})$").cast(pl.Int32, strict=False)
    last = bare.str.extract(r"^(?:19|20)\d{2}\D?(?:\d{2})?(\d{2})$").cast(pl.Int32, strict=False)
    single = bare.str.extract(r"^((?:19|20)\d{2})$").cast(pl.Int32, strict=False)
    follows = first.is_not_null() & ((first + 1) % 100 == last)
    return pl.coalesce(single, pl.when(follows).then(first + 1))


def year_in_name(name: str) -> int | None:
    """The one year that a file's name gives, the ending one of a pair; null where it gives none or several."""
    pairs = {
        int(first) + 1 for first, second in _PAIR.findall(name) if (int(first) + 1) % 100 == int(second) % 100
    }
    found = pairs or {int(year) for year in _YEAR.findall(name)}
    return found.pop() if len(found) == 1 else None


def year_of_columns(columns: Sequence[str], patterns: Sequence[str]) -> int | None:
    """The year after the latest that columns of years before are named for; null where there is none."""
    found = [
        2000 + int(match.group(1)) for name in columns for p in patterns if (match := re.match(p, name, re.I))
    ]
    return max(found) + 1 if found else None


def stated_period(
    name: str, columns: Sequence[str], known: MeasureFormat, stated: str | None, in_rows: set[str]
) -> tuple[str | None, tuple[str, ...]]:
    """The period of a whole file and where it was found; null where the rows say it themselves.

    Raises
    ------
    TableProblem
        When nothing says it, or two things disagree.
    """
    evidence: dict[str, str] = {}
    if (year := year_of_columns(columns, known.years_before)) is not None:
        evidence["the columns of years before"] = period_of(year, known.period_kind)
    if (year := year_in_name(name)) is not None:
        evidence["the file's name"] = period_of(year, known.period_kind)
    if stated is not None:
        if not re.fullmatch(r"\d{4}" + _SEPARATOR[known.period_kind] + r"\d{2}", stated):
            raise NotComparable(
                f"{stated!r} is no {known.period_kind.replace('_', ' ')}.",
                "Figures are kept by the period they describe.",
                f"Write it as {period_of(2018, known.period_kind)}.",
            )
        evidence[STATED] = stated
    if in_rows:
        others = {where: period for where, period in evidence.items() if period not in in_rows}
        if others:
            raise _contradiction(name, {"its rows": ", ".join(sorted(in_rows)), **others})
        return None, ("The period is that of each row.",)
    if not evidence:
        raise TableProblem(
            f"Nothing in {name} says which year it describes.",
            "A figure without its year cannot be set beside another.",
            f"State it (--period {period_of(2018, known.period_kind)}), or give the file its published name.",
            no_problems(),
        )
    own = {said for where, said in evidence.items() if where != STATED}
    if len(set(evidence.values())) > 1 and (stated is None or stated not in own):
        raise _contradiction(name, evidence)
    period = stated or next(iter(evidence.values()))
    against = [f"{where} says {said}" for where, said in evidence.items() if said != period]
    told = [f"The period {period} is from {' and '.join(w for w in evidence if evidence[w] == period)}."]
    return period, (*told, *(f"It was stated although {said}." for said in against))


def stated_release(name: str, stated: str | None, in_rows: set[str]) -> tuple[str | None, tuple[str, ...]]:
    """The release of a whole file and where it was found; null where the rows say it themselves.

    Raises
    ------
    TableProblem
        When two things disagree.
    """
    if stated is not None and stated not in RELEASES:
        raise NotComparable(
            f"{stated!r} is no release.",
            "Figures of different releases are not mixed.",
            f"Use one of: {', '.join(RELEASES)}.",
        )
    named = {word for word in RELEASES if word in name.casefold()}
    from_name = named.pop() if len(named) == 1 else None
    if stated is not None:
        said = {
            **({"the file's name": from_name} if from_name else {}),
            **({"its rows": ", ".join(sorted(in_rows))} if in_rows else {}),
        }
        if said and stated not in said.values():
            raise _contradiction(name, {**said, STATED: stated})
        return stated, (f"The release {stated} was stated.",)
    if in_rows:
        if from_name is not None and from_name not in in_rows:
            raise _contradiction(name, {"its rows": ", ".join(sorted(in_rows)), "the file's name": from_name})
        return None, ("The release is that of each row.",)
    if from_name is not None:
        return from_name, (f"The release {from_name} is from the file's name.",)
    return NOT_STATED, ("Nothing says whether these figures are provisional, revised or final.",)


def _contradiction(name: str, evidence: dict[str, str]) -> TableProblem:
    said = "; ".join(f"{where}: {value}" for where, value in evidence.items())
    return TableProblem(
        f"{name} contradicts itself ({said}).",
        "Figures would stand under a year or a release that they are not of.",
        "State which is right (--period, --release), or correct the name.",
        no_problems(),
    )
