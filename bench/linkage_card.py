"""The model card of linkage: how it does by phase, authority, faith, state of the school and of what was written.

12,000 names of the spine of 2018/19 in the benchmark's mix, a seed of their own, open and closed schools.
"""

from __future__ import annotations

import argparse

import polars as pl

import linkage_corpus as corpora
from leadscape.register.reading import read_register_file
from leadscape.survey.linkage import link_schools, prepare_register
from leadscape.survey.linkage.grammar import take_apart
from linkage_real import REAL

SEED, MENTIONS = 424_242, 12_000


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    judged = judge()
    show("all", judged, pl.lit("all"))
    show("phase", judged, pl.col("phase"))
    show("state of the school", judged, pl.col("status").cast(pl.String))
    show("faith in the register's name", judged, pl.col("faith"))
    show("authority as written", judged, pl.col("written"))
    authorities = table(judged, pl.col("true_code"))
    spread = authorities.filter(pl.col("true_links") >= 30)
    print(f"authorities with 30 names or more: {spread.height}")
    for column in ("accepted_pct", "first_pct"):
        low, middle, high = (spread[column].quantile(q, "linear") for q in (0.05, 0.5, 0.95))
        print(f"  {column}: 5 % {low:.1f}, median {middle:.1f}, 95 % {high:.1f}")
    print(f"  wrong links accepted, by authority: {spread['wrong'].value_counts().sort('wrong').rows()}")
    print(spread.sort("accepted_pct").head(8))


def judge() -> pl.DataFrame:
    """One row a mention, with what it meant and what was said."""
    spine = read_register_file(REAL / "register/spine_2017-2018.xlsx").frame
    corpus = corpora.draw_corpus(spine, SEED, MENTIONS, 0.06, corpora.SURVEY)
    linkage = link_schools(corpus.mentions, prepare_register(corpus.register, link_closed=True))
    first = linkage.candidates.filter(pl.col("rank") == 1).select("mention_id", first="urn")
    faith = take_apart(spine["name"]).faiths > 0
    facts = spine.select("urn", "phase", "status", true_code="authority_code").with_columns(
        faith=pl.Series(faith).replace_strict({True: "named", False: "not named"}, return_dtype=pl.String)
    )
    return (
        corpus.truth.join(linkage.links.select("mention_id", "outcome", found="urn"), on="mention_id")
        .join(first, on="mention_id", how="left")
        .join(corpus.mentions.select("mention_id", code="authority_code"), on="mention_id")
        .join(facts.rename({"urn": "drawn"}), on="drawn")
        .with_columns(
            accepted=pl.col("outcome") == "accepted",
            right=(pl.col("found") == pl.col("urn")).fill_null(value=False),
            first_right=(pl.col("first") == pl.col("urn")).fill_null(value=False),
            written=pl.when(pl.col("code").is_null())
            .then(pl.lit("blank"))
            .when(pl.col("code") == pl.col("true_code"))
            .then(pl.lit("right"))
            .otherwise(pl.lit("wrong")),
        )
    )


def table(judged: pl.DataFrame, by: pl.Expr) -> pl.DataFrame:
    """Per group: names, true links, per cent of true links accepted, wrong ones accepted, per cent first."""
    real = pl.col("urn").is_not_null()
    return (
        judged.group_by(group=by)
        .agg(
            names=pl.len(),
            true_links=real.sum(),
            accepted_pct=100 * (pl.col("accepted") & pl.col("right")).sum() / real.sum(),
            accepted=pl.col("accepted").sum(),
            wrong=(pl.col("accepted") & ~pl.col("right")).sum(),
            first_pct=100 * pl.col("first_right").sum() / real.sum(),
        )
        .sort("names", "group", descending=[True, False])
    )


def show(title: str, judged: pl.DataFrame, by: pl.Expr) -> None:
    print(f"by {title}")
    with pl.Config(
        tbl_rows=40, float_precision=1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True
    ):
        print(table(judged, by))


if __name__ == "__main__":
    main()
