"""What the page of a strengths-and-needs matrix shows: schools by name, themes as columns, one cell for each pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.need.strengths.tables import GroupThemes, SharingPairs, Strengths
from leadscape.report.datasets import Dataset, dataset_of

if TYPE_CHECKING:
    from leadscape.need.strengths import GroupMatrix

SUPPLY_WORDS: Final = {
    "sharing": "can share",
    "external_input": "external input",
    "external_unless_unknown": "external input, unless an unknown school can",
    "none_weak": "nobody weak",
    "no_weakness_seen": "no weakness seen, some unknown",
    "nothing_known": "nothing known",
}
STAGE_WORDS: Final = {"ks2": "KS2", "ks4": "KS4", "ks5": "16 to 18", "any": ""}
MATRIX_ABOUT: Final = (
    "One row is one school, one column one theme. Where a theme has several stages the cell is weak if one is weak, "
    "else unknown if one is unknown, strong if all are strong, else typical. An empty cell: no pupils of the school at "
    "a stage of the theme."
)


@dataclass(frozen=True, eq=False)
class MatrixContents:
    """One group's matrix with what a reader needs beside it.

    Attributes
    ----------
    names
        School to name; one without is shown by its number.
    notes
        What to bear in mind.
    """

    matrix: GroupMatrix
    names: Mapping[str, str]
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def columns(self) -> tuple[tuple[str, str, str], ...]:
        """Id, label and short label of every theme that the group is judged in, in the codebook's order."""
        there = set(self.matrix.themes["theme"])
        book = self.matrix.judged.book
        return tuple((one.id, one.label, one.short) for one in book.themes if one.id in there)

    @cached_property
    def cells(self) -> pl.DataFrame:
        """``urn``, ``name`` and one column a theme: its strength over stages; in order of name."""
        strength = pl.col("strength").cast(pl.String)
        over_stages = (
            pl.when((strength == "weak").any()).then(pl.lit("weak"))
            .when((strength == "unknown").any()).then(pl.lit("unknown"))
            .when((strength == "strong").all()).then(pl.lit("strong"))
            .otherwise(pl.lit("typical"))
        )  # fmt: skip
        long = self.matrix.strengths.group_by("urn", "theme").agg(strength=over_stages)
        wide = long.pivot("theme", index="urn", values="strength")
        name = pl.col("urn").replace_strict(
            dict(self.names) or {"": ""}, default=None, return_dtype=pl.String
        )
        return (
            wide.with_columns(name=pl.coalesce(name, pl.format("School {}", "urn")))
            .sort(pl.col("name").str.to_lowercase(), "urn")
            .select("urn", "name", *(one for one, _, _ in self.columns))
        )

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """The tables of the workbook."""
        words = {one: label for one, label, _ in self.columns}
        return (
            Dataset("matrix", "Strengths and needs", MATRIX_ABOUT, self.cells, {**words, "name": "School"}),
            dataset_of("themes", "The group in each theme", self.matrix.themes, GroupThemes),
            dataset_of("sharing", "Who could be asked to help whom", self.matrix.pairs, SharingPairs),
            dataset_of("strengths", "What each cell rests on", self.matrix.strengths, Strengths),
        )
