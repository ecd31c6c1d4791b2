"""Published rates by authority as classes of colour, each kind of missing with a look of its own."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Final

from leadscape.actions.class_rates import RateClasses, class_rates
from leadscape.core.missing import NOT_COLLECTED, REPORTED, SUPPRESSED, UNKNOWN

HATCHES: Final = {UNKNOWN: "hatch-left", SUPPRESSED: "dots", NOT_COLLECTED: "hatch-right"}
WORDS: Final = {
    UNKNOWN: "Not known: asked, no answer",
    SUPPRESSED: "Hidden: few people",
    NOT_COLLECTED: "Not collected: not asked",
}


@dataclass(frozen=True)
class LegendLine:
    """One line of the legend: a colour or a hatch, what it means, and how many authorities have it."""

    words: str
    authorities: int
    colour: str = ""
    hatch: str = ""


def rate_legend(rows: list[dict[str, Any]]) -> tuple[LegendLine, ...]:
    """The legend of the rates, from the published distribution by authority."""
    classes, placed = _placed(rows)
    lines = [
        LegendLine(words, sum(place == number for place in placed.values()), colour=colour)
        for number, (words, colour) in enumerate(zip(classes.words, classes.colours, strict=True))
    ]
    statuses = [row["holdings_status"] for row in rows]
    lines += [
        LegendLine(WORDS[status], statuses.count(status), hatch=hatch)
        for status, hatch in HATCHES.items()
        if status in statuses
    ]
    return tuple(line for line in lines if line.authorities)


def rated_shapes(shapes: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """``shapes`` (GeoJSON) with ``name``, ``rate``, ``colour`` or ``hatch``, and ``words`` on every feature.

    An authority without a row of figures is drawn as not collected, never as the lightest class.
    """
    classes, placed = _placed(rows)
    by_code = {row["authority_code"]: row for row in rows}
    features = []
    for feature in shapes["features"]:
        code = feature["properties"]["code"]
        row = by_code.get(code)
        status = row["holdings_status"] if row else NOT_COLLECTED
        told: dict[str, Any] = {"code": code, "name": feature["properties"]["name"]}
        if row and code in placed:
            told |= {
                "rate": row["per_100_schools"],
                "colour": classes.colours[placed[code]],
                "words": f"{row['per_100_schools']:.1f} role-holdings per 100 schools"
                f" ({row['holdings']} at {row['schools']} schools)",
            }
        else:
            told |= {
                "hatch": HATCHES.get(status, HATCHES[UNKNOWN]),
                "words": WORDS.get(status, WORDS[UNKNOWN]),
            }
        features.append({"type": "Feature", "geometry": feature["geometry"], "properties": told})
    return {"type": "FeatureCollection", "features": features}


def _placed(rows: list[dict[str, Any]]) -> tuple[RateClasses, dict[str, int]]:
    known = {
        row["authority_code"]: row["per_100_schools"]
        for row in rows
        if row["holdings_status"] == REPORTED and row["per_100_schools"] is not None
    }
    classes = class_rates(list(known.values()))
    return classes, {code: bisect_right(classes.breaks, rate) for code, rate in known.items()}
