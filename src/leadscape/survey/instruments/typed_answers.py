"""What each answer says: typed by its question, never made up, and set against the skip rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.identifiers import normalise_name
from leadscape.core.tables import polars_schema
from leadscape.register.dates import parse_date
from leadscape.survey.instruments.choices import Lists, answer_words
from leadscape.survey.instruments.instrument import (
    CHOICE_TYPES,
    CONSENT,
    NUMBER_TYPES,
    Instrument,
    in_language,
)
from leadscape.survey.instruments.tables import FormProblems
from leadscape.survey.nomination_lines import NO_DATE

if TYPE_CHECKING:
    from leadscape.survey.instruments.instrument import Question

SEPARATOR: Final = r"\s*[;\n]\s*"
JOINED: Final = "; "
MUST_BE_ANSWERED: Final = "Must be answered."
_YES: Final = ("yes", "y", "true", "1", "x", "✓")
_NO: Final = ("no", "n", "false", "0")
_KEY: Final = ("file", "question", "item")


@dataclass(frozen=True)
class TypedAnswers:
    """Answers of all forms of one instrument.

    Attributes
    ----------
    frame
        ``file``, ``question``, ``item``, ``sheet``, ``row``, ``status``, ``value``, ``written``.
    problems
        As :class:`FormProblems`.
    """

    frame: pl.DataFrame
    problems: pl.DataFrame


def type_answers(
    given: pl.DataFrame, expected: pl.DataFrame, instrument: Instrument, lists: Lists
) -> TypedAnswers:
    """Type every answer and give every expected one a status.

    Parameters
    ----------
    given
        ``file``, ``question``, ``item``, ``sheet``, ``row``, ``written``.
    expected
        ``file``, ``question``, ``item``, ``asked``: every question that a form reaches, and whether the form holds it.
    lists
        Options from outside; a question whose list is not at hand takes any words.
    """
    typed, problems = _values(given, instrument, lists)
    order = pl.DataFrame({"question": list(instrument.questions), "place": range(len(instrument.questions))})
    whole = (
        expected.join(typed, on=_KEY, how="left")
        .join(order, on="question", how="left")
        .sort("file", "item", "place")
        .with_columns(
            status=pl.when(pl.col("value").is_not_null())
            .then(pl.lit("answered"))
            .when(pl.col("written").is_not_null())
            .then(pl.lit("not_understood"))
            .when("asked")
            .then(pl.lit("not_answered"))
            .otherwise(pl.lit("not_asked"))
        )
    )
    for question in instrument.questions.values():
        if question.ask_if is not None:
            whole = _apply_rule(whole, question, instrument)
    return TypedAnswers(
        whole.select(*_KEY, "sheet", "row", "status", "value", "written"),
        pl.concat([problems, _against_rules(whole, instrument, lists), _needed(whole, instrument)]),
    )


def _values(given: pl.DataFrame, instrument: Instrument, lists: Lists) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``value`` beside every answer, and what is wrong where there is none."""
    meta = pl.DataFrame(
        [
            (
                q.id,
                q.type,
                q.open_list or not (q.type in CHOICE_TYPES and lists.options(q)),
                q.minimum,
                q.maximum,
            )
            for q in instrument.questions.values()
        ],
        schema={
            "question": pl.String,
            "type": pl.String,
            "open": pl.Boolean,
            "minimum": pl.Float64,
            "maximum": pl.Float64,
        },
        orient="row",
    )
    known = _known_options(instrument, lists)
    pieces = (
        given.join(meta, on="question")
        .with_columns(
            piece=pl.when(pl.col("type") == "several_choices")
            .then(pl.col("written").str.replace_all(SEPARATOR, ";").str.split(";"))
            .otherwise(pl.concat_list("written"))
        )
        .explode("piece")
        .with_columns(pl.col("piece").str.strip_chars())
        .filter(pl.col("piece").str.len_chars() > 0)
        .with_columns(folded=normalise_name(pl.col("piece")))
        .join(known, on=["question", "folded"], how="left", maintain_order="left")
    )
    number = pl.col("piece").str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)
    number = pl.when(number.is_finite()).then(number)
    chosen = pl.coalesce("option", pl.when("open").then(pl.col("piece")))
    pieces = pieces.with_columns(number=number).with_columns(
        said=pl.when(pl.col("type").is_in([*CHOICE_TYPES, "yes_no"]))
        .then(pl.when(pl.col("type") == "yes_no").then(pl.col("option")).otherwise(chosen))
        .when(pl.col("type") == "date")
        .then(parse_date(pl.col("piece")).cast(pl.String))
        .when(pl.col("type").is_in(list(NUMBER_TYPES)))
        .then(pl.when(_within()).then(_as_text(pl.col("number"))))
        .otherwise(pl.col("piece"))
    )
    whole = pieces.group_by(*_KEY, maintain_order=True).agg(
        pl.col("sheet", "row", "written", "type", "minimum", "maximum").first(),
        value=pl.when(pl.col("said").null_count() == 0).then(
            pl.col("said").unique(maintain_order=True).str.join(JOINED)
        ),
        lost=pl.col("piece").filter(pl.col("said").is_null()).str.join(JOINED),
    )
    wrong = whole.filter(pl.col("value").is_null())
    return whole.select(*_KEY, "sheet", "row", "value", "written"), wrong.select(
        "file",
        severity=pl.lit("problem"),
        sheet="sheet",
        row="row",
        column="question",
        value="lost",
        rule=_rule_of_type(instrument, lists),
    ).cast(polars_schema(FormProblems))


