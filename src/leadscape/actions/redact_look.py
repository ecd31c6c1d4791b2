"""What of one file is about people who stay out: by keyed hashes, without knowing their names."""

from __future__ import annotations

import polars as pl

from leadscape.actions.redact_reading import KnownPerson, ReadFile
from leadscape.actions.redact_write import DOUBTS, Found
from leadscape.core.tabular import read_text_table, workbook_sheets
from leadscape.survey.nomination_lines import sender_of
from leadscape.survey.privacy.recognition import (
    PLACED,
    WHOLE_NAME,
    is_certain,
    match_people,
    mentioned,
    place_lines,
    turn_names,
)
from leadscape.survey.privacy.redaction import MARK


class Look:
    """What is looked for in one file: keyed hashes, and lines that are known."""

    def __init__(
        self,
        read: ReadFile,
        keys: pl.DataFrame,
        secret: bytes,
        withdrawn: frozenset[str],
        known: KnownPerson | None = None,
    ) -> None:
        self._known = known
        self._read, self._keys, self._secret, self._withdrawn = read, keys, secret, withdrawn
        self._schools, self._frame = read.schools, read.table.frame
        self._purpose = read.purpose

    def find(self) -> Found:
        """What goes, and what only may name somebody."""
        nominations = self._read.nominations()
        named = pl.concat([self._read.named(), self._read.of_nominations(nominations)]).unique(
            maintain_order=True
        )
        told = self._tell_people(named)
        sure = told.filter("certain").select("id", "person").unique("id", keep="first", maintain_order=True)
        lines = (
            sure.select(row=pl.col("id").cast(pl.Int64), person="person")
            if self._purpose != "schools"
            else pl.DataFrame(schema={"row": pl.Int64, "person": pl.String})
        )
        known = nominations.filter(pl.col("nomination_id").is_in(list(self._withdrawn))).select(
            row="source_row", person=pl.lit(None, pl.String)
        )
        lines = pl.concat([lines, known, self._decided()]).unique("row", keep="first", maintain_order=True)
        cells, unsure = self._mentions(named)
        if self._purpose == "schools":
            columns = self._read.person_columns()
            heads = [(row, name) for row in sure["id"].cast(pl.Int64) for name in columns]
            cells = pl.concat([cells, pl.DataFrame(heads, cells.schema, orient="row")]).unique()
        gone = lines["row"]
        settled = pl.concat([gone, sure["id"].cast(pl.Int64), cells["row"]])
        likely = told.filter(~pl.col("certain")).select(
            row=pl.col("id").cast(pl.Int64), column=pl.lit(None, pl.String), person="person"
        )
        doubts = pl.concat([likely, unsure, self._unreadable()])
        return Found(
            lines=lines.join(
                nominations.select("nomination_id", "respondent_id", row="source_row"), on="row", how="left"
            ).with_columns(respondent_id=pl.coalesce("respondent_id", pl.lit(sender_of(self._read.path)))),
            cells=cells.filter(~pl.col("row").is_in(gone.implode())),
            elsewhere=self._on_other_sheets(),
            # A person whom the row is about may be mentioned in it too: one question is enough.
            doubts=doubts.filter(~pl.col("row").is_in(settled.implode()))
            .sort("row", "column", nulls_last=False)
            .unique(["row", "person"], keep="first", maintain_order=True),
        )

    def _tell_people(self, named: pl.DataFrame) -> pl.DataFrame:
        """``id``, ``person``, ``certain`` of each row in which a column of its own names somebody."""
        placed = place_lines(named, self._schools)
        found = pl.concat(
            [
                match_people(placed, self._keys, self._secret),
                # "Birch Jane": the family name written first, told by the whole name alone.
                match_people(turn_names(placed), self._keys, self._secret).with_columns(
                    pl.col("rules").list.set_intersection(list(WHOLE_NAME))
                ),
            ]
        ).filter(pl.col("rules").list.len() > 0)
        somewhere = (
            named.group_by("id")
            .agg(at_school=(pl.col("urn").is_not_null() | pl.col("school").is_not_null()).any())
        )  # fmt: skip
        told = found.join(somewhere, on="id").with_columns(
            certain=is_certain(places_school=pl.col("at_school"))
        )
        # A register names everybody's namesakes: there, a name in another authority is somebody else's.
        of_nobody = (pl.col("rules").list.len() == 1) & pl.col("rules").list.contains("name")
        return told.filter(~of_nobody) if self._purpose == "schools" else told

    def _mentions(self, named: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Cells whose words name somebody where they lie, and as ``DOUBTS`` those in which the name alone agrees."""
        apart = {"row", MARK, *(self._read.person_columns() if self._purpose == "schools" else ())}
        columns = [name for name in self._frame.columns if name not in apart and name != "question_id"]
        cells = (
            self._frame.unpivot(columns, index="row", variable_name="column", value_name="text")
            .filter(pl.col("text").str.contains(r"\p{L}{2,}.*[\s,;]+.*\p{L}{2,}"))
            .with_columns(id=pl.concat_str("row", "column", separator="\x1f"))
        )
        found = mentioned(cells.select("id", "text"), self._keys, self._secret)
        if found.is_empty():
            return pl.DataFrame(schema={"row": pl.Int64, "column": pl.String}), pl.DataFrame(schema=DOUBTS)
        found = found.join(cells.select("id", "row", "column", "text"), on="id")
        own = named.select(row=pl.col("id").cast(pl.Int64), text="name").unique()
        found = found.join(own, on=["row", "text"], how="anti")
        if self._purpose == "decisions":
            return found.select("row", "column").unique(), pl.DataFrame(schema=DOUBTS)
        places = self._read.places(named, found["row"].unique())
        placed = found.select("id", "name", "row").unique().join(places, on="row").select(list(PLACED))
        sure = match_people(place_lines(placed, self._schools), self._keys, self._secret).filter(
            is_certain(places_school=pl.lit(value=False))
        )
        certain = found.join(sure, on=["id", "person"], how="semi").select("row", "column").unique()
        return certain, found.join(sure, on="id", how="anti").select(list(DOUBTS))

    def _decided(self) -> pl.DataFrame:
        """Questions about a pair of lines of which one is known to be about somebody who stays out."""
        nobody = pl.DataFrame(schema={"row": pl.Int64, "person": pl.String})
        if self._purpose != "decisions" or "question_id" not in self._frame.columns or not self._withdrawn:
            return nobody
        hashes = [one[1:] for one in self._withdrawn]
        of_pair = pl.col("question_id").str.starts_with("person-") & pl.col("question_id").str.contains_any(
            hashes
        )
        return self._frame.filter(of_pair).select("row", person=pl.lit(None, pl.String)).cast(nobody.schema)  # pyright: ignore[reportArgumentType]

    def _unreadable(self) -> pl.DataFrame:
        table = self._read.table
        rows = table.problems["row"].drop_nulls() if table.unreadable_rows else pl.Series([], dtype=pl.Int64)
        return pl.DataFrame({"row": rows.cast(pl.Int64)}).select(
            "row", column=pl.lit(None, pl.String), person=pl.lit(None, pl.String)
        )

    def _on_other_sheets(self) -> int:
        """Rows of sheets that nothing reads, in which a name stands: they go with the sheet."""
        count = 0
        for sheet in workbook_sheets(self._read.path):
            if sheet.name == self._read.table.sheet or not sheet.rows:
                continue
            frame = read_text_table(self._read.path, sheet=sheet.name).frame
            if self._known is not None:
                frame = frame.filter(self._known.may_be_in(frame))
            texts = frame.select(
                id=pl.col("row").cast(pl.String),
                text=pl.concat_str(pl.exclude("row"), separator=" ", ignore_nulls=True),
            )
            count += mentioned(texts, self._keys, self._secret)["id"].n_unique()
        return count
