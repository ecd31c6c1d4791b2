"""Real lists whose schools are known, with the number hidden: how many links are right, wrong, left to a person.

Teaching schools of March 2018 (name and authority) against every school of England as of that day; lead schools of
teacher training of July 2023 (name, town and postcode) against the schools open in that month.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from leadscape.register.lineage import build_lineage
from leadscape.register.names import gather_names
from leadscape.register.reading import read_register_file
from leadscape.survey.linkage import Linkage, LinkageConfig, link_schools, prepare_register

ROOT = Path(__file__).parents[1]
REAL = Path(os.environ.get("LEADSCAPE_REAL_DATA", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True)
class RealList:
    """A list, what is known about it, and what it was linked to.

    Attributes
    ----------
    mentions
        ``mention_id`` and the columns that the linkage may see.
    truth
        ``mention_id``, ``urn`` (the list's own), ``known`` (whether the register has it as a school open on the date).
    linkage
        What the linkage says.
    """

    mentions: pl.DataFrame
    truth: pl.DataFrame
    linkage: Linkage

    def outcomes(self) -> dict[str, int]:
        """Accepted right, accepted wrong (another number than the list's), review, not in the register, no match."""
        judged = self.linkage.links.join(self.truth, on="mention_id", suffix="_true")
        right = (pl.col("urn") == pl.col("urn_true")).fill_null(value=False)
        accepted = pl.col("outcome") == "accepted"
        counted = judged.select(
            accepted_right=(accepted & right).sum(),
            accepted_wrong=(accepted & ~right).sum(),
            accepted_number_not_open=(accepted & ~right & ~pl.col("known")).sum(),
            review=(pl.col("outcome") == "review").sum(),
            not_in_register=(pl.col("outcome") == "not_in_register").sum(),
            no_match=(pl.col("outcome") == "no_match").sum(),
        )
        return counted.row(0, named=True)

    def wrong(self) -> pl.DataFrame:
        """Accepted links to another number than the list's."""
        judged = self.linkage.links.join(self.truth, on="mention_id", suffix="_true").join(
            self.mentions, on="mention_id"
        )
        return judged.filter(
            pl.col("outcome") == "accepted", (pl.col("urn") != pl.col("urn_true")).fill_null(value=True)
        )


def teaching_schools(config: LinkageConfig | None = None) -> RealList:
    """808 teaching schools of 12 March 2018 by name and authority."""
    names = read_register_file(REAL / "register/rtt_schools_lead_flag_2021-04-26.csv")
    spine = read_register_file(REAL / "register/spine_2017-2018.xlsx")
    links = read_register_file(REAL / "links/links_edubasealldata202105.csv")
    state = pl.read_csv(REAL / "derived/register_open_2018-03.csv.gz", infer_schema_length=0)
    status = names.frame.schema["status"]
    schools = (
        names.frame.drop("authority_name", "phase", "authority_code")
        .join(state.select("urn", authority_code=pl.col("laestab").str.slice(0, 3), authority_name="la_name", phase="phase"), on="urn", how="left", maintain_order="left")
        .with_columns(status=pl.when(pl.col("urn").is_in(state["urn"].implode())).then(pl.lit("open")).otherwise(pl.lit("closed")).cast(status))
        .select(names.frame.columns)
    )  # fmt: skip
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
    truth = listed.select("mention_id", urn=pl.col("URN").str.strip_chars()).with_columns(
        known=pl.col("urn").is_in(state["urn"].implode())
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
    truth = listed.select("mention_id", "urn").with_columns(
        known=pl.col("urn").is_in(reading.frame["urn"].implode())
    )
    return RealList(mentions, truth, link_schools(mentions, register, config))


if __name__ == "__main__":
    pl.Config.set_fmt_str_lengths(70).set_tbl_rows(60).set_tbl_width_chars(240).set_tbl_cols(14)
    for read in (teaching_schools, lead_schools):
        found = read()
        print(read.__name__, found.outcomes(), "expected wrong", round(found.linkage.expected_wrong, 2))
        print(found.wrong().drop("mention_id", "outcome", "absence", "closed_urn"))
