"""What can be found, and by which words? Derived from the register, made anew with every load.

In: schools, their names, trusts and authorities. Out: ``SearchEntry`` (a text that finds something), ``SearchWord``
(a word of such a text and how rare it is), ``SearchOccurrence`` (which entry has which word).

Names are brought to one form by the grammar that links returns to schools (*St* and *Saint*, *CofE* and *Church of
England*). A word is worth the more the rarer it is: *school* next to nothing, *Everbourne* a lot. Names of people are
in none of these tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from django.db import connections, transaction

from leadscape.actions.take_names_apart import take_names_apart

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME, PLACE, JOINED = "name", "place", "joined"
JOINED_LETTERS: Final = 6
"""Fewer letters than this in two words written as one are not kept: they would be other words."""
COMMON_SHARE: Final = 0.02
COMMON_ENTRIES: Final = 25
"""A word in more names than this share of them, and than this many, joins with no other."""
_COLUMNS: Final = {
    "kind": pl.String, "key": pl.String, "label": pl.String, "detail": pl.String, "because": pl.String,
    "named": pl.String, "weight": pl.Float64, "is_name": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True)
class Rebuilt:
    """How many rows each table has now."""

    entries: int
    words: int
    occurrences: int


def rebuild(using: str = "owner") -> Rebuilt:
    """Make the three tables anew from the register as it stands. As the owner; readers see the old rows meanwhile."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(read_statement("entries"))
        found = pl.DataFrame(
            [(*row[:6], float(row[6]), row[7]) for row in cursor.fetchall()], _COLUMNS, orient="row"
        )
        entries, words, occurrences = take_entries_apart(found)
        cursor.execute(
            "delete from register_searchoccurrence; delete from register_searchword; delete from register_searchentry"
        )
        _copy(cursor, "register_searchentry", entries)
        _copy(cursor, "register_searchword", words)
        _copy(cursor, "register_searchoccurrence", occurrences)
        cursor.execute("analyze register_searchentry, register_searchword, register_searchoccurrence")
    return Rebuilt(entries.height, words.height, occurrences.height)


def read_statement(name: str) -> str:
    """One of the statements in ``sql/``, by its stem."""
    return files("leadscape_web.register").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def take_entries_apart(found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Entries, words and occurrences as their tables hold them.

    Parameters
    ----------
    found
        ``kind``, ``key``, ``label``, ``detail``, ``because``, ``named``, ``weight`` (0-1), ``is_name``.
    """
    apart = take_names_apart(found["named"])
    entries = (
        found.with_columns(
            words=apart.words,
            text=pl.when("is_name").then(apart.folded).otherwise(_compact(pl.col("named"))),
        )
        .filter(pl.col("text") != "")
        # A former name that differs by accents and punctuation only finds nothing more than the name does.
        .unique(["kind", "key", "text", "is_name"], keep="first", maintain_order=True)
        .with_row_index("id", offset=1)
    )
    words, occurrences = _count_words(_uses(entries), int(entries["is_name"].sum()))
    worth = (
        occurrences.join(words.filter(use=NAME), left_on="word_id", right_on="id")
        .group_by(id="entry_id")
        .agg(pl.col("rarity").sum())
    )
    entries = entries.join(worth, on="id", how="left", maintain_order="left").select(
        "id", "kind", "key", "label", "detail", "text", "because", "named", "weight",
        rarity=pl.col("rarity").fill_null(0.0),
    )  # fmt: skip
    return entries, words, occurrences


def _uses(entries: pl.DataFrame) -> pl.DataFrame:
    """``id``, ``word``, ``use``: every word of every name, of its place, and neighbouring words as one."""
    names = entries.filter("is_name")
    own = names.select("id", word="words", use=pl.lit(NAME)).explode("word").drop_nulls("word")
    places = take_names_apart(names["detail"])
    where = names.select("id", word=places.words, use=pl.lit(PLACE)).explode("word").drop_nulls("word")
    common = max(COMMON_SHARE * names.height, COMMON_ENTRIES)
    often = pl.len().over("word") > common
    pairs = own.with_columns(often=often).with_columns(
        next=pl.col("word").shift(-1).over("id"), next_often=pl.col("often").shift(-1).over("id")
    )
    joined = pairs.filter(~pl.col("often"), ~pl.col("next_often")).select(
        "id", word=pl.col("word") + pl.col("next"), use=pl.lit(JOINED)
    )
    kept = joined.filter(pl.col("word").str.len_chars() >= JOINED_LETTERS)
    return pl.concat([own, where, kept]).unique(maintain_order=True)


def _count_words(uses: pl.DataFrame, names: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Distinct words with their rarity, and which entry has which."""
    words = (
        uses.group_by("word", "use")
        .agg(entries=pl.len())
        .sort("word", "use")
        .with_row_index("id", offset=1)
        .with_columns(
            rarity=((names + 1) / pl.col("entries")).log(),
            letters=pl.col("word").str.split("").list.sort().list.join(""),
        )
        .select("id", "word", "letters", "use", "entries", "rarity")
    )
    occurrences = uses.join(words, on=["word", "use"]).select(word_id="id_right", entry_id="id")
    return words, occurrences


def _compact(text: pl.Expr) -> pl.Expr:
    """A number or postcode as it is searched: lower case, letters and digits only."""
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "")


def _copy(cursor: Any, table: str, frame: pl.DataFrame) -> None:
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    with cursor.copy(f"copy {table} ({columns}) from stdin") as rows:
        lines: Iterable[tuple[Any, ...]] = frame.iter_rows()
        for line in lines:
            rows.write_row(line)
