"""Forms that came back: recognised, typed, consent and eligibility kept apart, everything doubtful told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.codebooks import load_codebook
from leadscape.core.errors import LeadscapeError
from leadscape.core.tables import polars_schema
from leadscape.survey.instruments.choices import lists_of
from leadscape.survey.instruments.instrument import CONSENT
from leadscape.survey.instruments.nominating import check_none, nomination_texts
from leadscape.survey.instruments.opening import OpenedForm, open_form
from leadscape.survey.instruments.tables import Answers, FormProblems, Forms
from leadscape.survey.instruments.typed_answers import MUST_BE_ANSWERED, type_answers
from leadscape.survey.instruments.verdicts import decide_use, describe_forms, hide_withheld, judge_forms
from leadscape.survey.nomination_lines import identify_lines, sender_of, type_lines, wrong_cells
from leadscape.survey.tables import Nominations

if TYPE_CHECKING:
    from leadscape.codebooks import Codebook
    from leadscape.survey.instruments.instrument import Instrument

_SCHEMA: Final = polars_schema(FormProblems)


@dataclass(frozen=True)
class FormsReading:
    """Forms as read.

    Attributes
    ----------
    forms
        As :class:`Forms`: what each file was taken for, and whether its answers are used.
    answers
        As :class:`Answers`. Where ``use`` of the form is ``no_consent`` every value is withheld. Answers of forms that
        are not eligible are in ``set_aside``.
    set_aside
        As :class:`Answers`: of forms whose respondent is not eligible; ``eligibility`` says why.
    eligibility
        As :class:`Eligibility`; empty for an instrument without a rule.
    nominations
        As :class:`~leadscape.survey.tables.Nominations`: people named in forms that may be used.
    null_returns
        ``file``, ``respondent_id``: forms that say that there is nobody to name.
    problems
        As :class:`FormProblems`, by file.
    """

    forms: pl.DataFrame
    answers: pl.DataFrame
    set_aside: pl.DataFrame
    eligibility: pl.DataFrame
    nominations: pl.DataFrame
    null_returns: pl.DataFrame
    problems: pl.DataFrame

    @property
    def without_consent(self) -> int:
        """Forms whose answers are not used because consent was refused or left blank."""
        return self.forms.filter(pl.col("use") == "no_consent").height

    @property
    def is_sound(self) -> bool:
        """Whether nothing must be settled; what was only assumed does not count."""
        return not self.problems.filter(pl.col("severity") == "problem").height


def read_form(
    path: Path, instrument: Instrument | None = None, codebook: Codebook | None = None, on: date | None = None
) -> FormsReading:
    """Read one form; see :func:`read_forms`.

    Raises
    ------
    FileProblem, NotFound
        When the file is no form of any instrument at hand.
    """
    return read_opened([(path.name, open_form(path, instrument))], codebook, on)


def read_opened(
    forms: list[tuple[str, OpenedForm]], codebook: Codebook | None = None, on: date | None = None
) -> FormsReading:
    """Read forms that are taken apart already, each under a name that no other has."""
    return _read(forms, [], codebook, on)


def read_forms(
    paths: tuple[Path, ...],
    instrument: Instrument | None = None,
    codebook: Codebook | None = None,
    on: date | None = None,
) -> FormsReading:
    """Read forms of any instruments together.

    Parameters
    ----------
    instrument
        For forms that do not say what they are, or whose instrument is not shipped with leadscape.
    codebook
        For options such as roles; without it the one each form names.
    on
        The date that eligibility is judged for.

    Returns
    -------
    FormsReading
        A file that is no form is a problem of its own and does not stop the others.
    """
    opened: list[tuple[str, OpenedForm]] = []
    failed: list[tuple[str, LeadscapeError]] = []
    for name, path in zip(tell_apart(paths), paths, strict=True):
        try:
            opened.append((name, open_form(path, instrument)))
        except LeadscapeError as error:
            failed.append((name, error))
    if len(paths) == len(failed) == 1:
        raise failed[0][1]
    return _read(opened, failed, codebook, on)


def tell_apart(paths: tuple[Path, ...]) -> list[str]:
    """A name for each file: its own, with as many folders before it as tell it from others of that name."""
    names = [path.name for path in paths]
    for depth in range(2, max((len(path.parts) for path in paths), default=0) + 1):
        often = Counter(names)
        if max(often.values(), default=0) == 1:
            break
        names = [
            "/".join(path.parts[-depth:]) if often[name] > 1 else name
            for name, path in zip(names, paths, strict=True)
        ]
    return names


def _read(
    opened: list[tuple[str, OpenedForm]],
    failed: list[tuple[str, LeadscapeError]],
    codebook: Codebook | None,
    on: date | None,
) -> FormsReading:
    unread = [
        (name, "problem", None, None, None, None, f"{error.what} {error.next_step}") for name, error in failed
    ]
    problems = [pl.DataFrame(unread, schema=_SCHEMA, orient="row")]
    problems += [
        form.notes.select(pl.lit(name).alias("file"), *[c for c in _SCHEMA if c != "file"]).cast(_SCHEMA)
        for name, form in opened
    ]
    typed: list[pl.DataFrame] = []
    kinds = {
        (form.instrument.id, form.instrument.version, form.instrument.content_hash) for _, form in opened
    }
    for kind in sorted(kinds):
        mine = [
            (name, form)
            for name, form in opened
            if (form.instrument.id, form.instrument.version, form.instrument.content_hash) == kind
        ]
        frame, found = _type(mine, codebook)
        typed.append(frame)
        problems.append(found)
    answers = pl.concat([_no_answers(), *typed])
    forms = describe_forms(opened, answers)
    eligibility = judge_forms(opened, forms, answers, on)
    forms = decide_use(forms, eligibility)
    lines, found = _name_people(opened, forms, answers)
    problems.append(found)
    verdicts = forms.select("file", "use", "respondent_id", "instrument", "version")
    kept = answers.join(verdicts, on="file")
    withheld = pl.col("use") == "no_consent"
    kept = kept.with_columns(
        status=pl.when(withheld & (pl.col("question") != CONSENT))
        .then(pl.lit("withheld"))
        .otherwise("status"),
        value=pl.when(~withheld | (pl.col("question") == CONSENT)).then("value"),
        written=pl.when(~withheld & pl.col("written").ne_missing(pl.col("value"))).then("written"),
    )
    apart = pl.col("use").is_in(["not_eligible", "eligibility_unknown"])
    none = answers.filter(
        pl.col("question").is_in(
            [f.instrument.nominations.none for _, f in opened if f.instrument.nominations]
        ),
        pl.col("value") == "yes",
    )
    return FormsReading(
        forms=Forms.validate(forms.select(Forms.column_names()).sort("file"), cast=True),
        answers=_as_answers(kept.filter(~apart)),
        set_aside=_as_answers(kept.filter(apart)),
        eligibility=eligibility,
        nominations=Nominations.validate(lines.select(Nominations.column_names())),
        null_returns=none.join(verdicts.filter(~withheld), on="file")
        .select("file", "respondent_id")
        .sort("file"),
        problems=hide_withheld(FormProblems.validate(_once_a_cell(pl.concat(problems)), cast=True), forms),
    )


def _once_a_cell(problems: pl.DataFrame) -> pl.DataFrame:
    """Without *must be answered* where the cell holds what could not be read, which is told of it already."""
    unanswered = pl.col("rule") == MUST_BE_ANSWERED
    told = problems.filter(~unanswered & (pl.col("severity") == "problem")).select("file", "column", at="row")
    again = problems.with_row_index("nth").filter(unanswered).join(told, on=["file", "column"])
    again = again.filter(pl.col("row").is_null() | (pl.col("row") == pl.col("at")))
    return problems.with_row_index("nth").join(again, on="nth", how="anti").drop("nth")


def _type(mine: list[tuple[str, OpenedForm]], codebook: Codebook | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Answers and problems of all forms of one instrument."""
    instrument = mine[0][1].instrument
    book = codebook or load_codebook(instrument.codebook)
    lists = lists_of(book, None, instrument.languages)
    given = pl.concat([form.given.select(pl.lit(name).alias("file"), pl.all()) for name, form in mine])
    rows: list[pl.DataFrame] = []
    for name, form in mine:
        sections = instrument.sections_for(form.stamp.part)
        once = [CONSENT, *(q.id for s in sections if s.rows is None for q in s.questions)]
        rows.append(
            pl.DataFrame(
                {"file": name, "question": once, "item": 0, "asked": [q in form.asked for q in once]},
                schema_overrides={"item": pl.Int64},
            )
        )
        for section in sections:
            lines = form.lines.get(section.id)
            if section.rows is None or lines is None:
                continue
            asked = pl.DataFrame(
                {
                    "question": [q.id for q in section.questions],
                    "asked": [q.id in form.asked for q in section.questions],
                }
            )
            rows.append(
                lines.select(file=pl.lit(name), item="row")
                .join(asked, how="cross")
                .select("file", "question", "item", "asked")
            )
    result = type_answers(given, pl.concat(rows), instrument, lists)
    return result.frame, result.problems