def _within() -> pl.Expr:
    number = pl.col("number")
    low = pl.col("minimum").is_null() | (number >= pl.col("minimum"))
    high = pl.col("maximum").is_null() | (number <= pl.col("maximum"))
    whole = (pl.col("type") != "rating") | (number == number.floor())
    return low & high & whole


def _as_text(number: pl.Expr) -> pl.Expr:
    return (
        pl.when(number == number.floor())
        .then(number.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(number.cast(pl.String))
    )


def _known_options(instrument: Instrument, lists: Lists) -> pl.DataFrame:
    """Every folded text that stands for an option of a question: its id and its label in every language."""
    found: dict[tuple[str, str], str] = {}
    for question in instrument.questions.values():
        for option in lists.options(question):
            for text in (option.id, *option.label.values()):
                found.setdefault((question.id, text), option.id)
        if question.type == "yes_no":
            for answer, texts in (("yes", _YES), ("no", _NO)):
                said = [words[answer] for words in instrument.words.values()]
                for text in (*texts, *said):
                    found.setdefault((question.id, text), answer)
    return (
        pl.DataFrame(
            [(question, text, option) for (question, text), option in found.items()],
            schema={"question": pl.String, "text": pl.String, "option": pl.String},
            orient="row",
        )
        .select("question", "option", folded=normalise_name(pl.col("text")))
        .unique(["question", "folded"], keep="first", maintain_order=True)
    )


def _rule_of_type(instrument: Instrument, lists: Lists) -> pl.Expr:
    """What was expected of an answer, by its question."""

    def told(question: Question) -> str:
        language = instrument.languages[0]
        match question.type:
            case "yes_no":
                return "Must be yes or no."
            case "date":
                return NO_DATE
            case "number" | "rating":
                low, high = question.minimum, question.maximum
                bounds = [f"at least {low:g}"] if low is not None else []
                bounds += [f"at most {high:g}"] if high is not None else []
                kind = "a whole number" if question.type == "rating" else "a number"
                return f"Must be {kind}{' of ' + ' and '.join(bounds) if bounds else ''}."
            case _:
                labels = [in_language(option.label, language) for option in lists.options(question)]
                return f"Must be among: {'; '.join(labels)}."

    rules = {q.id: told(q) for q in instrument.questions.values()}
    return pl.col("question").replace_strict(rules, return_dtype=pl.String)


def _apply_rule(whole: pl.DataFrame, question: Question, instrument: Instrument) -> pl.DataFrame:
    """Say of one question where an earlier answer rules it out; rules are applied in the order of the questions."""
    rule = question.ask_if
    assert rule is not None, "called for questions with a rule"
    same_line = instrument.repeats(rule.question)
    keys = ["file", "item"] if same_line else ["file"]
    said = whole.filter(pl.col("question") == rule.question).select(
        *keys, asked_value="value", asked_status="status"
    )
    joined = whole.join(said, on=keys, how="left", maintain_order="left")
    wanted = (
        pl.col("asked_value").str.split(JOINED).list.eval(pl.element().is_in(list(rule.answers))).list.any()
    )
    ruled_out = (pl.col("question") == question.id) & (
        (pl.col("asked_status") == "skipped_by_rule") | (pl.col("asked_value").is_not_null() & ~wanted)
    )
    status = (
        pl.when(ruled_out & pl.col("written").is_null() & pl.col("asked"))
        .then(pl.lit("skipped_by_rule"))
        .when(ruled_out & (pl.col("status") == "answered"))
        .then(pl.lit("answered_against_rule"))
        .otherwise("status")
    )
    return joined.with_columns(status=status).drop("asked_value", "asked_status")


def _against_rules(whole: pl.DataFrame, instrument: Instrument, lists: Lists) -> pl.DataFrame:
    language = instrument.languages[0]
    rules = {
        q.id: f"Is asked only where {q.ask_if.question} is "
        f"{' or '.join(answer_words(instrument, q.ask_if.question, q.ask_if.answers, language, lists))}. "
        "The answer is kept; correct one of the two."
        for q in instrument.questions.values()
        if q.ask_if is not None
    }
    return (
        whole.filter(pl.col("status") == "answered_against_rule")
        .select(
            "file",
            severity=pl.lit("problem"),
            sheet="sheet",
            row="row",
            column="question",
            value="written",
            rule=pl.col("question").replace_strict(rules, default=None, return_dtype=pl.String),
        )
        .cast(polars_schema(FormProblems))
    )


def _needed(whole: pl.DataFrame, instrument: Instrument) -> pl.DataFrame:
    """Answers that are needed and are not there; consent and the answer *none* have rules of their own."""
    own_rule = {CONSENT, instrument.nominations.none if instrument.nominations else CONSENT}
    needed = [q.id for q in instrument.questions.values() if q.required and q.id not in own_rule]
    repeating = {name: one.id for name, one in instrument.section_of.items() if one.rows is not None}
    part = pl.col("question").replace_strict(repeating, default="", return_dtype=pl.String)
    return (
        whole.with_columns(part=part)
        .with_columns(sheet=pl.coalesce("sheet", pl.col("sheet").drop_nulls().first().over("file", "part")))
        .filter(pl.col("question").is_in(needed) & (pl.col("status") == "not_answered"))
        .select(
            "file",
            severity=pl.lit("problem"),
            sheet="sheet",
            row=pl.when(pl.col("item") > 0).then("item"),
            column="question",
            value=pl.lit(None, pl.String),
            rule=pl.lit(MUST_BE_ANSWERED),
        )
        .cast(polars_schema(FormProblems))
    )
