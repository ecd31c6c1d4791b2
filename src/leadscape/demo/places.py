"""Where people live: towns inside each authority's reach, on land, and every point in exactly one authority.

Authorities are ellipses. A point belongs to the authority whose ellipse holds it best (least squared
distance in its own units, plus the logarithm of its area, as in quadratic discrimination), so cities stand
as islands inside their counties and no two authorities interleave. What is invented: every town. What is
fact: where an authority lies and how far it reaches.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from leadscape.demo.facts import load_land, word_list

SCHOOLS_A_TOWN = 6.0
CANDIDATES_A_TOWN = 12
UNIFORM_REACH = 2.3
"""A uniform ellipse that reaches 2 standard deviations has them; a little more fills the gaps."""

CITY_AREA = 3.0e7
"""Product of the reaches (square metres) up to which an authority is one city, its towns quarters."""

BLOCK = 4096


def ellipse_axes(authorities: pl.DataFrame) -> np.ndarray:
    """Matrices, shape (authorities, 2, 2), that turn a unit circle into each authority's ellipse."""
    tilt = authorities["tilt"].to_numpy()
    turn = np.stack([np.cos(tilt), -np.sin(tilt), np.sin(tilt), np.cos(tilt)], axis=1).reshape(-1, 2, 2)
    reach = authorities.select("reach_long", "reach_across").to_numpy()
    return turn * reach[:, None, :]


def find_owner(points: np.ndarray, authorities: pl.DataFrame) -> np.ndarray:
    """Row of ``authorities`` that each point, shape (n, 2) in metres, belongs to; -1 in the sea."""
    axes = ellipse_axes(authorities)
    inverse = np.linalg.inv(axes)
    metric = np.swapaxes(inverse, 1, 2) @ inverse
    spread = np.log(np.abs(np.linalg.det(axes))) * 2.0
    centres = authorities.select("centre_x", "centre_y").to_numpy()
    owner = np.empty(len(points), np.int64)
    for start in range(0, len(points), BLOCK):
        east = points[start : start + BLOCK, 0, None] - centres[:, 0]
        north = points[start : start + BLOCK, 1, None] - centres[:, 1]
        squared = metric[:, 0, 0] * east**2 + 2 * metric[:, 0, 1] * east * north + metric[:, 1, 1] * north**2
        owner[start : start + BLOCK] = np.argmin(squared + spread, axis=1)
    on_land = shapely.contains_xy(load_land(), points[:, 0], points[:, 1])
    return np.where(on_land, owner, -1)


def lay_out_towns(authorities: pl.DataFrame, schools: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
    """Towns: ``town``, ``authority_row``, ``x``, ``y``, ``share`` of its schools, ``city``, ``town_name``.

    Parameters
    ----------
    authorities
        As :func:`~leadscape.demo.facts.load_authorities`.
    schools
        Schools wanted in each authority.
    """
    wanted = np.maximum(np.round(schools / SCHOOLS_A_TOWN), 1).astype(int)
    row = np.repeat(np.arange(authorities.height), wanted * CANDIDATES_A_TOWN)
    points = np.round(_sample_ellipses(authorities, row, rng))
    candidates = pl.DataFrame(
        {"authority_row": row, "x": points[:, 0], "y": points[:, 1], "owner": find_owner(points, authorities)}
    ).with_columns(pl.Series("wanted", wanted[row]))
    order = pl.int_range(1, pl.len() + 1).over("authority_row")
    towns = (
        candidates.filter(pl.col("owner") == pl.col("authority_row"))
        .with_columns(rank=order)
        .filter(pl.col("rank") <= pl.col("wanted"))
        .sort("authority_row", "rank")
        .with_columns(share=pl.col("rank").cast(pl.Float64) ** -0.8)
        .with_columns(pl.col("share") / pl.col("share").sum().over("authority_row"))
    )
    area = authorities.select(pl.col("reach_long") * pl.col("reach_across")).to_series().to_numpy()
    names = authorities["authority_name"].str.split(",").list.first().to_numpy()
    city = area[towns["authority_row"].to_numpy()] <= CITY_AREA
    return (
        towns.with_row_index("town")
        .with_columns(
            city=pl.Series(city),
            town_name=pl.Series(
                np.where(
                    city, names[towns["authority_row"].to_numpy()], _town_names(towns.height, rng)
                ).astype(str)
            ),
        )
        .select("town", "authority_row", "x", "y", "share", "city", "town_name")
    )


def place_schools(
    authorities: pl.DataFrame, towns: pl.DataFrame, authority_row: np.ndarray, rng: np.random.Generator
) -> pl.DataFrame:
    """One school each: ``town``, ``x``, ``y`` (whole metres, on land, inside its authority)."""
    ends = towns.select(pl.col("authority_row") + pl.col("share").cum_sum().over("authority_row")).to_series()
    town = np.searchsorted(
        ends.to_numpy() - 1e-9, authority_row + rng.random(len(authority_row)) * (1 - 1e-6)
    )
    homes = towns.select("x", "y").to_numpy()[town]
    size = np.bincount(town, minlength=towns.height)[town]
    away = rng.normal(size=homes.shape) * (450.0 * np.sqrt(size) + 150.0)[:, None]
    astray = np.arange(len(homes))
    for pull in (1.0, 0.4, 0.4, 0.4, 0.0):
        away[astray] = np.round(away[astray] * pull)
        astray = astray[find_owner((homes + away)[astray], authorities) != authority_row[astray]]
    points = homes + away
    return pl.DataFrame({"town": town, "x": points[:, 0], "y": points[:, 1]})


def smooth_field(
    points: np.ndarray, scale_km: float, rng: np.random.Generator, waves: int = 64
) -> np.ndarray:
    """A random surface at the points (random waves): mean 0, variance 1, changing over ``scale_km``."""
    direction = rng.normal(size=(2, waves)) / (1000.0 * scale_km)
    phase = rng.uniform(0.0, 2.0 * np.pi, waves)
    return np.sqrt(2.0 / waves) * np.cos(points @ direction + phase).sum(axis=1)


def _sample_ellipses(authorities: pl.DataFrame, row: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    angle = rng.uniform(0.0, 2.0 * np.pi, len(row))
    radius = UNIFORM_REACH * np.sqrt(rng.random(len(row)))
    circle = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    centres = authorities.select("centre_x", "centre_y").to_numpy()[row]
    return centres + np.einsum("nkl,nl->nk", ellipse_axes(authorities)[row], circle)


def _town_names(count: int, rng: np.random.Generator) -> np.ndarray:
    """Invented names of places: two parts, now and then with a qualifier in front."""
    name = rng.choice(word_list("places", "starts"), count) + rng.choice(word_list("places", "ends"), count)
    qualifier = rng.choice(word_list("places", "qualifiers"), count) + " "
    return np.where(rng.random(count) < 0.18, qualifier + name, name)
