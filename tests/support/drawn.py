"""Small tables drawn as text, so that a test shows what goes in and what comes out."""

from __future__ import annotations

from typing import Any

import polars as pl

from leadscape.core.tables import frame_of
from leadscape.register.tables import Schools
from leadscape.survey.tables import Responses, RoleHoldings


def drawn(text: str) -> list[dict[str, str | None]]:
    """Rows of a table drawn with one line a row and cells separated by ``|``; ``-`` is null."""
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(header, [None if c == "-" else c for c in row], strict=True)) for row in rows]


def holdings_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Role-holdings from rows with ``leader``, ``role`` and, where given, ``authority``, ``region``, …"""
    return frame_of(
        RoleHoldings,
        [
            {
                "holding_id": f"h{number}",
                "leader_id": row["leader"],
                "role": row["role"],
                "origin": row.get("origin") or "taken from the codebook",
                "authority_code": row.get("authority"),
                "region": row.get("region"),
                "phase": row.get("phase"),
                "ended_on": row.get("ended_on"),
                "respondents": [],
                "routes": [],
            }
            for number, row in enumerate(rows)
        ],
    )


def responses_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Responses from rows with ``id``, ``kind``, ``response`` and, where given, ``region``."""
    return frame_of(
        Responses,
        [
            {
                "respondent_id": row["id"],
                "respondent_name": row.get("name") or f"Respondent {row['id']}",
                "kind": row["kind"],
                "authority_code": row["id"] if row["kind"] == "authority" else None,
                "region": row.get("region"),
                "response": row["response"],
                "nominations": 0,
            }
            for row in rows
        ],
    )


def schools_of(authorities: list[dict[str, Any]]) -> pl.DataFrame:
    """Open schools: ``schools`` of them for each ``authority``, of ``phase`` (primary unless given)."""
    return frame_of(
        Schools,
        [
            {
                "urn": f"{row['authority']}{number:04}",
                "name": f"School {number}",
                "status": row.get("status") or "open",
                "phase": row.get("phase") or "primary",
                "authority_code": row["authority"],
                "authority_name": row.get("name") or f"Authority {row['authority']}",
                "region": row.get("region"),
                "capacity_status": "unknown",
                "pupils_status": "unknown",
                "fsm_pct_status": "unknown",
            }
            for row in authorities
            for number in range(int(row["schools"]))
        ],
    )
