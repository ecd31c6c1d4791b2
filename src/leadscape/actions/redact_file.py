"""Take people who stay out from one file before it is kept: by keyed hashes, without knowing their names.

What names somebody for certain is blanked; where a line may name somebody, its row is told and the line stays
(:mod:`leadscape.survey.privacy.recognition` says which is which). The row of a return goes whole; of a register only
what names the head; in free words the cell. Decisions stay, the words beside them go.
"""

from __future__ import annotations

import gzip
import tempfile
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.redact_study import PACKED, head_columns
from leadscape.core.errors import FileProblem, LeadscapeError, OutputBlocked
from leadscape.core.identifiers import clean_identifier, normalise_name
from leadscape.core.tabular import NO_ROW, TextTable, read_text_table, workbook_sheets
from leadscape.survey.headings import fold_heading, match_headings
from leadscape.survey.instruments.opening import lines_of_form
from leadscape.survey.nomination_lines import HEADINGS, sender_of
from leadscape.survey.privacy.ledger import REMOVED_MENTION
from leadscape.survey.privacy.recognition import (
    PLACED,
    WHOLE_NAME,
    is_certain,
    match_people,
    mentioned,
    place_lines,
    turn_names,
)
from leadscape.survey.privacy.redaction import MARK, blank_rows, can_rewrite, rewrite_table
from leadscape.survey.returns import read_returns

if TYPE_CHECKING:
    from collections.abc import Sequence

PURPOSES: Final = ("schools", "returns", "decisions", "validation", "validation_sample", "frame")
"""Files of a study that may name people, by the key of the study file."""
ERASED: Final = "(erased)"
SAMPLED: Final = ("leader_name", "home_urn", "home_school", "partner_schools", "started_on", "ended_on")
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
class RedactedFile:
    """What became of a file.

    Attributes
    ----------
    content
        The file without what was taken out; null where nothing was.
    lines
        ``row``, ``nomination_id``, ``respondent_id``, ``person``: lines of a return that were taken out whole. The id
        and the respondent are null where the return cannot be read otherwise.
    taken_out
        Lines, heads and cells that were taken out.
    doubtful
        Rows (the header being 1) that may name somebody who stays out and that were left as they are.
    """

    content: bytes | None
    lines: pl.DataFrame
    taken_out: int
    doubtful: tuple[int, ...]


_LINES: Final = {"row": pl.Int64, "nomination_id": pl.String, "respondent_id": pl.String, "person": pl.String}


def redact_file(
    content: bytes,
    file_name: str,
    purpose: str,
    *,
    keys: pl.DataFrame,
    secret: bytes,
    schools: pl.DataFrame,
    withdrawn: frozenset[str] = frozenset(),
) -> RedactedFile:
    """One file of a study without people who stay out.

    Parameters
    ----------
    purpose
        One of :data:`PURPOSES`; a file of another purpose names nobody and is left as it is.
    keys
        ``key``, ``person``: keyed hashes as :func:`leadscape.actions.recognise_objectors.key_objector` makes them, and
        whose they are, in any words.
    schools
        ``urn``, ``school``, ``authority_code``, ``authority_name`` of the register, by which lines are placed.
    withdrawn
        Ids of lines of returns that are known to be about somebody who stays out.

    Raises
    ------
    OutputBlocked
        When a file that names somebody cannot be written again.
    FileProblem
        When it is no table. One with headings alone names nobody.
    """
    nothing = RedactedFile(None, pl.DataFrame(schema=_LINES), 0, ())
    if purpose not in PURPOSES or (keys.is_empty() and not withdrawn) or not content.strip():
        return nothing
    with tempfile.TemporaryDirectory(prefix="leadscape-redact-") as folder:
        path = Path(folder) / file_name
        path.write_bytes(content)
        try:
            look = _Look(path, purpose, keys, secret, schools, withdrawn)
        except FileProblem as error:
            if NO_ROW in error.what:
                return nothing
            raise
        found = look.find()
        if not found.taken_out:
            return RedactedFile(None, nothing.lines, 0, found.doubtful)
        return RedactedFile(
            _rewritten(path, purpose, found),
            found.lines.select(list(_LINES)),
            found.taken_out,
            found.doubtful,
        )


@dataclass(frozen=True)
class _Found:
    """What names somebody in one table: whole rows, cells (``row``, ``column``), rows in doubt."""

    lines: pl.DataFrame
    cells: pl.DataFrame
    elsewhere: int
    doubtful: tuple[int, ...]

    @property
    def taken_out(self) -> int:
        return self.lines.height + self.cells["row"].n_unique() + self.elsewhere


