"""The register as a user would download it: raw column names, and all in it that is not a school."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from leadscape.core.writing import whole_file
from leadscape.demo.kinds import TYPE_GROUPS
from leadscape.demo.schools import draw_urns

CENTRES_SHARE: Final = 0.055
WELSH_SHARE: Final = 0.011
PROPOSED_SHARE: Final = 0.002
BAD_ROWS: Final = 6
DATE: Final = "%d-%m-%Y"
PLACEHOLDER: Final = "01-01-1900"
POSTCODE_FIRST: Final = "QVX"
"""No British postcode begins with these letters, so that no invented school stands at a real address."""

WELSH_AUTHORITIES: Final = {"660": "Isle of Anglesey", "665": "Conwy", "666": "Powys", "681": "Cardiff"}


def register_rows(
    standing: pl.DataFrame,
    closed: pl.DataFrame,
    heads: pl.DataFrame,
    federations: pl.DataFrame,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """The establishment extract, every column text: schools, children's centres, Welsh rows, mistakes.

    Parameters
    ----------
    standing, closed
        As :func:`~leadscape.demo.history.add_history` returns them.
    heads
        Beside ``standing``: ``title``, ``given``, ``surname``, ``job_title`` of who leads it in the register.
    federations
        ``at``, ``federation`` (name), for schools in a formal federation.
    """
    named = (
        standing.hstack(heads)
        .with_row_index("at")
        .join(federations, on="at", how="left", maintain_order="left")
    )
    open_rows = _school_rows(named, rng).with_columns(
        status=pl.when(pl.Series(rng.random(standing.height) < PROPOSED_SHARE))
        .then(pl.lit("Open, but proposed to close"))
        .otherwise(pl.lit("Open"))
    )
    # Nobody updates the head of a closed school; a closed school has no pupils.
    closed_rows = _school_rows(
        closed.with_columns(
            *(
                pl.lit(None, pl.String).alias(name)
                for name in ("title", "given", "surname", "job_title", "federation")
            ),
            pupils=pl.lit(None, pl.Int64),
            fsm_pct=pl.lit(None, pl.Float64),
        ),
        rng,
    ).with_columns(status=pl.lit("Closed"))
    rows = pl.concat([_columns(open_rows), _columns(closed_rows)])
    extra = [_centres(standing, rng), _welsh(standing, rng), _proposed(standing, rng)]
    others = pl.concat([frame.cast(pl.String) for frame in extra], how="diagonal")
    everything = pl.concat([rows, others], how="diagonal").sort(pl.col("URN").cast(pl.Int64))
    return _blemish(everything, rng)


def write_csv_gz(frame: pl.DataFrame, path: Path) -> None:
    """Compressed CSV whose bytes depend on the table only: no time, no file name inside."""
    with whole_file(path) as partial, partial.open("wb") as raw:
        packed = gzip.compress(frame.write_csv().encode(), compresslevel=5, mtime=0)
        raw.write(packed)


def _school_rows(schools: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    count = schools.height
    fields = pl.Series(rng.integers(0, 3, count))
    letters = np.array(list(POSTCODE_FIRST))
    units = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
    code = pl.DataFrame(
        {
            "a": rng.choice(letters, count),
            "b": rng.choice(units, count),
            "n": rng.integers(1, 29, count),
            "m": rng.integers(1, 10, count),
            "u": rng.choice(units, count),
            "v": rng.choice(units, count),
        }
    ).select(postcode=pl.format("{}{}{} {}{}{}", "a", "b", "n", "m", "u", "v"))
    return schools.with_columns(code["postcode"], blank=fields)


def _columns(rows: pl.DataFrame) -> pl.DataFrame:
    """The raw column names, in their usual order, all text."""
    no_phase = pl.col("register_phase") == "Not applicable"
    return rows.select(
        pl.col("urn").alias("URN"),
        pl.col("authority_code").alias("LA (code)"),
        pl.col("authority_name").alias("LA (name)"),
        (
            pl.int_range(pl.len()).over("authority_code")
            + pl.when(pl.col("status") == "Closed").then(6001).otherwise(2001)
        )
        .cast(pl.String)
        .alias("EstablishmentNumber"),
        pl.col("name").alias("EstablishmentName"),
        pl.col("kind").alias("TypeOfEstablishment (name)"),
        pl.col("kind").replace_strict(TYPE_GROUPS).alias("EstablishmentTypeGroup (name)"),
        pl.col("status").alias("EstablishmentStatus (name)"),
        pl.col("opened_because").alias("ReasonEstablishmentOpened (name)"),
        pl.when(pl.col("opened_on").is_not_null())
        .then(pl.col("opened_on").dt.strftime(DATE))
        .when(pl.col("blank") == 0)
        .then(pl.lit(PLACEHOLDER))
        .alias("OpenDate"),
        (
            pl.col("closed_on").dt.strftime(DATE)
            if "closed_on" in rows.columns
            else pl.when(pl.col("status") != "Open").then(pl.lit("31-08-2006"))
        ).alias("CloseDate"),
        pl.col("register_phase").alias("PhaseOfEducation (name)"),
        pl.col("low_age").cast(pl.String).alias("StatutoryLowAge"),
        pl.col("high_age").cast(pl.String).alias("StatutoryHighAge"),
        pl.when(~no_phase | (pl.col("blank") > 0)).then(pl.lit("Mixed")).alias("Gender (name)"),
        pl.col("faith").alias("ReligiousCharacter (name)"),
        pl.col("capacity").cast(pl.String).alias("SchoolCapacity"),
        pl.col("pupils").cast(pl.String).alias("NumberOfPupils"),
        pl.when(pl.col("pupils") >= 30).then(pl.col("fsm_pct").cast(pl.String)).otherwise(
            pl.when(pl.col("pupils").is_not_null()).then(pl.lit("SUPP"))
        ).alias("PercentageFSM"),
        pl.when(pl.col("federation").is_null())
        .then(pl.lit("Not under a federation"))
        .otherwise(pl.lit("Supported by a federation"))
        .alias("FederationFlag (name)"),
        pl.col("federation").alias("Federations (name)"),
        pl.col("town_name").alias("Town"),
        pl.col("postcode").alias("Postcode"),
        pl.col("title").alias("HeadTitle (name)"),
        pl.col("given").alias("HeadFirstName"),
        pl.col("surname").alias("HeadLastName"),
        pl.col("job_title").alias("HeadPreferredJobTitle"),
        pl.col("region").alias("GOR (name)"),
        pl.col("authority_name").alias("DistrictAdministrative (name)"),
        pl.col("setting").alias("UrbanRural (name)"),
        pl.col("x").cast(pl.Int64).cast(pl.String).alias("Easting"),
        pl.col("y").cast(pl.Int64).cast(pl.String).alias("Northing"),
    )  # fmt: skip


def _centres(standing: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Children's centres, most beside a school, with low numbers as in life."""
    host = standing[np.sort(rng.permutation(standing.height)[: int(CENTRES_SHARE * standing.height)])]
    return host.select(
        pl.Series("URN", draw_urns(host.height, 20_000, rng)),
        pl.col("authority_code").alias("LA (code)"),
        pl.col("authority_name").alias("LA (name)"),
        pl.concat_str("stem", pl.lit(" Sure Start Children's Centre")).alias("EstablishmentName"),
        pl.lit("Children's centre").alias("TypeOfEstablishment (name)"),
        pl.lit("Children's Centres").alias("EstablishmentTypeGroup (name)"),
        pl.lit("Open").alias("EstablishmentStatus (name)"),
        pl.lit("Not applicable").alias("PhaseOfEducation (name)"),
        pl.col("town_name").alias("Town"),
        pl.col("region").alias("GOR (name)"),
        pl.col("x").cast(pl.Int64).alias("Easting"),
        pl.col("y").cast(pl.Int64).alias("Northing"),
    )


