"""Start a study of one's own system: a folder with everything to fill in, and where the public files are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unicodedata import category

import polars as pl

from leadscape.codebooks import Codebook, load_codebook
from leadscape.core.errors import OutputBlocked
from leadscape.core.writing import write_text
from leadscape.register.authorities import authorities_of
from leadscape.register.reading import read_register_file
from leadscape.register.tables import Authorities
from leadscape.survey.template import write_frame_form, write_return_form

STUDY = """\
# One run of leadscape. `leadscape map {name}` makes the landscape from it.

[study]
title = {title}
system = {system}
as_of = {as_of}          # the date the landscape is for
codebook = {codebook}
seed = 2006                 # same inputs and seed, same bytes

[register]
schools = [{schools}]       # see HOW-TO-GET-THE-FILES.txt
# links = ["links.csv"]     # predecessors and successors
# groups = ["groups.csv"]   # trusts and federations
{mapping}
# boundaries = "authorities.geojson"  # only if you have shapes; otherwise they are drawn from the schools

[survey]
frame = "respondents.xlsx"  # who was asked, and who answered
returns = ["returns/*.xlsx"] # write returns = [] while none has come
# decisions = "review.xlsx" # the review file after somebody has filled it in
# withdrawals = "withdrawn.csv"
# objections = "objections.csv"             # both written by `leadscape survey withdraw`
# objections_secret = "objections.secret"
# validation_sample = "validation/sample.csv" # a sample checked with schools: `leadscape survey validate`
# validation = ["answers/*.xlsx"]
# draws = 20                # ways in which open questions are answered, so that doubt reaches the figures

[landscape]
suppress_below = 6          # counts 1-5 are hidden, with enough others that they cannot be worked out
# round_to = 5

# A prevalence needs a denominator with its source. Add one block for each.
# [[landscape.denominator]]
# label = "headteachers in post"
# n = 22400
# unit = "leaders"
# source = "School workforce census, November"

[output]
folder = "out"
"""

MAPPING = '# mapping = "mapping.toml"  # only for a register that leadscape does not recognise'

HOW_TO = """\
How to get the public files
===========================

England
  Register   Get Information about Schools (GIAS), page Downloads: "Establishment fields CSV" (all or open).
             https://get-information-schools.service.gov.uk/Downloads
  Links      The same page: "Establishment links CSV" (predecessors and successors).
  Groups     The same page: "All group records and links" (trusts, federations).
  Licence    Open Government Licence v3.0. Say where the data come from.

New Zealand
  Register   Education Counts, directory of schools; it is recognised by the mapping that comes with leadscape.

Any other country
  Any list of schools with a unique number and a name, as .csv, .csv.gz, .xlsx, .xls or .parquet, and a mapping file
  that says which column is which. `leadscape register check FILE` tells what is recognised and what is missing.

Your own files
  respondents.xlsx        who is asked; fill in `response` as answers come.
  return-form.xlsx        send it out; save each answer in returns/ under the respondent's id, such as returns/383.xlsx.
  review.xlsx             written into the folder restricted/ by `leadscape map`: what a person must decide. Copy it
                          here, fill in the column `decision`, name it in study.toml, and run again.

People named in returns have a right to know it. Keep this folder where only those who need it can read it.
"""


@dataclass(frozen=True)
class StartedStudy:
    """The files written, all inside ``folder``."""

    folder: Path
    files: tuple[Path, ...]
    authorities: int


def start_study(
    folder: Path,
    *,
    title: str,
    codebook: str,
    as_of: date,
    register: Path | None = None,
    mapping: Path | None = None,
) -> StartedStudy:
    """Write a study folder to be filled in.

    Parameters
    ----------
    register
        A register file; its authorities become the frame and the form's list, and the study names it.

    Raises
    ------
    OutputBlocked
        When the folder already holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputBlocked(
            f"{folder} exists and is not an empty folder.",
            "A new study must not overwrite files of yours.",
            "Name a new folder.",
        )
    book = load_codebook(codebook)
    authorities = Authorities.create_empty()
    if register is not None:
        authorities = authorities_of(read_register_file(register, mapping=mapping, table="schools").frame)
    # A codebook of one's own is known by its path, a shipped one by its id.
    named = Path(codebook).resolve().as_posix() if codebook.endswith(".toml") else book.id
    content = STUDY.format(
        name="study.toml",
        title=_quoted(title),
        system=_quoted(book.system),
        as_of=as_of.isoformat(),
        codebook=_quoted(named),
        schools=_quoted(register.resolve().as_posix() if register is not None else "register.csv"),
        mapping=f"mapping = {_quoted(mapping.resolve().as_posix())}"
        if register is not None and mapping is not None
        else MAPPING,
    )
    files = _write_all(folder, content, book, authorities)
    return StartedStudy(folder, files, authorities.height)


def _write_all(folder: Path, content: str, book: Codebook, authorities: pl.DataFrame) -> tuple[Path, ...]:
    study, frame, form, how_to = (
        folder / name
        for name in ("study.toml", "respondents.xlsx", "return-form.xlsx", "HOW-TO-GET-THE-FILES.txt")
    )
    write_text(content, study)
    write_frame_form(frame, authorities)
    write_return_form(form, book, authorities)
    write_text(HOW_TO, how_to)
    (folder / "returns").mkdir(exist_ok=True)
    return (study, frame, form, how_to)


def _quoted(text: str) -> str:
    """A string of TOML on one line; control characters, which nobody sees in a title, become blanks."""
    plain = "".join(" " if category(mark) == "Cc" else mark for mark in text)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
