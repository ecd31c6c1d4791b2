"""One file of a study, read for who is named in it: the columns of people, and the places that rows speak of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.redact_study import head_columns
from leadscape.core.errors import LeadscapeError
from leadscape.core.identifiers import clean_identifier, normalise_name
from leadscape.core.tabular import TextTable, read_text_table
from leadscape.survey.headings import fold_heading, match_headings
from leadscape.survey.instruments.opening import lines_of_form
from leadscape.survey.nomination_lines import HEADINGS, sender_of
from leadscape.survey.privacy.recognition import PLACED
from leadscape.survey.returns import read_returns

if TYPE_CHECKING:
    from pathlib import Path

_GIVEN: Final = ("first", "fore", "given", "christian")
_FAMILY: Final = ("last", "sur", "family")
_REGISTER: Final = {
    "urn": ("urn", "school urn", "unique reference number"),
    "school": ("EstablishmentName", "school name", "school", "name of school", "name"),
    "authority_code": ("LA (code)", "LA", "authority_code", "local authority", "LEA"),
}
_READ: Final = ("nomination_id", "respondent_id", "leader_name", "home_urn", "home_school", "authority")
_FRAME: Final = {
    "urn": ("urn",),
    "school": ("school",),
    "authority_code": ("authority_code", "respondent_id"),
}


@dataclass(frozen=True)
class KnownPerson:
    """By what somebody is known whose names are at hand, so that only rows that hold some of it need be looked at.

    Attributes
    ----------
    names
        Every name they have or had.
    places
        Numbers and names of the schools they are known at, and of what those were and became.
    """

    names: tuple[str, ...]
    places: tuple[str, ...]

    def may_be_in(self, frame: pl.DataFrame) -> pl.Expr:
        """Whether a row of a table holds a family name or a school of theirs: no rule recognises them without."""
        texts = pl.Series([*self.names, *self.places], dtype=pl.String)
        folded = pl.DataFrame({"t": texts}).select(normalise_name(pl.col("t")))["t"].fill_null("").to_list()
        names = [name.split(" ") for name in folded[: len(self.names)]]
        words = {f" {word} " for name in names for word in (name[1:] or name) if word}
        places = {place for place in folded[len(self.names) :] if place}
        if not words and not places:
            return pl.lit(value=False)
        cells = pl.concat_str(
            [pl.col(name) for name in frame.columns if name != "row"], separator=" ", ignore_nulls=True
        )
        row = pl.concat_str(pl.lit(" "), normalise_name(cells), pl.lit(" "))
        return row.str.contains_any(sorted(words | places))


class ReadFile:
    """One reading of one file.

    Attributes
    ----------
    path, purpose
        The file, and what the study uses it for.
    table
        Its rows; of a form, its lines.
    schools
        ``urn``, ``school``, ``authority_code``, ``authority_name`` of the register, by which lines are placed.
    known
        Of whom alone is asked; null: of anybody. Rows that cannot be about them are left out of ``table``.
    """

    def __init__(
        self, path: Path, purpose: str, schools: pl.DataFrame, known: KnownPerson | None = None
    ) -> None:
        self.path, self.purpose, self.schools = path, purpose, schools
        table = lines_of_form(path) or read_text_table(path)
        # A file may be called by the number of a school, of which its rows say nothing.
        if known is not None and purpose != "decisions" and path.stem not in known.places:
            table = replace(table, frame=table.frame.filter(known.may_be_in(table.frame)))
        self.table: TextTable = table
        called = (
            schools.select(normalise_name(pl.col("authority_name")), "authority_code").drop_nulls().unique()
        )
        self._authorities = dict(called.iter_rows())

    def nominations(self) -> pl.DataFrame:
        empty = dict.fromkeys(_READ, pl.String)
        if self.purpose == "returns" and not self.table.frame.is_empty():
            try:
                read = read_returns((self.path,)).nominations.cast({"source_row": pl.Int64})
                here = self.table.frame["row"].implode()
                return read.filter(pl.col("source_row").is_in(here)).select("source_row", *empty)
            except (
                LeadscapeError
            ):  # What is wrong in it is told by whoever runs it; here its headings are enough.
                pass
        return pl.DataFrame(schema={"source_row": pl.Int64, **empty})

    def of_nominations(self, nominations: pl.DataFrame) -> pl.DataFrame:
        return self._with_authorities(
            nominations.select(
                id=pl.col("source_row").cast(pl.String),
                name="leader_name",
                urn="home_urn",
                school="home_school",
                authority_code="authority",
                sender="respondent_id",
            )
        )

    def named(self) -> pl.DataFrame:
        """People in columns of their own, one row a way of placing them."""
        frame = self.table.frame
        if self.purpose in ("decisions", "frame"):
            return pl.DataFrame(schema=PLACED)
        if self.purpose == "schools":
            places = match_headings(self.table, _REGISTER, ())
            ways = (
                [pl.concat_str(head_columns(frame), separator=" ", ignore_nulls=True)]
                if head_columns(frame)
                else []
            )
        else:
            lines = match_headings(self.table, HEADINGS, ())
            places = lines.select(
                "row",
                urn="home_urn",
                school="home_school",
                authority_code="authority",
                sender="respondent_id",
            )
            frame = frame.with_columns(lines["leader_name"].alias("_leader"))
            ways = [pl.col("_leader")]
        ways += [pl.concat_str(given, family, separator=" ") for given, family in self._halves()]
        if not ways:
            return pl.DataFrame(schema=PLACED)
        if "sender" not in places.columns:
            places = places.with_columns(sender=pl.lit(None, pl.String))
        joined = pl.concat(
            [
                frame.select("row", name=way).join(places, on="row").filter(pl.col("name").is_not_null())
                for way in ways
            ]
        )
        return self._with_authorities(
            joined.select(
                "name", "school", "authority_code", "sender", id=pl.col("row").cast(pl.String), urn="urn"
            )
        )

    def _with_authorities(self, lines: pl.DataFrame) -> pl.DataFrame:
        """As ``PLACED``: also in the authority that sent the file, and at the school that the file is named after."""
        stem = sender_of(self.path)
        as_written = lines.with_columns(
            urn=clean_identifier(pl.col("urn")) if self.purpose != "validation" else
            pl.coalesce(clean_identifier(pl.col("urn")), pl.lit(stem)),
            authority_code=clean_identifier(pl.col("authority_code")),
        ).with_columns(
            # Returns name an authority, keys hold its code.
            authority_code=normalise_name(pl.col("authority_code")).replace_strict(
                self._authorities, default=pl.col("authority_code"), return_dtype=pl.String
            )
        )  # fmt: skip
        if self.purpose == "schools":
            # A name in another authority is somebody else's in a register, where everybody's namesakes stand.
            near = pl.col("urn").is_in(self.schools["urn"].implode()) | pl.col("authority_code").is_in(
                self.schools["authority_code"].implode()
            )
            return as_written.filter(near).select(list(PLACED))
        sent = as_written.with_columns(authority_code=pl.coalesce("sender", pl.lit(stem)))
        return pl.concat([one.select(list(PLACED)) for one in (as_written, sent)])

    def _halves(self) -> list[tuple[str, str]]:
        """Columns of given and family names that stand in pairs."""
        names = [name for name in self.table.frame.columns if name != "row" and "name" in fold_heading(name)]
        given = [one for one in names if any(word in fold_heading(one) for word in _GIVEN)]
        family = [one for one in names if any(word in fold_heading(one) for word in _FAMILY)]
        return list(zip(given, family, strict=False))

    def person_columns(self) -> list[str]:
        return list(
            dict.fromkeys(
                [*head_columns(self.table.frame), *(name for pair in self._halves() for name in pair)]
            )
        )

    def places(self, named: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
        """Where rows lie: ``row``, ``urn``, ``school``, ``authority_code``."""
        of_people = named.select("urn", "school", "authority_code", row=pl.col("id").cast(pl.Int64))
        if self.purpose in ("schools", "frame"):
            headings = _REGISTER if self.purpose == "schools" else _FRAME
            of_people = match_headings(self.table, headings, ()).select(
                "urn", "school", "authority_code", "row"
            )
        alone = pl.DataFrame({"row": rows}, schema={"row": pl.Int64}).select(
            urn=pl.lit(None, pl.String), school=pl.lit(None, pl.String),
            authority_code=pl.lit(sender_of(self.path)), row="row",
        )  # fmt: skip
        return pl.concat([of_people.filter(pl.col("row").is_in(rows.implode())), alone]).unique()