def _welsh(standing: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Schools over the border, which the English register lists and the English system does not answer for."""
    model = standing.filter(pl.col("sector") == "primary").head(max(4, int(WELSH_SHARE * standing.height)))
    codes = rng.choice(list(WELSH_AUTHORITIES), model.height)
    words = rng.choice(["Ysgol Gynradd", "Ysgol y", "Ysgol"], model.height)
    return model.select(
        pl.Series("URN", draw_urns(model.height, 400_000, rng)),
        pl.Series("LA (code)", codes),
        pl.Series("LA (name)", [WELSH_AUTHORITIES[code] for code in codes]),
        pl.concat_str(pl.Series(words.astype(str)), "stem", separator=" ").alias("EstablishmentName"),
        pl.lit("Welsh establishment").alias("TypeOfEstablishment (name)"),
        pl.lit("Welsh schools").alias("EstablishmentTypeGroup (name)"),
        pl.lit("Open").alias("EstablishmentStatus (name)"),
        pl.lit("Primary").alias("PhaseOfEducation (name)"),
        pl.lit("Wales (pseudo)").alias("GOR (name)"),
        pl.Series("Easting", rng.integers(255_000, 310_000, model.height)),
        pl.Series("Northing", rng.integers(200_000, 340_000, model.height)),
    )


def _proposed(standing: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Schools announced for the autumn, which nobody attends yet."""
    model = standing.filter(pl.col("sector") == "secondary").head(max(2, standing.height // 2000))
    return model.select(
        pl.Series("URN", draw_urns(model.height, 900_000, rng)),
        pl.col("authority_code").alias("LA (code)"),
        pl.col("authority_name").alias("LA (name)"),
        pl.concat_str(pl.lit("The New"), "stem", pl.lit("Academy"), separator=" ").alias("EstablishmentName"),
        pl.lit("Academy sponsor led").alias("TypeOfEstablishment (name)"),
        pl.lit("Academies").alias("EstablishmentTypeGroup (name)"),
        pl.lit("Proposed to open").alias("EstablishmentStatus (name)"),
        pl.lit(date(2006, 9, 1).strftime(DATE)).alias("OpenDate"),
        pl.lit("Secondary").alias("PhaseOfEducation (name)"),
        pl.col("town_name").alias("Town"),
        pl.col("region").alias("GOR (name)"),
        pl.col("x").cast(pl.Int64).alias("Easting"),
        pl.col("y").cast(pl.Int64).alias("Northing"),
    )


def _blemish(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """What a real extract has besides: missing coordinates, a few rows without a number, two rows twice."""
    nowhere = pl.Series(rng.random(rows.height) < 0.004)
    zero = pl.Series(rng.random(rows.height) < 0.5)
    dull = pl.col("TypeOfEstablishment (name)") == "Pupil referral unit"
    lost = nowhere & rows.select(dull).to_series()
    placed = rows.with_columns(
        pl.when(lost & zero).then(pl.lit("0")).when(~lost).then(pl.col(axis)).alias(axis)
        for axis in ("Easting", "Northing")
    )
    some = placed.filter(pl.col("EstablishmentStatus (name)") == "Closed").head(BAD_ROWS)
    numberless = some.with_columns(pl.lit(None, pl.String).alias("URN"))
    return pl.concat([placed, numberless.head(BAD_ROWS - 2), some.tail(2)])
