"""Several returns of one respondent: the same twice is used once, two that differ are for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from leadscape.core.tables import Problems, polars_schema
from leadscape.survey.nomination_lines import line_content

USE_WORDS: Final = {"yes": True, "y": True, "no": False, "n": False}
_SET_ASIDE: Final = {"file_at": pl.Int32, "reason": pl.String, "rows": pl.Int64}
_PROBLEMS: Final = {**polars_schema(Problems), "file_at": pl.Int32}


@dataclass(frozen=True)
class Repeats:
    """Lines that are left, and what became of the others.

    Attributes
    ----------
    lines
        As given, without those that another return repeats, supersedes, or that are marked not to be used.
    set_aside
        ``file_at``, ``reason``, ``rows``.
    notes
        Sentences about what was done.
    problems
        As :class:`~leadscape.core.tables.Problems`, with ``file_at``: lines that only one of two returns holds.
    """

    lines: pl.DataFrame
    set_aside: pl.DataFrame
    notes: tuple[str, ...]
    problems: pl.DataFrame


def settle_repeats(lines: pl.DataFrame, names: list[str]) -> Repeats:
    """Use each respondent's return once.

    Parameters
    ----------
    lines
        As :func:`~leadscape.survey.nomination_lines.type_lines` makes them.
    names
        Name of each file, by ``file_at``.

    Notes
    -----
    Two files of one respondent that say the same: the first is used. Two that differ are a problem when both are that
    respondent's own return (the file says whose it is), or when they share a line, so that one looks like a later state
    of the other. Two lists in which a column says whose each line is and that share none add up. A person decides with
    ``use`` (*no*: not this line; *yes* on every line of a file: this one besides the other) or ``supersedes`` (name of
    the older file), or by taking one away.
    """
    word = pl.col("use").str.strip_chars().str.to_lowercase()
    marked = lines.with_columns(
        wanted=word.replace_strict(USE_WORDS, default=None, return_dtype=pl.Boolean), said=line_content()
    )
    problems = [_wrong_words(marked)]
    if not marked.filter(pl.col("use").is_not_null() | pl.col("supersedes").is_not_null()).height:
        left, aside = marked, []
    else:
        dropped = marked.filter(pl.col("wanted").not_().fill_null(value=False))
        aside = [_counted(dropped, "marked not to be used")]
        left = marked.filter(pl.col("wanted").fill_null(value=True))
        left, superseded, wrong = _supersede(left, names)
        aside.append(_counted(superseded, "superseded by a later return"))
        problems.append(wrong)
    left, same, notes = _same_twice(left, names)
    aside.append(_counted(same, "the same as another return"))
    clashing, adding = _clashes(left, names)
    problems.append(clashing)
    return Repeats(
        left.drop("wanted", "said"),
        pl.concat([pl.DataFrame(schema=_SET_ASIDE), *aside])
        .filter(pl.col("rows") > 0)
        .sort("file_at", "reason"),
        (*notes, *adding),
        pl.concat(problems),
    )


def _counted(lines: pl.DataFrame, reason: str) -> pl.DataFrame:
    return (
        lines.group_by("file_at")
        .agg(rows=pl.len().cast(pl.Int64))
        .select(pl.col("file_at").cast(pl.Int32), reason=pl.lit(reason), rows="rows")
    )


def _wrong_words(marked: pl.DataFrame) -> pl.DataFrame:
    wrong = marked.filter(pl.col("use").is_not_null() & pl.col("wanted").is_null())
    return _problem(wrong, "use", pl.col("use"), pl.lit("Must be yes, no or blank."))


def _problem(lines: pl.DataFrame, column: str | None, value: pl.Expr, rule: pl.Expr) -> pl.DataFrame:
    return lines.select(
        row=pl.col("source_row"), column=pl.lit(column, pl.String), value=value, rule=rule, file_at="file_at"
    ).cast(pl.Schema(_PROBLEMS))


def _supersede(lines: pl.DataFrame, names: list[str]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Lines left, lines of an older return, and references that lead nowhere or back."""
    files = pl.DataFrame(
        {"older_at": range(len(names)), "name": names}, schema={"older_at": pl.Int32, "name": pl.String}
    )
    bare = pl.col("name").str.to_lowercase()
    known = pl.concat(
        [
            files.select("older_at", older=bare),
            files.select(
                "older_at", older=bare.str.replace(r"(\.(csv|tsv|txt|xlsx|xls|parquet))(\.gz)?$", "")
            ),
        ]
    ).unique(maintain_order=True)
    stated = lines.drop_nulls("supersedes").with_columns(
        older=pl.col("supersedes").str.strip_chars().str.to_lowercase()
    )
    links = stated.join(known, on="older", how="left").filter(
        pl.col("older_at").ne_missing(pl.col("file_at"))
    )
    holds = lines.select("respondent_id", older_at=pl.col("file_at").cast(pl.Int32)).unique()
    found = links.join(holds, on=["respondent_id", "older_at"], how="semi")
    lost = stated.join(
        found.select("file_at", "source_row").unique(), on=["file_at", "source_row"], how="anti"
    )
    pairs = found.select(
        "respondent_id", newer_at=pl.col("file_at").cast(pl.Int32), older_at="older_at"
    ).unique()
    back = pairs.join(
        pairs.select("respondent_id", newer_at="older_at", older_at="newer_at"),
        on=["respondent_id", "newer_at", "older_at"],
        how="semi",
    )
    circular = found.join(
        back, left_on=["respondent_id", "older_at"], right_on=["respondent_id", "older_at"], how="semi"
    )
    problems = pl.concat(
        [
            _problem(
                lost,
                "supersedes",
                pl.col("supersedes"),
                pl.lit("Must name another file with lines of this respondent."),
            ),
            _problem(
                circular,
                "supersedes",
                pl.col("supersedes"),
                pl.lit("Each of the two files supersedes the other."),
            ),
        ]
    )
    gone = pairs.select("respondent_id", file_at="older_at")
    numbered = lines.with_columns(pl.col("file_at").cast(pl.Int32))
    return (
        numbered.join(gone, on=["respondent_id", "file_at"], how="anti", maintain_order="left"),
        numbered.join(gone, on=["respondent_id", "file_at"], how="semi"),
        problems,
    )


