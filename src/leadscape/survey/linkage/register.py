"""Which schools can a mention mean, and under which names?

In: a register, the date, names of other dates, links. Out: :class:`LinkageRegister`, made once and used for any number
of lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from leadscape.register.tables import is_open

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class LinkageRegister:
    """A register ready to be linked to.

    Attributes
    ----------
    schools
        One row a school, with ``linkable``: whether it may be meant on the date.
    as_of
        The date; null where the register's own status was taken.
    """

    schools: pl.DataFrame
    as_of: date | None


def prepare_register(
    schools: pl.DataFrame,
    as_of: date | None = None,
    names: pl.DataFrame | None = None,
    successors: pl.DataFrame | None = None,
    *,
    link_closed: bool = False,
) -> LinkageRegister:
    """A register ready to be linked to.

    Parameters
    ----------
    schools
        As :class:`~leadscape.register.tables.Schools`, open and closed.
    as_of
        The survey's date: schools open on it may be meant. Without it, schools that the register calls open.
    names
        As :class:`~leadscape.register.names.SchoolNames`: what schools were called in other files.
    successors
        ``urn``, ``successor_urn``: what closed schools became.
    link_closed
        Whether a mention may be linked to a closed school, as in a study of the past without a date.
    """
    standing = is_open() if as_of is None else is_open() & is_open(pl.lit(as_of))
    return LinkageRegister(schools.with_columns(linkable=standing | pl.lit(link_closed)), as_of)
