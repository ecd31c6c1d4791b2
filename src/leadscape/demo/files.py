"""Returns, frame and study file, written as their senders would."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import xlsxwriter

from leadscape.core.writing import whole_file, write_csv, write_text
from leadscape.demo.facts import read_facts
from leadscape.demo.plan import LISTERS
from leadscape.demo.returns import Lines
from leadscape.demo.supports import AS_OF

CREATED: Final = datetime(2006, 6, 30)
AGENCIES_FILE: Final = "agencies.csv"
COLUMNS: Final = (
    "leader_name", "home_urn", "home_school", "authority", "role", "partner_schools", "started_on",
    "ended_on", "notes",
)  # fmt: skip
BLANK_ROWS: Final = 0.06
FORM_USED: Final = 0.3

STUDY: Final = """\
# One run of leadscape on an invented school system: `leadscape map study.toml` makes the landscape from it.

[study]
title = "{title}"
system = "england"
as_of = {as_of}
codebook = "england-2006"
seed = {seed}

[register]
schools = ["register.csv.gz"]
links = ["links.csv"]
groups = ["groups.csv"]

[survey]
frame = "respondents.csv"
returns = ["returns/*.xlsx", "{agencies}"]
decisions = "review.csv"

[landscape]
suppress_below = {suppress_below}

[[landscape.denominator]]
label = "headteachers in post"
n = {heads}
unit = "leaders"
source = "Synthetic: people whom the invented register names as head of an open school"

[[landscape.denominator]]
label = "heads of mainstream schools"
n = {mainstream}
unit = "leaders"
source = "Synthetic: the same without special schools and pupil referral units"

[output]
folder = "out"
"""

README: Final = """\
An invented school system
=========================

Every person, school, place and number in this folder is invented, and so is everything the returns say.
Names and codes of the local authorities and their rough position are facts of England in 2006; nothing else
is. Likeness to a living person or an existing school is chance. School numbers lie above every number in
use, postcodes begin with letters that no postcode has.

  study.toml         the run; `leadscape map study.toml`
  register.csv.gz    register of schools, with the children's centres, Welsh rows and mistakes that registers have
  links.csv          predecessors and successors
  groups.csv         federations and trusts
  respondents.csv    who was asked, and who answered
  returns/           one workbook for each authority that answered
  {agencies}       lists of the national agencies and of one network
  review.csv         the decisions of a careful clerk, made from the truth
  truth/             what the files were made from; a real study has no such folder
"""


def write_returns(folder: Path, written: Lines, rng: np.random.Generator) -> pl.DataFrame:
    """All returns; gives back ``line``, ``source_file``, ``source_row`` for every line."""
    of_agencies = written.lines.filter("by_agency").rename({"role_text": "role", "role": "role_id"})
    write_csv(
        of_agencies.select("respondent_id", *COLUMNS).with_columns(
            pl.col("started_on", "ended_on").dt.strftime("%d/%m/%Y")
        ),
        folder / AGENCIES_FILE,
    )
    placed = [
        of_agencies.select(
            "line", source_file=pl.lit(AGENCIES_FILE), source_row=pl.int_range(2, pl.len() + 2)
        )
    ]
    of_authorities = written.lines.filter(~pl.col("by_agency")).rename(
        {"role_text": "role", "role": "role_id"}
    )
    for (respondent,), block in of_authorities.group_by("respondent_id", maintain_order=True):
        name = f"{respondent}.xlsx"
        blanks = np.cumsum(rng.random(block.height) < BLANK_ROWS)
        rows = 2 + np.arange(block.height) + blanks
        _write_workbook(folder / "returns" / name, block, rows, rng)
        placed.append(block.select("line", source_file=pl.lit(name), source_row=pl.Series(rows)))
    return pl.concat(placed)


def write_frame(path: Path, authorities: pl.DataFrame, returned: pl.Series) -> pl.DataFrame:
    """Who was asked: every authority, agency and network. One that answers and names nobody says ``none``."""
    agencies = pl.DataFrame(
        {
            "respondent_id": [lister.respondent_id for lister in LISTERS],
            "respondent_name": [lister.name for lister in LISTERS],
            "kind": [lister.kind for lister in LISTERS],
            "answers": [True] * len(LISTERS),
        }
    )
    frame = pl.concat(
        [
            authorities.select(
                "authority_code",
                "region",
                "answers",
                respondent_id="authority_code",
                respondent_name="authority_name",
                kind=pl.lit("authority"),
            ),
            agencies,
        ],
        how="diagonal",
    ).select(
        "respondent_id",
        "respondent_name",
        "kind",
        "authority_code",
        "region",
        response=pl.when("answers").then(
            pl.when(pl.col("respondent_id").is_in(returned.implode()))
            .then(pl.lit("yes"))
            .otherwise(pl.lit("none"))
        ),
    )
    write_csv(frame, path)
    return frame


def write_study(folder: Path, *, national: bool, seed: int, heads: int, mainstream: int) -> Path:
    """``study.toml`` and ``README.txt``."""
    title = (
        "System leaders in an invented England, 2006"
        if national
        else "System leaders in twelve invented authorities, 2006"
    )
    text = STUDY.format(
        title=title,
        as_of=AS_OF.isoformat(),
        seed=seed,
        agencies=AGENCIES_FILE,
        suppress_below=6 if national else 0,
        heads=heads,
        mainstream=mainstream,
    )
    write_text(text, folder / "study.toml")
    write_text(README.format(agencies=AGENCIES_FILE), folder / "README.txt")
    return folder / "study.toml"


def _write_workbook(path: Path, block: pl.DataFrame, rows: np.ndarray, rng: np.random.Generator) -> None:
    """One authority's workbook: its own headings, columns and way with dates; blank rows in between."""
    headings = read_facts("wordings")["headings"]
    form_used = rng.random() < FORM_USED
    dates = rng.integers(0, 3)
    asked_for = [
        name
        for name in COLUMNS
        if name not in ("home_urn", "authority") or block[name].count() * rng.random() > 0.3
    ]
    needed = [name for name in COLUMNS if name == "home_urn" and block["home_urn"].count()]
    columns = [name for name in COLUMNS if name in asked_for or name in needed]
    with whole_file(path) as partial:
        book = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet("Return" if form_used else "Sheet1")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        for number, name in enumerate(columns):
            known = headings[name]
            sheet.write_string(0, number, known[0] if form_used else known[rng.integers(len(known))], bold)
            for row, cell in zip(rows.tolist(), block[name].to_list(), strict=True):
                if cell is None:
                    continue
                if name not in ("started_on", "ended_on"):
                    sheet.write_string(row - 1, number, cell)
                elif dates == 0:
                    sheet.write_datetime(row - 1, number, cell, day)
                else:
                    sheet.write_string(
                        row - 1, number, cell.strftime("%Y-%m-%d" if dates == 1 else "%d/%m/%Y")
                    )
        if not form_used:
            extra = headings["extra"][rng.integers(len(headings["extra"]))]
            sheet.write_string(0, len(columns), extra, bold)
            for place, row in enumerate(rows.tolist()):
                sheet.write_string(row - 1, len(columns), str(place + 1))
        book.close()
