"""Schools that stand: sort, faith, type, pupils, free meals, urban or rural, age. All invented.

Sorts are spread evenly inside each authority (systematic sampling), sizes are log-normal, free school meals
follow a surface that changes slowly over the country, one that changes from quarter to quarter, and the
size of the town.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from leadscape.demo.kinds import FAITHS, MIDDLE_SCHOOL_AUTHORITIES, SORTS
from leadscape.demo.places import place_schools, smooth_field

FIRST_URN = 700_001
"""Far above every number in use, so that no invented school is mistaken for a real one."""

LARGE_TOWN, SMALL_TOWN = 8, 3


def build_schools(
    authorities: pl.DataFrame, towns: pl.DataFrame, counts: np.ndarray, rng: np.random.Generator
) -> pl.DataFrame:
    """One row a school that is open, in URN order.

    Parameters
    ----------
    authorities, towns
        As :mod:`leadscape.demo.places` makes them.
    counts
        Schools of each authority.
    """
    row = np.repeat(np.arange(authorities.height), counts)
    places = place_schools(authorities, towns, row, rng)
    frame = (
        pl.DataFrame({"authority_row": row})
        .hstack(places)
        .hstack(authorities[row].select("authority_code", "authority_name", "region"))
        .join(towns.select("town", "town_name", "city"), on="town", how="left", maintain_order="left")
        .with_columns(
            sort=pl.Series(_draw_sorts(authorities, counts, rng)),
            town_schools=pl.len().over("town"),
        )
        .join(SORTS.drop("share"), on="sort", how="left", maintain_order="left")
    )
    frame = _pair_infants_and_juniors(frame)
    frame = _add_setting(frame)
    frame = _add_faith_and_type(frame, rng)
    return _add_measures(frame, rng).with_columns(urn=pl.Series(draw_urns(frame.height, FIRST_URN, rng)))


def draw_urns(count: int, first: int, rng: np.random.Generator) -> np.ndarray:
    """Increasing numbers with gaps, as text; no two differ by one digit more often than chance has it."""
    return (first + np.cumsum(rng.integers(1, 6, count))).astype(str)


def _draw_sorts(authorities: pl.DataFrame, counts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A sort for each school, in each authority as near to the shares as whole schools allow."""
    shares = np.tile(SORTS["share"].to_numpy(), (authorities.height, 1))
    sorts = SORTS["sort"].to_list()
    with_middle = np.isin(authorities["authority_code"].to_numpy(), MIDDLE_SCHOOL_AUTHORITIES)
    for middle, instead in (("middle_primary", "primary"), ("middle_secondary", "secondary")):
        moved = np.where(with_middle, -0.04, shares[:, sorts.index(middle)])
        shares[:, sorts.index(middle)] -= moved
        shares[:, sorts.index(instead)] += moved
    edges = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    row = np.repeat(np.arange(len(counts)), counts)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    quantile = (np.arange(len(row)) - starts + np.repeat(rng.random(len(counts)), counts)) / counts[row]
    drawn = (quantile[:, None] > edges[row]).sum(axis=1).clip(0, len(sorts) - 1)
    shuffled = drawn[np.lexsort((rng.random(len(row)), row))]
    return np.array(sorts, dtype=object)[shuffled].astype(str)


def _pair_infants_and_juniors(frame: pl.DataFrame) -> pl.DataFrame:
    """The k-th junior school of an authority stands beside its k-th infant school, on one ``site``."""
    frame = frame.with_row_index("at").with_columns(
        pair=pl.when(pl.col("sort").is_in(["infant", "junior"])).then(
            pl.int_range(pl.len()).over("authority_row", "sort")
        )
    )
    infants = frame.filter(pl.col("sort") == "infant").select(
        "authority_row",
        "pair",
        site="at",
        infant_x="x",
        infant_y="y",
        infant_town="town",
        infant_town_name="town_name",
        infant_town_schools="town_schools",
    )
    paired = frame.join(
        infants.with_columns(sort=pl.lit("junior")),
        on=["authority_row", "pair", "sort"],
        how="left",
        maintain_order="left",
    )
    return paired.with_columns(
        x=pl.coalesce("infant_x", "x"),
        y=pl.coalesce("infant_y", "y"),
        town=pl.coalesce("infant_town", "town"),
        town_name=pl.coalesce("infant_town_name", "town_name"),
        town_schools=pl.coalesce("infant_town_schools", "town_schools"),
        site=pl.coalesce("site", "at"),
    ).drop("at", "pair", "^infant_.*$")


