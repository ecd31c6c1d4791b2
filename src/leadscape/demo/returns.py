"""What the respondents write: one line for each holding and each list that names it, as messy as people are.

The truth of every line is kept beside it from the start: who is meant, which role, which school, which
partner schools.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from leadscape.codebooks import Codebook
from leadscape.demo.facts import read_facts
from leadscape.demo.plan import LISTERS
from leadscape.demo.spelling import judge_words, write_people, write_roles, write_schools

NAMED_TWICE: Final = 0.03
LISTED_ELSEWHERE: Final = 0.35
NUMBER_GIVEN: Final = {"agency": 0.96, "authority": 0.25}
NUMBER_WRONG: Final = 0.03
NAME_EXACT: Final = {"agency": 0.90, "authority": 0.66}
PARTNER_EXACT: Final = 0.88
PARTNERS_GIVEN: Final = {"agency": 0.45, "authority": 0.80}
START_GIVEN, END_GIVEN, NOTE_GIVEN = 0.70, 0.90, 0.08


@dataclass(frozen=True)
class Lines:
    """Everything written and what it means.

    Attributes
    ----------
    lines
        One row a line: ``line``, ``respondent_id``, ``by_agency``, the columns of a return as text (dates
        as dates), and the truth: ``at`` (home school), ``written_at`` (school the line names),
        ``role_meant``, ``holding``.
    partners
        One row a partner school written: ``line``, ``text``, ``urn`` meant.
    """

    lines: pl.DataFrame
    partners: pl.DataFrame


def write_lines(
    holdings: pl.DataFrame,
    schools: pl.DataFrame,
    people: pl.DataFrame,
    supports: pl.DataFrame,
    codebook: Codebook,
    rng: np.random.Generator,
) -> Lines:
    """Lines of all returns, in the order in which they stand in them.

    Parameters
    ----------
    holdings
        As :func:`~leadscape.demo.supports.date_holdings` returns them.
    schools, people
        Standing schools and the head of each, row by row.
    supports
        ``holding``, ``partner_at``.
    """
    lines = _expected(holdings, schools, people, supports, rng)
    plain = lines.filter(pl.col("written_at") != pl.col("at"))["at"].unique()
    lines = lines.with_columns(plain=pl.col("at").is_in(plain.implode()))
    lines = lines.with_columns(
        write_people(lines, rng), write_roles(lines, codebook, rng).alias("role_text"), role_meant="role"
    )
    lines = _write_home_schools(lines, schools, rng)
    partners = _write_partners(lines, schools, supports, rng)
    joined = partners.group_by("line", maintain_order=True).agg(partner_schools=pl.col("text").str.join("; "))
    texts = np.array(read_facts("wordings")["notes"]["texts"], dtype=object)
    shown = rng.random((3, lines.height))
    return Lines(
        lines.join(joined, on="line", how="left", maintain_order="left").with_columns(
            started_on=pl.when(pl.Series(shown[0] < START_GIVEN)).then("started_on"),
            ended_on=pl.when(pl.Series(shown[1] < END_GIVEN)).then("ended_on"),
            notes=pl.when(pl.Series(shown[2] < NOTE_GIVEN)).then(
                pl.Series(rng.choice(texts, lines.height), dtype=pl.String)
            ),
        ),
        partners,
    )


def _expected(
    holdings: pl.DataFrame,
    schools: pl.DataFrame,
    people: pl.DataFrame,
    supports: pl.DataFrame,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """One row a holding and list, some twice in a return; the network may list a federation's other school."""
    kinds = {lister.respondent_id: lister.kind for lister in LISTERS}
    once = holdings.filter("reported").explode("lists").rename({"lists": "respondent_id"})
    again = once.filter(
        ~pl.col("respondent_id").is_in(list(kinds)) & pl.Series(rng.random(once.height) < NAMED_TWICE)
    )
    lines = pl.concat([once, again])
    order = rng.random(lines.height)
    authority = schools["authority_code"].to_numpy()
    other = supports.filter(
        pl.Series(authority[supports["partner_at"].to_numpy()])
        == holdings.select(pl.Series(authority[holdings["at"].to_numpy()]))
        .to_series()
        .gather(supports["holding"])
    ).unique("holding", keep="first", maintain_order=True)
    lines = (
        lines.with_columns(order=pl.Series(order))
        .sort("respondent_id", "order")
        .with_row_index("line")
        .join(other.select("holding", other_at="partner_at"), on="holding", how="left", maintain_order="left")
    )
    elsewhere = (
        (pl.col("respondent_id") == "federations-network")
        & pl.Series(rng.random(lines.height) < LISTED_ELSEWHERE)
        & pl.col("other_at").is_not_null()
    )
    lines = lines.with_columns(
        written_at=pl.when(elsewhere).then("other_at").otherwise("at"),
        by_agency=pl.col("respondent_id").is_in(list(kinds)),
    ).drop("order", "other_at", "reported")
    return lines.hstack(people[lines["at"].to_numpy()])