class _Look:
    """One reading of one file."""

    def __init__(
        self,
        path: Path,
        purpose: str,
        keys: pl.DataFrame,
        secret: bytes,
        schools: pl.DataFrame,
        withdrawn: frozenset[str],
    ) -> None:
        self._path, self._purpose, self._withdrawn = path, purpose, withdrawn
        self._keys, self._secret, self._schools = keys, secret, schools
        self._table: TextTable = lines_of_form(path) or read_text_table(path)
        self._frame = self._table.frame
        called = (
            schools.select(normalise_name(pl.col("authority_name")), "authority_code").drop_nulls().unique()
        )
        self._authorities = dict(called.iter_rows())

    def find(self) -> _Found:
        nominations = self._nominations()
        named = pl.concat([self._named(), self._of_nominations(nominations)]).unique(maintain_order=True)
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
            heads = [(row, name) for row in sure["id"].cast(pl.Int64) for name in self._person_columns()]
            cells = pl.concat([cells, pl.DataFrame(heads, cells.schema, orient="row")]).unique()
        gone = lines["row"]
        doubt = [*told.filter(~pl.col("certain"))["id"].cast(pl.Int64), *unsure, *self._unreadable()]
        left = set(doubt) - set(gone) - set(sure["id"].cast(pl.Int64)) - set(cells["row"])
        return _Found(
            lines=lines.join(
                nominations.select("nomination_id", "respondent_id", row="source_row"), on="row", how="left"
            ).with_columns(respondent_id=pl.coalesce("respondent_id", pl.lit(sender_of(self._path)))),
            cells=cells.filter(~pl.col("row").is_in(gone.implode())),
            elsewhere=self._on_other_sheets(),
            doubtful=tuple(sorted(left)),
        )

    def _nominations(self) -> pl.DataFrame:
        empty = dict.fromkeys(_READ, pl.String)
        if self._purpose == "returns":
            try:
                read = read_returns((self._path,)).nominations
                return read.select("source_row", *empty).cast({"source_row": pl.Int64})
            except (
                LeadscapeError
            ):  # What is wrong in it is told by whoever runs it; here its headings are enough.
                pass
        return pl.DataFrame(schema={"source_row": pl.Int64, **empty})

    def _of_nominations(self, nominations: pl.DataFrame) -> pl.DataFrame:
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

    def _named(self) -> pl.DataFrame:
        """People in columns of their own, one row a way of placing them."""
        frame = self._frame
        if self._purpose in ("decisions", "frame"):
            return pl.DataFrame(schema=PLACED)
        if self._purpose == "schools":
            places = match_headings(self._table, _REGISTER, ())
            ways = (
                [pl.concat_str(head_columns(frame), separator=" ", ignore_nulls=True)]
                if head_columns(frame)
                else []
            )
        else:
            lines = match_headings(self._table, HEADINGS, ())
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
        stem = sender_of(self._path)
        as_written = lines.with_columns(
            urn=clean_identifier(pl.col("urn")) if self._purpose != "validation" else
            pl.coalesce(clean_identifier(pl.col("urn")), pl.lit(stem)),
            authority_code=clean_identifier(pl.col("authority_code")),
        ).with_columns(
            # Returns name an authority, keys hold its code.
            authority_code=normalise_name(pl.col("authority_code")).replace_strict(
                self._authorities, default=pl.col("authority_code"), return_dtype=pl.String
            )
        )  # fmt: skip
        if self._purpose == "schools":
            return as_written.select(list(PLACED))
        sent = as_written.with_columns(authority_code=pl.coalesce("sender", pl.lit(stem)))
        return pl.concat([one.select(list(PLACED)) for one in (as_written, sent)])

    def _halves(self) -> list[tuple[str, str]]:
        """Columns of given and family names that stand in pairs."""
        names = [name for name in self._frame.columns if name != "row" and "name" in fold_heading(name)]
        given = [one for one in names if any(word in fold_heading(one) for word in _GIVEN)]
        family = [one for one in names if any(word in fold_heading(one) for word in _FAMILY)]
        return list(zip(given, family, strict=False))

    def _person_columns(self) -> list[str]:
        return list(
            dict.fromkeys([*head_columns(self._frame), *(name for pair in self._halves() for name in pair)])
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

    def _mentions(self, named: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
        """Cells whose words name somebody where they lie, and rows in which the name alone agrees."""
        apart = {"row", MARK, *(self._person_columns() if self._purpose == "schools" else ())}
        columns = [name for name in self._frame.columns if name not in apart and name != "question_id"]
        cells = (
            self._frame.unpivot(columns, index="row", variable_name="column", value_name="text")
            .filter(pl.col("text").str.contains(r"\p{L}{2,}.*[\s,;]+.*\p{L}{2,}"))
            .with_columns(id=pl.concat_str("row", "column", separator="\x1f"))
        )
        found = mentioned(cells.select("id", "text"), self._keys, self._secret)
        if found.is_empty():
            return pl.DataFrame(schema={"row": pl.Int64, "column": pl.String}), []
        found = found.join(cells.select("id", "row", "column", "text"), on="id")
        own = named.select(row=pl.col("id").cast(pl.Int64), text="name").unique()
        found = found.join(own, on=["row", "text"], how="anti")
        if self._purpose == "decisions":
            return found.select("row", "column").unique(), []
        places = self._places(named, found["row"].unique())
        placed = found.select("id", "name", "row").unique().join(places, on="row").select(list(PLACED))
        sure = match_people(place_lines(placed, self._schools), self._keys, self._secret).filter(
            is_certain(places_school=pl.lit(value=False))
        )
        certain = found.join(sure, on=["id", "person"], how="semi").select("row", "column").unique()
        unsure = found.join(sure, on="id", how="anti")["row"].unique()
        return certain, unsure.to_list()

    def _places(self, named: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
        """Where rows lie: ``row``, ``urn``, ``school``, ``authority_code``."""
        of_people = named.select("urn", "school", "authority_code", row=pl.col("id").cast(pl.Int64))
        if self._purpose in ("schools", "frame"):
            headings = _REGISTER if self._purpose == "schools" else _FRAME
            of_people = match_headings(self._table, headings, ()).select(
                "urn", "school", "authority_code", "row"
            )
        alone = pl.DataFrame({"row": rows}, schema={"row": pl.Int64}).select(
            urn=pl.lit(None, pl.String), school=pl.lit(None, pl.String),
            authority_code=pl.lit(sender_of(self._path)), row="row",
        )  # fmt: skip
        return pl.concat([of_people.filter(pl.col("row").is_in(rows.implode())), alone]).unique()

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

    def _unreadable(self) -> Sequence[int]:
        return self._table.problems["row"].drop_nulls().to_list() if self._table.unreadable_rows else []

    def _on_other_sheets(self) -> int:
        """Rows of sheets that nothing reads, in which a name stands: they go with the sheet."""
        count = 0
        for sheet in workbook_sheets(self._path):
            if sheet.name == self._table.sheet or not sheet.rows:
                continue
            frame = read_text_table(self._path, sheet=sheet.name).frame
            texts = frame.select(
                id=pl.col("row").cast(pl.String),
                text=pl.concat_str(pl.exclude("row"), separator=" ", ignore_nulls=True),
            )
            count += mentioned(texts, self._keys, self._secret)["id"].n_unique()
        return count


def _rewritten(path: Path, purpose: str, found: _Found) -> bytes:
    plain = path
    if path.suffix.lower() == PACKED:
        plain = path.with_suffix("")
        plain.write_bytes(gzip.decompress(path.read_bytes()))
    if not can_rewrite(plain):
        raise OutputBlocked(
            f"{path.name} names somebody who stays out, and cannot be written again without them.",
            "It is of a kind that leadscape does not write, and it must not be kept as it is.",
            "Save it as .csv or .xlsx, and bring that in.",
        )
    copy = plain.with_name(f"copy-of-{plain.name}") if purpose != "returns" else _beside(plain)
    rewrite_table(plain, copy, lambda frame: _without(frame, purpose, found))
    if purpose == "returns":
        _check_others(plain, copy, found)
    content = copy.read_bytes()
    return gzip.compress(content, mtime=0) if path.suffix.lower() == PACKED else content


def _check_others(path: Path, copy: Path, found: _Found) -> None:
    """Refuse a copy that does not say the same about everybody who was left in it."""
    try:
        before = read_returns((path,)).nominations
    except LeadscapeError:  # It says nothing that could be counted.
        return
    touched = pl.concat([found.lines["row"], found.cells["row"]]).unique().implode()
    columns = [name for name in before.columns if name != "notes"]
    one, other = (
        frame.filter(~pl.col("source_row").is_in(touched)).select(columns)
        for frame in (before, read_returns((copy,)).nominations)
    )
    if not one.equals(other):
        raise OutputBlocked(
            f"{path.name} written again would not say the same about everybody else.",
            "It names somebody who stays out, and its layout is unusual.",
            "Take the rows about them out by hand, and bring the file in again.",
        )


def _beside(path: Path) -> Path:
    """The copy of a return bears its name, which may say whose it is."""
    folder = path.parent / "copy"
    folder.mkdir()
    return folder / path.name


def _without(frame: pl.DataFrame, purpose: str, found: _Found) -> pl.DataFrame:
    gone = pl.col("row").is_in(found.lines["row"].implode())
    if purpose == "validation_sample":
        # The row stays, since its chance of being drawn counts; nothing in it says whose it was.
        token = pl.format("erased-{}", pl.col("row"))
        words = {"entry_id": token, "leader_id": token, **dict.fromkeys(SAMPLED, pl.lit(None, pl.String))}
        words["leader_name"] = pl.lit(ERASED)
        blanked = frame.with_columns(
            pl.when(gone).then(word).otherwise(pl.col(name)).alias(name)
            for name, word in words.items()
            if name in frame.columns
        )
    else:
        blanked = blank_rows(frame, found.lines["row"]) if found.lines.height else frame
    heads = set(head_columns(frame)) if purpose == "schools" else set()
    by_column = found.cells.group_by("column").agg("row")

    def blank(so_far: pl.DataFrame, one: tuple[str, list[int]]) -> pl.DataFrame:
        name, rows = one
        word = pl.lit(None, pl.String) if name in heads or purpose == "schools" else pl.lit(REMOVED_MENTION)
        return so_far.with_columns(
            pl.when(pl.col("row").is_in(rows)).then(word).otherwise(pl.col(name)).alias(name)
        )

    return reduce(blank, by_column.iter_rows(), blanked)
