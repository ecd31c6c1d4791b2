"""Which stretches of an answer are coded by themselves? The whole answer, its paragraphs or its sentences.

Table in: ``Sources``. Table out: ``Segments``. Positions count characters from 0, the end exclusive, so that
``text[start:end]`` is the segment and what a coder read can be found again in the answer.
"""

from __future__ import annotations

from typing import Final, Literal

import polars as pl

from leadscape.core.tables import Problems, polars_schema
from leadscape.survey.coding.row_ids import row_ids
from leadscape.survey.coding.tables import Segments

Unit = Literal["answer", "paragraph", "sentence"]
UNITS: Final = ("answer", "paragraph", "sentence")

# Control characters that no text holds, since they are read as blanks.
_CUT: Final = "\x1e"
_HOLD: Final = "\x1f"
_ABBREVIATION: Final = r"\b(Mr|Mrs|Ms|Miss|Dr|Prof|Rev|Fr|Sr|St|Jr|No|e\.g|i\.e|etc|approx|incl|yr|vs)\.(\s)"
_SENTENCE_END: Final = r"([.!?…][\"'”’)\]]*)(\s+)"
_PARAGRAPH_END: Final = r"(\n)(\s*)"


def cut_segments(sources: pl.DataFrame, unit: Unit = "answer") -> pl.DataFrame:
    """Segments of every source, blanks at their ends left out.

    Parameters
    ----------
    sources
        As :class:`~leadscape.survey.coding.tables.Sources`.
    unit
        ``answer``; ``paragraph``, which ends at a line break; or ``sentence``, which ends at ``. ! ? …`` before a
        blank, abbreviations such as *Mr.* and *e.g.* excepted, or at a line break.

    Returns
    -------
    pl.DataFrame
        As :class:`~leadscape.survey.coding.tables.Segments`, in the order of the sources and of the text.
    """
    text = pl.col("text")
    marked = {
        "answer": text,
        "paragraph": text.str.replace_all(_PARAGRAPH_END, f"$1$2{_CUT}"),
        "sentence": text.str.replace_all(_ABBREVIATION, f"$1.{_HOLD}$2")
        .str.replace_all(_SENTENCE_END, f"$1$2{_CUT}")
        .str.replace_all(_PARAGRAPH_END, f"$1$2{_CUT}"),
    }[unit]
    pieces = (
        sources.select("source_id", piece=marked.str.split(_CUT))
        .explode("piece", empty_as_null=True)
        .with_columns(piece=pl.col("piece").str.replace_all(_HOLD, "", literal=True))
    )
    length = pl.col("piece").str.len_chars().cast(pl.Int64)
    bare = pl.col("piece").str.strip_chars_start()
    placed = (
        pieces.with_columns(begin=length.cum_sum().over("source_id") - length)
        .with_columns(start=pl.col("begin") + length - bare.str.len_chars().cast(pl.Int64), text=bare)
        .with_columns(text=pl.col("text").str.strip_chars_end())
        .filter(pl.col("text").str.len_chars() > 0)
        .with_columns(end=pl.col("start") + pl.col("text").str.len_chars().cast(pl.Int64))
    )
    own = row_ids("g", placed.select("source_id", "start", "end", "text"))
    return Segments.validate(placed.with_columns(segment_id=own).select(Segments.column_names()))


def segment_problems(segments: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Segments that are not what their source says at their place, as :class:`~leadscape.core.tables.Problems`.

    Rows are counted as in a file that holds the segments, the header being row 1.
    """
    placed = segments.with_row_index("row", offset=2).join(
        sources.select("source_id", whole="text"), on="source_id", how="left", maintain_order="left"
    )
    there = pl.col("whole").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    rule = (
        pl.when(pl.col("whole").is_null())
        .then(pl.lit("Names a source that is not there."))
        .when(there != pl.col("text"))
        .then(pl.lit("The text is not what the source says at this place."))
    )
    return (
        placed.with_columns(rule=rule)
        .drop_nulls("rule")
        .select(pl.col("row").cast(pl.Int64), column=pl.lit("text"), value="segment_id", rule="rule")
        .cast(polars_schema(Problems))
    )