def _write_home_schools(lines: pl.DataFrame, schools: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """``home_urn``, ``home_school`` and ``authority`` as written."""
    meant = schools.select("urn", "name", "town_name", "authority_code", "authority_name")[
        lines["written_at"].to_numpy()
    ]
    by_agency = lines["by_agency"].to_numpy()
    exact = np.where(by_agency, NAME_EXACT["agency"], NAME_EXACT["authority"])
    words = _by_share(meant, exact, rng)
    doubtful = judge_words(meant.select("urn", "authority_code", words=words), schools) == "other"
    towned = pl.concat_str("name", "town_name", separator=", ")
    words = meant.select(pl.when(doubtful).then(towned).otherwise(words).alias("words")).to_series()
    still = judge_words(meant.select("urn", "authority_code", words=words), schools) == "other"
    given = rng.random(lines.height) < np.where(by_agency, NUMBER_GIVEN["agency"], NUMBER_GIVEN["authority"])
    number = _write_numbers(meant["urn"], schools["urn"], rng)
    written = meant.select(
        home_urn=pl.when(still).then("urn").when(pl.Series(given)).then(number),
        home_school=words,
        authority="authority_name",
        authority_code="authority_code",
    )
    return lines.hstack(written)


def _write_partners(
    lines: pl.DataFrame, schools: pl.DataFrame, supports: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """One row a partner school written: its name if a clerk can tell which it is, else its number."""
    shown = rng.random(lines.height) < np.where(
        lines["by_agency"].to_numpy(), PARTNERS_GIVEN["agency"], PARTNERS_GIVEN["authority"]
    )
    pairs = (
        lines.filter(pl.Series(shown))
        .select("line", "holding", "written_at", reading_in="authority_code")
        .join(supports.select("holding", "partner_at"), on="holding", maintain_order="left")
        .filter(pl.col("partner_at") != pl.col("written_at"))
    )
    meant = schools.select("urn", "name", "town_name")[pairs["partner_at"].to_numpy()]
    words = _by_share(meant, np.full(pairs.height, PARTNER_EXACT), rng)
    read = meant.select("urn", words=words).with_columns(authority_code=pairs["reading_in"])
    doubtful = judge_words(read, schools) == "other"
    return pairs.select("line").with_columns(
        text=meant.select(pl.when(doubtful).then("urn").otherwise(words)).to_series(), urn=meant["urn"]
    )


def _by_share(meant: pl.DataFrame, exact: np.ndarray, rng: np.random.Generator) -> pl.Series:
    """Names as written, exact with each row's own share."""
    bent = write_schools(meant["name"], meant["town_name"], 0.0, rng)
    keep = pl.Series(rng.random(meant.height) < exact)
    return meant.select(pl.when(keep).then("name").otherwise(bent).alias("words")).to_series()


def _write_numbers(urns: pl.Series, known: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Numbers as written: a few with digits swapped or one lost, never so that another school's comes out."""
    dice = pl.Series(rng.random(urns.len()))
    at = pl.Series(rng.integers(2, 5, urns.len()))
    frame = pl.DataFrame({"urn": urns})
    swapped = pl.concat_str(
        pl.col("urn").str.slice(0, at),
        pl.col("urn").str.slice(at + 1, 1),
        pl.col("urn").str.slice(at, 1),
        pl.col("urn").str.slice(at + 2),
    )
    lost = pl.concat_str(pl.col("urn").str.slice(0, at), pl.col("urn").str.slice(at + 1))
    return frame.select(
        pl.when(dice >= NUMBER_WRONG)
        .then("urn")
        .when((dice < NUMBER_WRONG / 2) & ~swapped.is_in(known.implode()))
        .then(swapped)
        .otherwise(lost)
        .alias("home_urn")
    ).to_series()