def _no_answers() -> pl.DataFrame:
    texts = ("sheet", "status", "value", "written")
    return pl.DataFrame(
        schema={
            "file": pl.String,
            "question": pl.String,
            "item": pl.Int64,
            "sheet": pl.String,
            "row": pl.Int64,
        }
        | dict.fromkeys(texts, pl.String)
    )


def _name_people(
    opened: list[tuple[str, OpenedForm]], forms: pl.DataFrame, answers: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Nominations of the forms that may be used, and what is wrong about naming and having nobody to name."""
    used = set(forms.filter(pl.col("use") == "used")["file"])
    texts = [
        nomination_texts(form, at, name, form.stamp.respondent_id or sender_of(form.path))
        for at, (name, form) in enumerate(opened)
        if form.instrument.nominations is not None and name in used
    ]
    lines = type_lines(pl.concat([nomination_texts(None, 0, "", ""), *texts]))
    names = pl.Series([name for name, _ in opened], dtype=pl.String)
    order = wrong_cells(lines).filter(pl.col("rule").str.contains("before the role"))
    found = order.select(
        file=names.gather(order["file_at"]) if order.height else pl.lit(None, pl.String),
        severity=pl.lit("problem"),
        sheet=pl.lit(None, pl.String),
        row="row",
        column="column",
        value="value",
        rule="rule",
    )
    sound = identify_lines(lines.drop_nulls("leader_name"))
    declared = [check_none(name, form, answers) for name, form in opened if name in used]
    return sound, pl.concat([found.cast(_SCHEMA), *declared])


def _as_answers(frame: pl.DataFrame) -> pl.DataFrame:
    return Answers.validate(frame.select(Answers.column_names()), cast=True)
