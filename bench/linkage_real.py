"""Real lists whose schools are known, with the number hidden: how many links are right, wrong, left to a person.

Teaching schools of March 2018 (name and authority) against every school of England as of that day; lead schools of
teacher training of July 2023 (name, town and postcode) against the schools open in that month.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from leadscape.register.lineage import build_lineage
from leadscape.register.names import gather_names
from leadscape.register.reading import read_register_file
from leadscape.survey.linkage import Linkage, LinkageConfig, link_schools, prepare_register

ROOT = Path(__file__).parents[1]
REAL = Path(os.environ.get("LEADSCAPE_REAL_DATA", ROOT.parent / "shared" / "data"))


TEACHING, LEAD = date(2018, 3, 12), date(2023, 7, 25)


@dataclass(frozen=True)
class RealList:
    """A list, what is known about it, and what it was linked to.

    Attributes
    ----------
    mentions
        ``mention_id`` and the columns that the linkage may see.
    truth
        ``mention_id``, ``urn`` (the list's own number), ``known`` (whether a register has the number at all),
        ``became`` (the school that had taken its place by the date, where links say so).
    linkage
        What the linkage says.
    """

    mentions: pl.DataFrame
    truth: pl.DataFrame
    linkage: Linkage

    def outcomes(self) -> dict[str, int]:
        """Rows by outcome.

        Accepted to the list's own number (right), to the school that had taken its place, to some school where the
        list's number is nobody's and cannot be checked, or to another school (wrong); review, not in the register, no
        match.
        """
        judged = self.judged()
        counted = judged.group_by("judgement").len().rows()
        kinds = ("accepted_right", "accepted_successor", "accepted_unchecked", "accepted_wrong", "review",
                 "not_in_register", "no_match")  # fmt: skip
        return {kind: dict(counted).get(kind, 0) for kind in kinds}

    def judged(self) -> pl.DataFrame:
        """Links with what they should be and ``judgement``."""
        joined = self.linkage.links.join(self.truth, on="mention_id", suffix="_true").join(
            self.mentions, on="mention_id"
        )
        judgement = (
            pl.when(pl.col("outcome") != "accepted")
            .then(pl.col("outcome").cast(pl.String))
            .when(pl.col("urn") == pl.col("urn_true"))
            .then(pl.lit("accepted_right"))
            .when((pl.col("urn") == pl.col("became")).fill_null(value=False))
            .then(pl.lit("accepted_successor"))
            .when(~pl.col("known"))
            .then(pl.lit("accepted_unchecked"))
            .otherwise(pl.lit("accepted_wrong"))
        )
        return joined.with_columns(judgement=judgement)


def teaching_schools(config: LinkageConfig | None = None) -> RealList:
    """808 teaching schools of 12 March 2018 by name and authority."""
    names = read_register_file(REAL / "register/rtt_schools_lead_flag_2021-04-26.csv")
    spine = read_register_file(REAL / "register/spine_2017-2018.xlsx")
    links = read_register_file(REAL / "links/links_edubasealldata202105.csv")
    state = pl.read_csv(REAL / "derived/register_open_2018-03.csv.gz", infer_schema_length=0)
    status = names.frame.schema["status"]
    schools = (
        names.frame.drop("authority_name", "phase", "authority_code")
        .join(
            state.select(
                "urn",
                authority_code=pl.col("laestab").str.slice(0, 3),
                authority_name="la_name",
                phase="phase",
            ),
            on="urn",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            status=pl.when(pl.col("urn").is_in(state["urn"].implode()))
            .then(pl.lit("open"))
            .otherwise(pl.lit("closed"))
            .cast(status)
        )
        .select(names.frame.columns)
    )
    register = prepare_register(
        schools,
        names=gather_names([names, spine], [links]),
        successors=build_lineage([links.frame], schools)
        .latest_successors(schools["urn"])
        .select("urn", "successor_urn"),
    )
    sheet = pl.read_excel(REAL / "leaders/teaching_schools_2018-03-12.xls", infer_schema_length=0)
    listed = (
        sheet.rename({name: name.strip() for name in sheet.columns}).drop_nulls("URN").with_row_index("row")
    )
    listed = listed.with_columns(mention_id=pl.format("t{}", "row"))
    mentions = listed.select("mention_id", name="Teaching School", authority="Local Authority")
    truth = _truth(
        listed.select("mention_id", urn=pl.col("URN").str.strip_chars()), names.frame, links.frame, TEACHING
    )
    return RealList(mentions, truth, link_schools(mentions, register, config))


def lead_schools(config: LinkageConfig | None = None) -> RealList:
    """739 lead schools of 25 July 2023 by name, town and postcode."""
    reading = read_register_file(REAL / "register/rtt_schools_gias_2023-07-20.csv")
    older = [
        read_register_file(REAL / f"register/{name}.csv")
        for name in ("rtt_schools_lead_flag_2021-04-26", "rtt_schools_gias_2022-10-28")
    ]
    register = prepare_register(reading.frame, names=gather_names([reading, *older]))
    listed = pl.read_csv(
        REAL / "leaders/itt_lead_schools_2023-07-25.csv", infer_schema_length=0
    ).with_row_index("row")
    listed = listed.with_columns(mention_id=pl.format("l{}", "row"))
    mentions = listed.select("mention_id", "name", "postcode", town="city")
    chain = read_register_file(REAL / "links/links_edubasealldata20240129.csv").frame
    known = pl.concat([reading.frame, *(one.frame for one in older)]).unique("urn", keep="first")
    truth = _truth(listed.select("mention_id", "urn"), known, chain, LEAD)
    return RealList(mentions, truth, link_schools(mentions, register, config))


def _truth(listed: pl.DataFrame, known: pl.DataFrame, links: pl.DataFrame, as_of: date) -> pl.DataFrame:
    became = build_lineage([links], known).latest_successors(listed["urn"], as_of)
    moved = became.filter(pl.col("urn") != pl.col("successor_urn")).unique("urn", keep="none")
    return listed.join(
        moved.select("urn", became="successor_urn"), on="urn", how="left", maintain_order="left"
    ).with_columns(known=pl.col("urn").is_in(known["urn"].implode()))


if __name__ == "__main__":
    pl.Config.set_fmt_str_lengths(70).set_tbl_rows(60).set_tbl_width_chars(240).set_tbl_cols(14)
    for read in (teaching_schools, lead_schools):
        found = read()
        print(read.__name__, found.outcomes(), "expected wrong", round(found.linkage.expected_wrong, 2))
        odd = found.judged().filter(
            pl.col("judgement").str.starts_with("accepted_"), pl.col("judgement") != "accepted_right"
        )
        print(odd.select("judgement", "urn", "urn_true", "became", "name", "probability", "reason"))