def _add_setting(frame: pl.DataFrame) -> pl.DataFrame:
    """``setting`` as the register words urban and rural, from city or county and the town's size."""
    london_or_metropolitan = pl.col("authority_code").str.contains("^[23]")
    return frame.with_columns(
        setting=pl.when(london_or_metropolitan & pl.col("city"))
        .then(pl.lit("(England/Wales) Urban major conurbation"))
        .when(pl.col("city") | (pl.col("town_schools") >= LARGE_TOWN))
        .then(pl.lit("(England/Wales) Urban city and town"))
        .when(pl.col("town_schools") > SMALL_TOWN)
        .then(pl.lit("(England/Wales) Rural town and fringe"))
        .when(pl.col("town_schools") > 1)
        .then(pl.lit("(England/Wales) Rural village"))
        .otherwise(pl.lit("(England/Wales) Rural hamlet and isolated dwellings"))
    ).with_columns(urban=pl.col("setting").str.contains("Urban"))


def _add_faith_and_type(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    secondary = frame["sector"].to_numpy() == "secondary"
    none = np.isin(frame["sort"].to_numpy(), ["nursery", "special", "referral_unit"])
    shares = np.where(
        secondary[:, None], FAITHS["secondary_share"].to_numpy(), FAITHS["primary_share"].to_numpy()
    )
    # Village schools are church schools more often, and Catholic ones stand in towns.
    urban = frame["urban"].to_numpy()
    shares[:, 0] *= np.where(urban, 0.62, 1.9)
    shares[:, 1] *= np.where(urban, 1.25, 0.25)
    edges = np.cumsum(np.where(none[:, None], 0.0, shares), axis=1)
    drawn = (rng.random(frame.height)[:, None] > edges).sum(axis=1)
    faiths = np.append(FAITHS["faith"].to_numpy(), "Does not apply")[drawn]
    aided = rng.random(frame.height)
    kind = np.select(
        [
            frame["sort"].to_numpy() == "nursery",
            frame["sort"].to_numpy() == "referral_unit",
            (frame["sort"].to_numpy() == "special") & (aided < 0.95),
            frame["sort"].to_numpy() == "special",
            (faiths == "Church of England") & (aided < 0.56),
            faiths != "Does not apply",
            secondary & (aided < 0.014),
            secondary & (aided < 0.17),
            aided < 0.025,
        ],
        [
            "Local authority nursery school",
            "Pupil referral unit",
            "Community special school",
            "Foundation special school",
            "Voluntary controlled school",
            "Voluntary aided school",
            "Academy sponsor led",
            "Foundation school",
            "Foundation school",
        ],
        "Community school",
    )
    # A junior school is of the faith and type of the infant school on its site.
    site = frame["site"].to_numpy()
    return frame.with_columns(
        faith=pl.Series(faiths[site].astype(str)), kind=pl.Series(kind[site].astype(str))
    )


def _add_measures(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    points = frame.select("x", "y").to_numpy()
    urban = frame["urban"].to_numpy().astype(float)
    country, quarter = smooth_field(points, 60.0, rng), smooth_field(points, 2.5, rng)
    noise = rng.normal(size=frame.height)
    log_odds = -2.45 + 0.75 * urban + 0.40 * country + 0.65 * quarter + 0.35 * noise
    small = np.where((urban == 0) & (frame["sector"].to_numpy() != "secondary"), 0.55, 1.1)
    pupils = np.exp(rng.normal(size=frame.height) * frame["spread"].to_numpy())
    pupils = np.maximum(np.round(pupils * frame["median_pupils"].to_numpy() * small), 8)
    capacity = np.ceil(pupils * rng.uniform(0.98, 1.25, frame.height) / 15) * 15
    return frame.with_columns(
        pupils=pl.Series(pupils.astype(int)),
        capacity=pl.Series(capacity.astype(int)),
        fsm_pct=pl.Series(np.round(100 / (1 + np.exp(-log_odds)), 1)),
        opened_year=pl.Series(
            np.where(rng.random(frame.height) < 0.72, 0, rng.integers(1950, 2005, frame.height))
        ),
    )
