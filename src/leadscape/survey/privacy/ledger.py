"""Is somebody who objected named again, perhaps under another spelling?

The ledger holds no name: for each person who objected it keeps keyed hashes of the forms that their name could come
back under (:mod:`leadscape.survey.privacy.names`). A new line that agrees with any of them stays out of everything
until a person has looked at it in the return itself; the question names the file and the row, never the person.

Sources
-------
Keyed hashing: Krawczyk, H., Bellare, M. & Canetti, R. (1997) HMAC: keyed-hashing for message authentication. RFC 2104.
Why it is pseudonymous and not anonymous: UK GDPR, Article 4(5) and Recital 26.
"""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import FileProblem, OutputBlocked
from leadscape.core.identifiers import content_id
from leadscape.core.tables import check_table, polars_schema
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas, whole_file, write_csv
from leadscape.register.dates import parse_date
from leadscape.survey.headings import match_headings
from leadscape.survey.privacy.names import RULE_WORDS, mention_forms, name_forms
from leadscape.survey.privacy.tables import RULES, Objections
from leadscape.survey.review import DIFFERENT
from leadscape.survey.tables import Questions

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_DIGITS: Final = 32
SECRET_LETTERS: Final = 64
QUESTION: Final = "objection"
REMOVED_MENTION: Final = "[left out: it names somebody who objected]"


@dataclass(frozen=True)
class HeldBack:
    """Nominations without those in which somebody who objected may be named.

    Attributes
    ----------
    nominations
        As :class:`~leadscape.survey.tables.Nominations`, those that may be used.
    questions
        As :class:`~leadscape.survey.tables.Questions`, one row a nomination held back or decided on; no name in it.
    held
        Nominations that stay out.
    """

    nominations: pl.DataFrame
    questions: pl.DataFrame
    held: int


