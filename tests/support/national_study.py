"""A national set of returns on any register of schools: invented people, the register's own schools.

For runs on real registers, which the demonstration system does not use. Half of the authorities answer; an agency lists
the national roles with numbers; of the local roles four in ten
name the school in a way that a person must look at.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from leadscape.core.randomness import random_stream
from leadscape.register.tables import is_open

GIVEN = ("Alice", "Bola", "Carys", "Dev", "Esme", "Femi", "Grace", "Hari", "Ines", "Jomo", "Kezia", "Luca")
SURNAMES = ("Example", "Sample", "Testwell", "Placeholder", "Mockford", "Draftson", "Specimen", "Fixture")
LOCAL = ("executive headteacher", "informal support", "ECM lead", "challenging circumstances")
NATIONAL = ("consultant leader", "mentor headteacher", "SIP")


def write_national_study(
    folder: Path, register: Path, schools: pl.DataFrame, *, as_of: str, leaders: int = 3000, seed: int = 1
) -> Path:
    """Write a study of ``register`` with about ``leaders`` leaders into ``folder``; returns the study file.

    Parameters
    ----------
    schools
        The register as read, to draw home schools from.

    Notes
    -----
    ``truth.json`` beside the study holds how many leaders were reported in each wording of a role: each leader once.
    """
    draw = random_stream(seed, "national study")
    standing = schools.filter(
        is_open() & is_open(pl.lit(date.fromisoformat(as_of))) & pl.col("authority_code").is_not_null()
    ).sort("urn")
    codes = standing["authority_code"].unique().sort()
    answering = codes.sample(codes.len() // 2, seed=seed)
    lines = _lines(
        standing.unique(["authority_code", "name"], keep="none", maintain_order=True), draw, leaders
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "returns").mkdir(exist_ok=True)
    local = lines.filter(pl.col("national").not_() | (pl.col("twice") > 0.8)).drop(
        "home_urn", "national", "twice"
    )
    for (code,), rows in local.filter(pl.col("authority_code").is_in(answering.implode())).group_by(
        "authority_code", maintain_order=True
    ):
        rows.drop("authority_code").write_csv(folder / "returns" / f"{code}.csv")
    lines.filter("national").drop("national", "twice", "authority_code", "partner_schools").with_columns(
        respondent_id=pl.lit("agency")
    ).write_csv(folder / "agency.csv")
    _write_frame(folder, standing)
    reported = lines.filter(pl.col("national") | pl.col("authority_code").is_in(answering.implode()))
    counts = dict(reported.group_by("role").len().sort("role").iter_rows())
    (folder / "truth.json").write_text(json.dumps(counts), encoding="utf-8")
    study = folder / "study.toml"
    study.write_text(
        f"""[study]
title = "A national study on a real register"
system = "england"
as_of = {as_of}
codebook = "england-2006"
[register]
schools = ["{register.as_posix()}"]
[survey]
frame = "respondents.csv"
returns = ["returns/*.csv", "agency.csv"]
[[landscape.denominator]]
label = "open schools of the register"
n = {standing.height}
unit = "schools"
source = "the register itself"
[output]
folder = "out"
""",
        encoding="utf-8",
    )
    return study


def _lines(standing: pl.DataFrame, draw: np.random.Generator, leaders: int) -> pl.DataFrame:
    home = standing[draw.choice(standing.height, leaders, replace=False)]
    partner = standing[draw.integers(standing.height, size=leaders)]
    national = draw.random(leaders) < 0.87
    role = np.where(national, draw.choice(NATIONAL, leaders), draw.choice(LOCAL, leaders))
    messy = ~national & (draw.random(leaders) < 0.4)
    names = [
        f"{GIVEN[a]} {SURNAMES[b]}{c}"
        for a, b, c in zip(
            draw.integers(len(GIVEN), size=leaders),
            draw.integers(len(SURNAMES), size=leaders),
            draw.integers(400, size=leaders),
            strict=True,
        )
    ]
    return pl.DataFrame(
        {
            "leader_name": names,
            "home_urn": home["urn"],
            "home_school": home["name"],
            "role": role,
            "partner_schools": partner["urn"],
            "authority_code": home["authority_code"],
            "national": national,
            "twice": draw.random(leaders),
            "messy": messy,
        }
    ).select(
        pl.exclude("home_school", "messy"),
        home_school=pl.when("messy")
        .then(pl.col("home_school").str.slice(0, 9))
        .otherwise(pl.col("home_school")),
    )


def _write_frame(folder: Path, standing: pl.DataFrame) -> None:
    authorities = (
        standing.group_by("authority_code")
        .agg(pl.col("authority_name").first(), pl.col("region").first())
        .sort("authority_code")
    )
    frame = authorities.select(
        respondent_id="authority_code",
        respondent_name="authority_name",
        kind=pl.lit("authority"),
        authority_code="authority_code",
        region="region",
        response=pl.lit(""),
    )
    agency = pl.DataFrame(
        [("agency", "A national agency", "agency", None, None, "yes")], frame.schema, orient="row"
    )
    pl.concat([frame, agency]).write_csv(folder / "respondents.csv")
