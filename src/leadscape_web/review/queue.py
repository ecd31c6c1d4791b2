"""The queue of questions: rows of its list, how many are open, and which comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import polars as pl
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from leadscape_web.accounts.names import names_of
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import NOT_KNOWN
from leadscape_web.register.models import Authority, School
from leadscape_web.review.listed import Listed
from leadscape_web.review.models import Decision, Question
from leadscape_web.review.presenters.persons import NO_LEADER
from leadscape_web.review.presenters.question import answer_words, state_of, title_of
from leadscape_web.review.wording import KINDS, OPEN, likely
from leadscape_web.survey.codebooks import KnownWaves
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN

SCHEMA: Final = {
    "key": pl.String, "question": pl.String, "kind": pl.String, "authorities": pl.List(pl.String),
    "nominations": pl.Int64, "probability": pl.String, "state": pl.String, "decision": pl.String, "study": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Narrowed:
    """What the queue was narrowed by when a question was opened, so that the next one is of the same kind."""

    kind: str = ""
    authority: str = ""

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; empty where nothing was asked for."""
        given = {name: value for name, value in vars(self).items() if value}
        return f"?{urlencode(given)}" if given else ""


def read_narrowed(asked: Any) -> Narrowed:
    """What an address says, be it a question's or the list's; what makes no sense is ignored."""
    said = asked.get("kind", "")
    kind = next((code for code, words in KINDS.items() if said in (code, words)), "")
    authority = asked.get("authority", "")[:20]
    if name := asked.get("authorities"):
        authority = Authority.objects.filter(name=name).values_list("code", flat=True).first() or ""
    return Narrowed(kind, authority)


def next_open(narrowed: Narrowed, after: Question | None = None) -> UUID | None:
    """The open question with the most lines waiting; after one of them, the next in that order, or the first again."""
    decided = Decision.objects.filter(question=OuterRef("pk"), superseded_at=None, answer__isnull=False)
    rows = Question.objects.filter(~Exists(decided), gone_at=None).order_by("-nominations", "pk")
    if narrowed.kind:
        rows = rows.filter(kind=narrowed.kind)
    if narrowed.authority:
        rows = rows.filter(authorities__contains=[narrowed.authority])
    if after is None:
        return rows.values_list("pk", flat=True).first()
    later = Q(nominations__lt=after.nominations) | Q(nominations=after.nominations, pk__gt=after.pk)
    others = rows.exclude(pk=after.pk).values_list("pk", flat=True)
    return others.filter(later).first() or others.first()


def queue_rows(found: Sequence[Listed], waves: KnownWaves) -> pl.DataFrame:
    """One row a question, for the list."""
    codes = {code for one in found for code in one.authorities}
    places = dict(Authority.objects.filter(code__in=codes).values_list("code", "name"))
    urns = {one.answer for one in found if one.answer and one.answer.isdigit()}
    schools = dict(School.objects.filter(urn__in=urns).values_list("urn", "name"))
    names = names_of(person for one in found for person in one.persons.values())

    def name(one: Listed, side: int) -> str:
        person = one.persons.get(side)
        return names.get(person, NAME_NOT_KNOWN) if person else NO_LEADER

    rows = [
        {
            "key": str(one.id),
            "question": title_of(one.kind, one.written, [name(one, 1), name(one, 2)]),
            "kind": KINDS[one.kind],
            "authorities": [places.get(code, code) for code in one.authorities],
            "nominations": one.nominations,
            "probability": likely(one.probability_pct),
            "state": state_of(one.answer, one.decided_at, one.carried_out, one.run_at),
            "decision": answer_words(one.kind, one.answer, waves.words(one.wave_id), schools)
            if one.answer is not None
            else None,
            "study": waves_title(waves, one.wave_id),
        }
        for one in found
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def waves_title(waves: KnownWaves, wave_id: UUID) -> str:
    """The title of the study's wave."""
    wave = waves.get(wave_id)
    return wave.title if wave else NOT_KNOWN


def queue_listing(rows: pl.DataFrame, narrowed: Narrowed, several: bool) -> Listing:
    """The list of questions; with the study where there are several. What it is narrowed by goes along to each."""
    study = (Column("study", "Study"),) if several else ()
    return Listing(
        name="review",
        title="Review",
        about="One row is one question about what returns say. One answer settles every line that waits for it.",
        columns=(
            Column(
                "question",
                "Question",
                href=lambda row: f"{reverse('review:question', args=[row['key']])}{narrowed.query}",
            ),
            Column("kind", "What is asked"),
            Column("authorities", "Authority", missing=NOT_KNOWN),
            Column("nominations", "Lines waiting", kind="number"),
            Column("probability", "Of the likeliest answer"),
            Column("state", "State"),
            Column("decision", "Decision", missing="None yet"),
            *study,
        ),
        rows=rows,
        source="The last run of the study, and decisions of reviewers",
        filters=(
            Filter("kind", "What is asked"),
            Filter("authorities", "Authority"),
            Filter("state", "State"),
            *((Filter("study", "Study"),) if several else ()),
        ),
        sort="-nominations",
        empty="There is no question in your area. Questions appear when a study is run.",
        notes=("Only questions that lie wholly in your area are listed.",),
    )


def figures_of(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """How many are open, by kind, with what waits for them."""
    return [
        {
            "label": f"{words} is meant: open" if kind != Question.Kind.PERSON else f"{words}: open",
            "value": part.filter(pl.col("state") == OPEN).height,
            "basis": f"of {part.height:,}; {part.filter(pl.col('state') == OPEN)['nominations'].sum():,} lines wait",
        }
        for kind, words in KINDS.items()
        for part in (rows.filter(pl.col("kind") == words),)
    ]