def _files_of(lines: pl.DataFrame) -> pl.DataFrame:
    """One row a respondent and file: what it says as one text, whether it is their own, whether it was chosen."""
    return (
        lines.group_by("respondent_id", "file_at")
        .agg(
            whole=pl.col("said").sort().str.join("\x1e"),
            is_own=pl.col("is_own").all(),
            chosen=(pl.col("wanted").is_not_null() & pl.col("wanted")).all(),
        )
        .sort("respondent_id", "file_at")
    )


def _same_twice(lines: pl.DataFrame, names: list[str]) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    files = _files_of(lines).with_columns(first=pl.col("file_at").min().over("respondent_id", "whole"))
    again = files.filter(pl.col("file_at") != pl.col("first"))
    key = ["respondent_id", "file_at"]
    notes = [
        f"{names[at]} says the same for {respondent} as {names[first]}; it was used once."
        for respondent, at, first in again.select("respondent_id", "file_at", "first").iter_rows()
    ]
    return (
        lines.join(again, on=key, how="anti", maintain_order="left"),
        lines.join(again, on=key, how="semi"),
        notes,
    )


def _clashes(lines: pl.DataFrame, names: list[str]) -> tuple[pl.DataFrame, list[str]]:
    """Lines in which returns of one respondent differ, where a person must say which counts; and lists that add up."""
    files = _files_of(lines).filter(pl.len().over("respondent_id") > 1)
    open_ones = files.filter(~pl.col("chosen"))
    several = lines.join(files, on=["respondent_id", "file_at"], how="semi")
    shared = (
        several.group_by("respondent_id", "said")
        .agg(n=pl.col("file_at").n_unique())
        .filter(pl.col("n") > 1)
        .select("respondent_id")
        .unique()
    )
    own = pl.col("is_own").sum()
    doubtful = (
        open_ones.group_by("respondent_id")
        .agg(own=own, undecided=pl.len())
        .filter(
            (pl.col("undecided") > 1)
            & ((pl.col("own") > 1) | pl.col("respondent_id").is_in(shared["respondent_id"].implode()))
        )
    )
    labels = pl.DataFrame(
        {"file_at": range(len(names)), "name": names},
        schema={"file_at": lines.schema["file_at"], "name": pl.String},
    )
    told = (
        files.join(labels, on="file_at")
        .group_by("respondent_id", maintain_order=True)
        .agg(told=pl.col("name").str.join(", "), files=pl.len())
    )
    everywhere = several.group_by("respondent_id", "said").agg(held=pl.col("file_at").n_unique())
    differing = (
        several.join(doubtful, on="respondent_id", how="semi")
        .join(everywhere, on=["respondent_id", "said"])
        .join(told, on="respondent_id")
        .filter(pl.col("held") < pl.col("files"))
        .sort("file_at", "source_row")
    )
    rule = pl.format(
        "{} returned files that differ ({}), and this line is not in all of them. Take one away, or write yes or no "
        "in a column use, or the older file's name in a column supersedes.",
        "respondent_id",
        "told",
    )
    adding = told.join(doubtful, on="respondent_id", how="anti")
    notes = [f"The lines of {who} stand in {files}; they add up." for who, files, _ in adding.iter_rows()]
    return _problem(differing, None, pl.col("leader_name"), rule), notes
