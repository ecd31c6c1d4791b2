"""Show an instrument's file, or what changed between two versions of it."""

from __future__ import annotations

from leadscape.survey.instruments import (
    InstrumentComparison,
    compare_instruments,
    instrument_source,
    load_instrument,
)


def print_instrument(name: str) -> str:
    """The instrument's own file, to be changed and used as one's own.

    Raises
    ------
    NotFound, CodebookProblem
        When there is no such instrument, or its file contradicts itself.
    """
    load_instrument(name)
    return instrument_source(name)


def compare_versions(old: str, new: str) -> InstrumentComparison:
    """What changed from one version to another; each is an id or a path.

    Raises
    ------
    NotComparable
        When they are two instruments and not two versions of one.
    """
    return compare_instruments(load_instrument(old), load_instrument(new))
