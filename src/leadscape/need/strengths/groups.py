"""The strengths-and-needs matrix of any group of schools: what it can share, and what has to come from outside.

In each theme and stage: somebody weak and somebody strong is *capacity for sharing*; somebody weak and nobody strong
is a need for *external input* (HH2007, the second of its suggestions). Where schools are unknown, one of them may be
the strong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.errors import NotFound
from leadscape.core.tables import check_table, polars_schema
from leadscape.need.strengths.tables import NO_FILE, STRENGTHS, GroupThemes, SharingPairs

if TYPE_CHECKING:
    from leadscape.need.strengths.judging import Judged

_KEY = ["theme", "stage"]


@dataclass(frozen=True, eq=False)
class GroupMatrix:
    """One group of schools in every theme.

    Attributes
    ----------
    name
        What the group is called.
    strengths
        Rows of :class:`~leadscape.need.strengths.tables.Strengths` of its schools.
    themes, pairs
        As the declared tables, themes in the codebook's order.
    missing
        Schools asked for of which nothing was read: they are in the group, and unknown in everything.
    """

    name: str
    strengths: pl.DataFrame
    themes: pl.DataFrame
    pairs: pl.DataFrame
    missing: tuple[str, ...]
    judged: Judged

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to print: sharing, external input, what is unknown, chance."""
        labels = self.themes.with_columns(
            words=pl.when(pl.col("stage") == "any").then("label").otherwise(
                pl.format("{} ({})", "label", pl.col("stage").cast(pl.String).str.to_uppercase())
            )
        )  # fmt: skip

        def listed(*supplies: str) -> str:
            return (
                ", ".join(labels.filter(pl.col("supply").cast(pl.String).is_in(supplies))["words"]) or "none"
            )

        schools = self.strengths["urn"].n_unique()
        told = self.strengths.filter(pl.col("low").is_not_null())
        each = told.height * (1 - self.judged.config.confidence) / 2
        found = {one: told.filter(pl.col("strength") == one).height for one in ("strong", "weak")}
        lines = [
            f"{self.name}: {schools:,} schools, compared with {self.judged.comparison}.",
            f"Capacity for sharing (somebody weak, somebody strong): {listed('sharing')}.",
            f"External input (somebody weak, nobody strong): {listed('external_input')}"
            f"; unless schools that are unknown can: {listed('external_unless_unknown')}.",
            f"Of {told.height:,} cells told by an interval {found['strong']:,} are strong and {found['weak']:,} weak; "
            f"chance alone would make about {each:,.0f} of each.",
        ]
        if self.missing:
            lines.append(f"Nothing was read of {len(self.missing):,} schools of the group; they are unknown.")
        return tuple(lines)


def group_matrix(judged: Judged, name: str, urns: Sequence[str]) -> GroupMatrix:
    """The matrix of a group of schools.

    Parameters
    ----------
    judged
        Strengths of these schools, or of more.
    urns
        The group: an authority's, a trust's, a federation's or a hand-picked list.

    Raises
    ------
    NotFound
        When the group is empty, or nothing was read of any of its schools.
    """
    asked = list(dict.fromkeys(urns))
    mine = judged.strengths.filter(pl.col("urn").is_in(asked))
    # A null reason is of a cell that is known.
    if not mine.filter(pl.col("reason").is_null() | (pl.col("reason") != NO_FILE)).height:
        raise NotFound(
            f"Nothing was read of any of the {len(asked)} schools of {name}.",
            "A matrix shows what is known of a group's schools.",
            "Check the numbers of the schools, and that their files were read.",
        )
    read = set(mine["urn"])
    missing = tuple(urn for urn in asked if urn not in read)
    mine = pl.concat([mine, _nothing_read(missing, mine)]).sort("urn", "theme", "stage")
    order = {theme.id: (place, theme.label) for place, theme in enumerate(judged.book.themes)}
    chance = (1 - judged.config.confidence) / 2
    counts = mine.group_by(_KEY).agg(
        schools=pl.len().cast(pl.Int64),
        **{one: (pl.col("strength") == one).sum().cast(pl.Int64) for one in STRENGTHS},
        intervals=pl.col("low").is_not_null().sum(),
        strong_schools=pl.col("urn").filter(pl.col("strength") == "strong").sort().str.join(", "),
        weak_schools=pl.col("urn").filter(pl.col("strength") == "weak").sort().str.join(", "),
    )
    supply = (
        pl.when((pl.col("weak") > 0) & (pl.col("strong") > 0)).then(pl.lit("sharing"))
        .when((pl.col("weak") > 0) & (pl.col("unknown") > 0)).then(pl.lit("external_unless_unknown"))
        .when(pl.col("weak") > 0).then(pl.lit("external_input"))
        .when(pl.col("unknown") == pl.col("schools")).then(pl.lit("nothing_known"))
        .when(pl.col("unknown") == 0).then(pl.lit("none_weak"))
        .otherwise(pl.lit("no_weakness_seen"))
    )  # fmt: skip
    used = {f"{theme} {stage}": words for (theme, stage), words in judged.used.items()}
    key = pl.concat_str("theme", pl.lit(" "), pl.col("stage").cast(pl.String))
    themes = (
        counts.with_columns(
            supply=supply.cast(polars_schema(GroupThemes)["supply"]),
            place=pl.col("theme").replace_strict({k: v[0] for k, v in order.items()}, return_dtype=pl.Int64),
            label=pl.col("theme").replace_strict({k: v[1] for k, v in order.items()}, return_dtype=pl.String),
            basis=key.replace_strict(used, return_dtype=pl.String),
            by_chance=pl.when(pl.col("intervals") > 0).then(pl.col("intervals") * chance),
            strong_schools=pl.when(pl.col("strong_schools") != "").then("strong_schools"),
            weak_schools=pl.when(pl.col("weak_schools") != "").then("weak_schools"),
        )
        .sort("place", "stage")
        .drop("place")
    )
    strong = mine.filter(pl.col("strength") == "strong").select(*_KEY, strong_urn="urn")
    weak = mine.filter(pl.col("strength") == "weak").select(*_KEY, weak_urn="urn")
    pairs = weak.join(strong, on=_KEY).sort("theme", "stage", "weak_urn", "strong_urn")
    return GroupMatrix(
        name,
        mine,
        check_table(themes, GroupThemes, "Themes of the group"),
        check_table(pairs, SharingPairs, "Pairs of the group"),
        missing,
        judged,
    )


def _nothing_read(missing: tuple[str, ...], mine: pl.DataFrame) -> pl.DataFrame:
    """Schools of the group of which nothing was read: unknown in every theme that the group is judged in."""
    cells = mine.select(*_KEY, "basis", "judged_by").unique(_KEY, keep="first", maintain_order=True)
    rows = pl.DataFrame({"urn": list(missing)}, schema={"urn": pl.String}).join(cells, how="cross")
    return (
        rows.with_columns(strength=pl.lit("unknown"), reason=pl.lit(NO_FILE))
        .with_columns(pl.lit(None, dtype).alias(name) for name, dtype in mine.schema.items() if name not in (
            "urn", *_KEY, "basis", "judged_by", "strength", "reason"
        ))
        .select(mine.columns)
        .cast(mine.schema)
    )  # fmt: skip
