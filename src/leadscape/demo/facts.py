"""What the demonstration takes from the world: authorities, outline of the land, words for names."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import polars as pl
import shapely

PAPERS_FIVE: Final = ("383", "926", "908", "330", "886")
"""Leeds, Norfolk, Cornwall, Birmingham, Kent: named among those with over 70 leaders (HH2007)."""

SMALL_AUTHORITIES: Final = (
    "380", "382", "383", "384", "815", "816", "830", "831", "855", "856", "891", "892",
)  # fmt: skip
"""Six of Yorkshire and six of the East Midlands: two regions that touch, so the small map is one piece."""


@cache
def read_facts(name: str) -> dict[str, Any]:
    """One of the data files of this package: ``authorities``, ``land``, ``names`` or ``wordings``."""
    return tomllib.loads((files("leadscape.demo") / "data" / f"{name}.toml").read_text(encoding="utf-8"))


def load_authorities(codes: tuple[str, ...] | None = None) -> pl.DataFrame:
    """Authorities of 2006: ``authority_code``, ``authority_name``, ``region``, ellipse, ``weight``.

    Centre and reach in metres of the British National Grid, ``tilt`` in radians from east.
    """
    rows = read_facts("authorities")["authority"]
    frame = pl.DataFrame(
        {
            "authority_code": [row["code"] for row in rows],
            "authority_name": [row["name"] for row in rows],
            "region": [row["region"] for row in rows],
            "centre_x": [1000.0 * row["centre"][0] for row in rows],
            "centre_y": [1000.0 * row["centre"][1] for row in rows],
            "reach_long": [1000.0 * row["reach"][0] for row in rows],
            "reach_across": [1000.0 * row["reach"][1] for row in rows],
            "tilt": [float(np.radians(row["tilt"])) for row in rows],
            "weight": [row["schools"] for row in rows],
        }
    ).sort("authority_code")
    return frame if codes is None else frame.filter(pl.col("authority_code").is_in(codes))


@cache
def load_land() -> shapely.Geometry:
    """The outline of England in metres of the British National Grid."""
    rings = read_facts("land").values()
    land = shapely.union_all(np.array([shapely.Polygon(1000.0 * np.asarray(ring, float)) for ring in rings]))
    shapely.prepare(land)
    return land


@cache
def word_list(section: str, name: str) -> np.ndarray:
    """One list of words of ``names.toml``, however it is written there."""
    words = read_facts("names")[section][name]
    return np.array(words.split() if isinstance(words, str) else words, dtype=object)
