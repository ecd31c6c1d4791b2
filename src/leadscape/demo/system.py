"""The demonstration system from end to end: truth first, then the files that people would have made of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from leadscape.codebooks import load_codebook
from leadscape.core.progress import Progress, Silent
from leadscape.core.randomness import random_stream
from leadscape.core.writing import write_csv, write_parquet
from leadscape.demo import (
    clerk,
    files,
    groups,
    history,
    leaders,
    naming,
    places,
    register_files,
    returns,
    supports,
)
from leadscape.demo.facts import load_authorities
from leadscape.demo.plan import Plan, Size, plan_of
from leadscape.demo.schools import FIRST_URN, build_schools

DEFAULT_SEED: Final = 2006
FEWEST_SCHOOLS: Final = 12
FIRST_CLOSED_URN: Final = FIRST_URN + 100_000


@dataclass(frozen=True)
class DemoFiles:
    """What was written.

    Attributes
    ----------
    folder, study
        The folder, and the study file that ``leadscape map`` takes.
    register, links, groups, frame, returns, decisions
        Inputs that the study names.
    truth
        Parquet files by name: ``truth_people``, ``truth_holdings``, ``truth_supports``,
        ``truth_nominations``, ``truth_partners``.
    readme
        Says that everything is invented.
    """

    folder: Path
    study: Path
    register: Path
    links: Path
    groups: Path
    frame: Path
    returns: tuple[Path, ...]
    decisions: Path
    truth: dict[str, Path]
    readme: Path


@dataclass(frozen=True)
class System:
    """The invented system before anybody writes about it.

    Rows of ``people`` (each school's own head) and ``in_register`` (whom the register names) go with ``schools``.
    """

    authorities: pl.DataFrame
    schools: pl.DataFrame
    closed: pl.DataFrame
    links: pl.DataFrame
    people: pl.DataFrame
    in_register: pl.DataFrame
    federations: pl.DataFrame
    holdings: pl.DataFrame
    supports: pl.DataFrame


def write_demo(
    folder: Path, *, size: Size = "national", seed: int = DEFAULT_SEED, progress: Progress | None = None
) -> DemoFiles:
    """Write a whole invented school system into ``folder``, as a user would have it, the truth beside it.

    Parameters
    ----------
    folder
        Made if it is not there; files of the same name are replaced.
    size
        ``national``: about 22,000 schools in 150 authorities, 76 of which answer; what was reported equals
        HH2007, Table 1. ``small``: about 600 schools in twelve authorities, 120 holdings reported.
    seed
        Same seed, same bytes.
    progress
        Told of each step.

    Examples
    --------
    >>> files = write_demo(Path("demo"), size="small")  # doctest: +SKIP
    >>> files.study  # doctest: +SKIP
    PosixPath('demo/study.toml')
    """
    progress = progress or Silent()
    plan = plan_of(size)
    codebook = load_codebook("england-2006")
    progress.step("Inventing schools, people and roles")
    system = invent_system(plan, seed)
    progress.step("Writing the register")
    _write_register(folder, system, seed)
    progress.step("Writing the returns")
    written = returns.write_lines(
        system.holdings,
        system.schools,
        system.people,
        system.supports,
        codebook,
        random_stream(seed, "demo", "lines"),
    )
    for stale in (folder / "returns").glob("*.xlsx"):
        stale.unlink()
    where = files.write_returns(folder, written, random_stream(seed, "demo", "workbooks"))
    files.write_frame(folder / "respondents.csv", system.authorities, written.lines["respondent_id"].unique())
    study = files.write_study(
        folder,
        national=size == "national",
        seed=seed,
        heads=_count_heads(system),
        mainstream=_count_heads(system, mainstream_only=True),
    )
    progress.step("Answering the review questions")
    truth = _truth_tables(system, written, where)
    paths = (*sorted((folder / "returns").glob("*.xlsx")), folder / files.AGENCIES_FILE)
    clerk.answer_review(folder, paths, truth["truth_nominations"], truth["truth_partners"], codebook)
    for name, frame in truth.items():
        write_parquet(frame, folder / "truth" / f"{name}.parquet")
    return DemoFiles(
        folder=folder,
        study=study,
        register=folder / "register.csv.gz",
        links=folder / "links.csv",
        groups=folder / "groups.csv",
        frame=folder / "respondents.csv",
        returns=paths,
        decisions=folder / "review.csv",
        truth={name: folder / "truth" / f"{name}.parquet" for name in truth},
        readme=folder / "README.txt",
    )


def invent_system(plan: Plan, seed: int) -> System:
    """Everything that is true in the demonstration, from the plan and the seed alone."""

    def stream(purpose: str) -> np.random.Generator:
        return random_stream(seed, "demo", purpose)

    known = load_authorities(plan.authorities)
    weight = known["weight"].to_numpy()
    counts = np.maximum(np.round(weight / weight.sum() * plan.schools).astype(int), FEWEST_SCHOOLS)
    authorities = leaders.draw_response(known, plan, stream("response"))
    towns = places.lay_out_towns(authorities, counts, stream("towns"))
    schools = build_schools(authorities, towns, counts, stream("schools"))
    schools = naming.name_schools(schools, stream("school names"))
    schools, closed, links = history.add_history(schools, FIRST_CLOSED_URN, stream("history"))
    holdings = leaders.draw_holdings(
        schools, authorities, plan, load_codebook("england-2006"), stream("holdings")
    )
    holdings = supports.date_holdings(holdings, stream("dates"))
    people = naming.draw_people(schools.height, stream("people"))
    people = naming.add_namesakes(people, holdings["at"], schools["authority_code"], stream("namesakes"))
    supported = supports.draw_supports(holdings, schools, stream("supports"))
    federations = supports.form_federations(schools, holdings, supported, stream("federations"))
    return System(
        authorities=authorities,
        schools=schools,
        closed=closed,
        links=links,
        people=people,
        in_register=groups.heads_in_register(people, federations),
        federations=groups.name_federations(federations, schools),
        holdings=holdings,
        supports=supported,
    )


def _write_register(folder: Path, system: System, seed: int) -> None:
    rows = register_files.register_rows(
        system.schools,
        system.closed,
        system.in_register,
        system.federations.select("at", "federation"),
        random_stream(seed, "demo", "register"),
    )
    register_files.write_csv_gz(rows, folder / "register.csv.gz")
    links = system.links.select(
        pl.col("urn").alias("URN"),
        pl.col("link_urn").alias("LinkURN"),
        pl.col("link_name").alias("LinkName"),
        pl.col("link_type").alias("LinkType"),
        pl.col("established_on").dt.strftime("%d-%m-%Y").alias("LinkEstablishedDate"),
    )
    write_csv(links, folder / "links.csv")
    members = groups.membership_rows(
        system.federations, system.schools, random_stream(seed, "demo", "groups")
    )
    write_csv(members, folder / "groups.csv")


def _count_heads(system: System, *, mainstream_only: bool = False) -> int:
    """Distinct heads of open schools: a head who leads two schools counts once."""
    named = system.schools.select("sector").hstack(system.in_register.select("head"))
    kept = named.filter(pl.col("sector") != "special") if mainstream_only else named
    return kept["head"].n_unique()


def _truth_tables(system: System, written: returns.Lines, where: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The truth as tables. A leader's id is ``T`` and the number of the home school."""
    schools, holdings = system.schools, system.holdings
    urn = schools["urn"].to_numpy()
    home = (
        schools.hstack(system.people)
        .with_columns(leader=pl.concat_str(pl.lit("T"), "urn"))
        .with_row_index("at")
    )
    columns = ("leader", "urn", "authority_code", "region", "sector")
    held = holdings.join(home.select("at", *columns), on="at", maintain_order="left")
    lines = written.lines.join(where, on="line", maintain_order="left").join(
        home.select("at", "leader", "urn"), on="at", maintain_order="left"
    )
    return {
        "truth_people": home.filter(pl.col("at").is_in(holdings["at"].implode())).select(
            *columns, "title", "given", "surname"
        ),
        "truth_holdings": held.select(
            "holding", *columns, "role", "origin", "started_on", "ended_on", "reported", "lists"
        ),
        "truth_supports": system.supports.join(
            held.select("holding", "leader", "role", "urn"), on="holding", maintain_order="left"
        ).select(
            "holding", "leader", "role", "urn",
            partner_urn=pl.Series(urn[system.supports["partner_at"].to_numpy()]), distance_km="distance_km",
        ),
        "truth_nominations": lines.select(
            "source_file", "source_row", "respondent_id", "leader", "urn", "holding", role="role_meant",
            written_urn=pl.Series(urn[lines["written_at"].to_numpy()]),
        ).sort("source_file", "source_row"),
        "truth_partners": written.partners.join(where, on="line", maintain_order="left").select(
            "source_file", "source_row", "text", "urn"
        ),
    }  # fmt: skip
