"""People whom a form names, as lines of a return; and forms that say that there is nobody to name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.instruments.tables import FormProblems
from leadscape.survey.nomination_lines import CHOOSING, HEADINGS, TEXT_SCHEMA

if TYPE_CHECKING:
    from leadscape.survey.instruments.opening import OpenedForm

MARK_NONE: Final = "we have none"
BLANK_FORM: Final = (
    "The form is blank. Where it asks for people, somebody who has nobody to name must answer Yes to "
    f"{MARK_NONE!r}: a blank form cannot be told from no answer. Ask again, or leave the file out."
)


def nomination_texts(form: OpenedForm | None, file_at: int, file: str, sender: str) -> pl.DataFrame:
    """The lines of one form as ``TEXT_SCHEMA``; what a line has besides the columns of a return goes to its notes.

    Parameters
    ----------
    form
        Null for no line.
    """
    rule = form.instrument.nominations if form is not None else None
    lines = form.lines.get(rule.section) if form is not None and rule is not None else None
    if form is None or rule is None or lines is None:
        return pl.DataFrame(schema=TEXT_SCHEMA)
    besides = [
        pl.when(pl.col(name).is_not_null()).then(pl.concat_str(pl.lit(f"{name}: "), pl.col(name)))
        for name in lines.columns
        if name not in ("row", *HEADINGS)
    ]
    own = [pl.col("notes")] if "notes" in lines.columns else []
    notes = (
        pl.concat_list(*own, *besides).list.drop_nulls().list.join("; ") if own or besides else pl.lit(None)
    )
    return lines.select(
        "row",
        *(
            pl.col(name) if name in lines.columns else pl.lit(None, pl.String).alias(name)
            for name in (*HEADINGS, *CHOOSING)
            if name != "notes"
        ),
        notes=pl.when(notes.str.len_chars() > 0).then(notes) if own or besides else pl.lit(None, pl.String),
        file_at=pl.lit(file_at, pl.Int32),
        source_file=pl.lit(file),
        sender=pl.lit(sender),
    ).select(list(TEXT_SCHEMA))


def check_none(file: str, form: OpenedForm, answers: pl.DataFrame) -> pl.DataFrame:
    """What is wrong with saying that there is nobody, or with saying nothing, as :class:`FormProblems`."""
    schema = polars_schema(FormProblems)
    rule = form.instrument.nominations
    if rule is None or rule.section not in form.lines:
        return pl.DataFrame(schema=schema)
    said = answers.filter(pl.col("file") == file, pl.col("question") == rule.none)["value"]
    none = said[0] if len(said) else None
    named = form.lines[rule.section].height
    asked = rule.none in form.asked
    told: tuple[str, str] | None = None
    match (none, named > 0):
        case ("yes", True):
            told = (
                "problem",
                f"Says that there is nobody and names people on {named} lines. "
                "Ask which is meant: clear the lines, or change the answer to no.",
            )
        case ("no", False):
            told = ("problem", "Says that there is somebody and names nobody. Ask for the names.")
        case (None, False):
            told = (
                "problem",
                "Names nobody and does not say that there is nobody: a blank form cannot be told from no answer. "
                f"Ask them to answer Yes to {MARK_NONE!r}, or leave the form out.",
            )
        case (None, True) if asked:
            told = ("notice", f"Left blank; with {named} lines it was taken for no.")
    if told is None:
        return pl.DataFrame(schema=schema)
    severity, sentence = told
    return pl.DataFrame(
        [(file, severity, None, None, rule.none, none, sentence)], schema=schema, orient="row"
    )
