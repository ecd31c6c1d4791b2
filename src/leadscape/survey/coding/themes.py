"""What stands in the answers, under which theme, in whose answers, and together with what?

Tables in: settled codings, ``Segments``, ``Sources``, a scheme. Tables out: ``CodeBySource``, ``ThemeSummary``,
``CoOccurrence``. Only segments whose coding is settled count: by one coder, by agreement, or by adjudication.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from leadscape.survey.coding.config import ThemeSettings
from leadscape.survey.coding.scheme import NO_CODE
from leadscape.survey.coding.tables import CodeBySource, CoOccurrence, ThemeSummary

if TYPE_CHECKING:
    from leadscape.survey.coding.scheme import CodeScheme


@dataclass(frozen=True)
class Coded:
    """Settled codings beside where they stand, and how much of the material they cover.

    Attributes
    ----------
    marks
        One row a segment and code: ``segment_id``, ``source_id``, ``voice``, ``dyad``, ``code`` (``none`` among them).
        A ``voice`` is a respondent; an answer without one counts as a voice of its own.
    segments, decided, disputed, unread
        Segments in all; of these settled, waiting for adjudication, and decided on by nobody.
    outdated
        Settled codes that the scheme does not have (any more), sorted; they are in no table.
    """

    marks: pl.DataFrame
    segments: int
    decided: int
    disputed: int
    unread: int
    outdated: tuple[str, ...]


def gather_coded(
    settled: pl.DataFrame, segments: pl.DataFrame, sources: pl.DataFrame, scheme: CodeScheme
) -> Coded:
    """Settled codings with their sources.

    Parameters
    ----------
    settled
        As :func:`~leadscape.survey.coding.history.settle_segments` returns it.
    segments, sources
        As declared; segments whose source is not among ``sources`` (somebody withdrew) are left out of everything.
    """
    voice = pl.coalesce("respondent_id", "source_id")
    placed = segments.join(
        sources.select("source_id", "dyad", voice=voice), on="source_id", maintain_order="left"
    )
    known = placed.join(settled, on="segment_id", maintain_order="left")
    marks = known.drop_nulls("codes").explode("codes", empty_as_null=True).rename({"codes": "code"})
    current = pl.col("code").is_in([*scheme.codable, NO_CODE])
    return Coded(
        marks=marks.filter(current).select("segment_id", "source_id", "voice", "dyad", "code"),
        segments=placed.height,
        decided=known.drop_nulls("codes").height,
        disputed=known.filter(pl.col("codes").is_null()).height,
        unread=placed.height - known.height,
        outdated=tuple(marks.filter(~current)["code"].unique().sort()),
    )


def count_by_source(
    coded: Coded, segments: pl.DataFrame, sources: pl.DataFrame, scheme: CodeScheme
) -> pl.DataFrame:
    """How often each code stands in each source that was read, as declared in ``CodeBySource``."""
    codes = pl.DataFrame({"code": list(scheme.codable)}, schema={"code": pl.String}).with_row_index("at")
    read = coded.marks.group_by("source_id").agg(decided=pl.col("segment_id").n_unique().cast(pl.Int64))
    cut = segments.group_by("source_id").agg(cut=pl.len().cast(pl.Int64))
    times = coded.marks.group_by("source_id", "code").agg(
        times=pl.col("segment_id").n_unique().cast(pl.Int64)
    )
    grid = (
        sources.select("source_id", "respondent_id")
        .with_row_index("source_at")
        .join(read, on="source_id")
        .join(cut, on="source_id")
        .join(codes, how="cross")
        .join(times, on=["source_id", "code"], how="left")
        .sort("source_at", "at")
    )
    found = pl.col("times").is_not_null()
    # The source was read: what was not found in it is truly none.
    return CodeBySource.validate(
        grid.with_columns(
            segments=pl.when(found).then("times").otherwise(pl.lit(0, pl.Int64)), is_present=found
        ).select(CodeBySource.column_names())
    )


def summarise_themes(coded: Coded, scheme: CodeScheme, settings: ThemeSettings | None = None) -> pl.DataFrame:
    """Respondents, sources, segments and codes of each theme, then of each code in it.

    Returns
    -------
    pl.DataFrame
        As :class:`~leadscape.survey.coding.tables.ThemeSummary`, in the scheme's order; codes outside every theme come
        last, with ``theme`` null. No share and no interval: respondents of such a study are chosen, not drawn.
    """
    settings = settings or ThemeSettings()
    themes = scheme.theme_frame()
    inside = set(themes["code"])
    outside = pl.DataFrame(
        {"code": [code for code in scheme.codable if code not in inside]}, schema={"code": pl.String}
    ).select(theme=pl.lit(None, pl.String), theme_label=pl.lit(None, pl.String), code="code")
    labels = {code.id: code.label for code in scheme.codes}
    places = (
        pl.concat([themes, outside])
        .filter(pl.col("code").is_in(list(scheme.codable)))
        .with_row_index("at")
        .with_columns(code_label=pl.col("code").replace_strict(labels, return_dtype=pl.String))
    )
    marks = places.join(coded.marks, on="code", how="left", maintain_order="left")
    counts = (
        pl.col("voice").drop_nulls().n_unique().alias("respondents"),
        pl.col("source_id").drop_nulls().n_unique().alias("sources"),
        pl.col("segment_id").drop_nulls().n_unique().alias("segments"),
        pl.col("code").filter(pl.col("segment_id").is_not_null()).n_unique().alias("codes"),
    )  # fmt: skip
    by_code = marks.group_by("at", "theme", "theme_label", "code", "code_label", maintain_order=True).agg(
        counts[:3]
    )
    by_theme = marks.drop_nulls("theme").group_by("theme", "theme_label", maintain_order=True).agg(
        pl.col("at").min(), *counts
    )  # fmt: skip
    of = coded.marks["voice"].n_unique()
    columns = [
        "at",
        "theme",
        "theme_label",
        "code",
        "code_label",
        "respondents",
        "sources",
        "segments",
        "codes",
    ]
    table = pl.concat(
        [
            by_theme.with_columns(code=pl.lit(None, pl.String), code_label=pl.lit(None, pl.String)).select(columns),
            by_code.with_columns(codes=(pl.col("segments") > 0).cast(pl.UInt32)).select(columns),
        ],
        how="vertical_relaxed",
    ).sort("at", pl.col("code").is_not_null(), maintain_order=True)  # fmt: skip
    small = pl.col("respondents") < settings.small_below
    note = (
        pl.when(pl.col("respondents") == 0)
        .then(pl.lit("in no answer that was read"))
        .when(small)
        .then(pl.format("from fewer than {} respondents: it describes them and says nothing of how common it is",
                        pl.lit(settings.small_below)))
    )  # fmt: skip
    return ThemeSummary.validate(
        table.with_columns(
            pl.col("respondents", "sources", "segments", "codes").cast(pl.Int64),
            of_respondents=pl.lit(of, pl.Int64),
            is_small=small,
            note=note,
        ).select(ThemeSummary.column_names())
    )


def count_together(coded: Coded) -> pl.DataFrame:
    """Codes that stand on one segment together, as :class:`~leadscape.survey.coding.tables.CoOccurrence`."""
    marks = coded.marks.filter(pl.col("code") != NO_CODE)
    each = marks.group_by("code").agg(n=pl.col("segment_id").n_unique().cast(pl.Int64))
    pairs = (
        marks.join(marks.select("segment_id", other="code"), on="segment_id")
        .filter(pl.col("code") < pl.col("other"))
        .group_by("code", "other")
        .agg(
            segments=pl.col("segment_id").n_unique().cast(pl.Int64),
            sources=pl.col("source_id").n_unique().cast(pl.Int64),
        )
    )
    return CoOccurrence.validate(
        pairs.join(each.rename({"n": "code_segments"}), on="code")
        .join(each.select(other="code", other_segments="n"), on="other")
        .sort("segments", "code", "other", descending=[True, False, False])
        .select(CoOccurrence.column_names())
    )