def make_secret(path: Path) -> bytes:
    """A new secret of 256 bits, written so that only its owner can read it; the one that is there, if there is one.

    Raises
    ------
    OutputBlocked
        When it cannot be written.
    """
    if path.exists():
        return read_secret(path)
    with whole_file(path) as partial:
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
                stream.write(secrets.token_hex(SECRET_LETTERS // 2) + "\n")
        except OSError as error:
            raise OutputBlocked(
                f"{path} cannot be written ({error.strerror or error}).",
                "Without a secret a hashed name can be guessed by anybody.",
                "Choose a folder you may write to.",
            ) from error
    return read_secret(path)


def read_secret(path: Path) -> bytes:
    """The study's secret.

    Raises
    ------
    FileProblem
        When the file is not one that :func:`make_secret` wrote.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
        if len(text) != SECRET_LETTERS:
            raise ValueError(f"{len(text)} characters")
        return bytes.fromhex(text)
    except (OSError, ValueError) as error:
        raise FileProblem(
            f"{path.name} is not the secret of a study ({getattr(error, 'strerror', None) or error}).",
            "With another secret nobody who objected would be recognised.",
            f"Bring back the file of {SECRET_LETTERS} hexadecimal digits that was made with the first objection.",
        ) from error


def read_objections(path: Path) -> pl.DataFrame:
    """The ledger, as :class:`Objections`.

    Raises
    ------
    TableProblem, FileProblem
        When it is not a whole ledger: half of one would let people back in.
    """
    table = read_text_table(path)
    names = Objections.column_names()
    named = unguard_formulas(
        match_headings(
            table, {name: (name,) for name in names}, tuple(name for name in names if name != "reason")
        )
    )
    schema = polars_schema(Objections)
    typed = named.with_columns(
        recorded_on=parse_date(pl.col("recorded_on")),
        kind=pl.col("kind").cast(schema["kind"], strict=False),
        rule=pl.col("rule").cast(schema["rule"], strict=False),
    )
    return check_table(typed, Objections, path.name, row="row")


def make_objection(
    people: pl.DataFrame, secret: bytes, *, kind: str, recorded_on: date, recorded_by: str, reason: str | None
) -> pl.DataFrame:
    """The ledger rows of one person, as :class:`Objections`.

    Parameters
    ----------
    people
        As :func:`~leadscape.survey.privacy.names.name_forms` takes it: every way in which the person was named and
        every school that was meant, under any ``id``.
    """
    forms = name_forms(people.with_columns(id=pl.lit("one"))).unique(["rule", "form"]).sort("form")
    keyed = forms.with_columns(key=keys_of(forms["form"], secret))
    objection = content_id("O", *keyed["key"].sort())
    schema = polars_schema(Objections)
    return Objections.validate(
        keyed.select(
            objection_id=pl.lit(objection),
            key="key",
            rule=pl.col("rule").cast(schema["rule"]),
            kind=pl.lit(kind).cast(schema["kind"]),
            recorded_on=pl.lit(recorded_on),
            recorded_by=pl.lit(recorded_by),
            reason=pl.lit(reason, pl.String),
        ).sort("key")
    )


def add_objection(path: Path, objection: pl.DataFrame) -> bool:
    """Write one person's rows behind those of the ledger, whole or not at all; whether they were new."""
    before = read_objections(path) if path.exists() else Objections.create_empty()
    new = objection.join(before, on=["objection_id", "key"], how="anti")
    if new.height:
        write_csv(Objections.validate(pl.concat([before, new])), path)
    return new.height > 0


def hold_back(
    nominations: pl.DataFrame,
    places: pl.DataFrame,
    objections: pl.DataFrame,
    secret: bytes,
    decisions: pl.DataFrame,
) -> HeldBack:
    """Keep out every nomination that may be about somebody who objected, until a person says that it is not.

    Parameters
    ----------
    nominations
        As :class:`~leadscape.survey.tables.Nominations`, those of recorded objections already taken out.
    places
        ``id`` (nomination), ``name``, ``urn``, ``school``, ``authority_code``; several rows a nomination where it could
        be placed in several ways.
    decisions
        As :func:`~leadscape.survey.review.read_decisions` returns them. *different* on a question lets the line in;
        anything else, or nothing, keeps it out.
    """
    forms = name_forms(places)
    ranked = pl.DataFrame(
        {"rule": list(RULES), "rank": range(len(RULES)), "why": [RULE_WORDS[r] for r in RULES]}
    )
    found = (
        forms.with_columns(key=keys_of(forms["form"], secret))
        .join(objections.select("key").unique(), on="key", how="semi")
        .join(ranked, on="rule")
        .sort("rank")
        .group_by("id")
        .agg(why=pl.col("why").unique(maintain_order=True).str.join("; "))
    )
    answers = decisions.select("question_id", "decision", "decided_by", "note")
    asked = (
        nominations.join(found, left_on="nomination_id", right_on="id", maintain_order="left")
        .with_columns(question_id=question_id(pl.col("nomination_id")))
        .join(answers, on="question_id", how="left", maintain_order="left")
    )
    let_in = pl.col("decision").fill_null("") == DIFFERENT
    held = asked.filter(~let_in)["nomination_id"]
    schema = polars_schema(Questions)
    questions = asked.select(
        "question_id",
        question=pl.lit(QUESTION).cast(schema["question"]),
        as_written=pl.format("Line in {}, row {}", "source_file", "source_row"),
        context=pl.format(
            "Somebody who objected may be named there: {}. It stays out until decided; look in the return.",
            "why",
        ),
        nominations=pl.lit(1, pl.Int64),
        candidates=pl.lit(["same", "different"]),
        answers=pl.lit(["same", "different"]),
        probabilities=pl.lit([], pl.List(pl.Float64)),
        evidence=pl.lit(["", ""]),
        decision="decision",
        decided_by="decided_by",
        note="note",
        decided_in=pl.lit(None, pl.String),
    )
    return HeldBack(
        nominations=nominations.filter(~pl.col("nomination_id").is_in(held.implode())),
        questions=Questions.validate(questions.sort("question_id")),
        held=held.len(),
    )


def blank_mentions(nominations: pl.DataFrame, objections: pl.DataFrame, secret: bytes) -> pl.DataFrame:
    """``nominations`` whose notes do not name anybody who objected: such a note is replaced as a whole."""
    forms = mention_forms(nominations.select(id="nomination_id", text="notes"))
    found = forms.filter(keys_of(forms["form"], secret).is_in(objections["key"].implode()))["id"]
    return nominations.with_columns(
        notes=pl.when(pl.col("nomination_id").is_in(found.implode()))
        .then(pl.lit(REMOVED_MENTION))
        .otherwise("notes")
    )


def question_id(nomination_id: pl.Expr) -> pl.Expr:
    """The question that a held nomination raises."""
    return pl.concat_str(pl.lit(f"{QUESTION}-"), nomination_id.str.slice(1))


def keys_of(forms: Sequence[str] | pl.Series, secret: bytes) -> pl.Series:
    """The keyed hash of each form."""
    return pl.Series(
        "key",
        [hmac.digest(secret, form.encode(), "sha256").hex()[:KEY_DIGITS] for form in forms],
        dtype=pl.String,
    )
