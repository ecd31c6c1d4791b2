"""Small hand-made registers and returns for survey tests. All people are invented."""

from __future__ import annotations

from typing import Any

import polars as pl

from leadscape.core.tables import frame_of
from leadscape.register.tables import Schools
from leadscape.survey.tables import Nominations, Responses


def schools(*rows: dict[str, Any]) -> pl.DataFrame:
    """A register: give ``urn``, ``name`` and what matters; the rest is plain."""
    plain = {
        "status": "open",
        "authority_code": "301",
        "authority_name": "Northshire",
        "region": "North",
        "phase": "primary",
        "capacity_status": "unknown",
        "pupils_status": "unknown",
        "fsm_pct_status": "unknown",
    }
    return frame_of(Schools, [{**plain, **row} for row in rows])


def nominations(*rows: dict[str, Any]) -> pl.DataFrame:
    """Nominations: give what matters; ids are N1, N2, … in order unless given."""
    plain = {"respondent_id": "301", "source_file": "301.xlsx", "leader_name": "Alice Example"}
    return frame_of(
        Nominations,
        [{"nomination_id": f"N{n}", "source_row": n + 1, **plain, **row} for n, row in enumerate(rows, 1)],
    )


def responses(*rows: dict[str, Any]) -> pl.DataFrame:
    """Respondents: Northshire answers unless told otherwise."""
    plain = {"kind": "authority", "region": "North", "response": "answered", "nominations": 1}
    return frame_of(
        Responses,
        [{"respondent_name": row["respondent_id"], **plain, **row} for row in rows],
    )
