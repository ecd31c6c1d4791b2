"""The queue of questions: its list, how many are open, and which comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import polars as pl
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from leadscape_web.govuk.listing import Column, Filter, Listing, ShownListing, show_listing
from leadscape_web.govuk.listing_table import Arranged, arrange, read_wanted
from leadscape_web.govuk.listing_view import draw_listing
from leadscape_web.govuk.wording import NOT_KNOWN
from leadscape_web.register.models import Authority
from leadscape_web.review.listed import IN_WORDS, in_words
from leadscape_web.review.models import Decision, Question, QuestionLine
from leadscape_web.review.wording import KINDS, OPEN, WAITS
from leadscape_web.survey.codebooks import KnownWaves

OF_SCHOOLS: Final = ("trust", "school")
"""Kinds of organisation in whose area no question can lie: one is about whole authorities."""


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
    """The open question with the most lines waiting; after one of them, the next in that order, or the first again.

    One that waits for another question is not next: once that is decided and the study was run, it is asked anew.
    """
    decided = Decision.objects.filter(question=OuterRef("pk"), superseded_at=None, answer__isnull=False)
    nobody = QuestionLine.objects.filter(question=OuterRef("pk"), person=None)
    waits = Q(kind=Question.Kind.PERSON) & Exists(nobody)
    rows = Question.objects.filter(~Exists(decided), ~waits, gone_at=None).order_by("-nominations", "pk")
    if narrowed.kind:
        rows = rows.filter(kind=narrowed.kind)
    if narrowed.authority:
        rows = rows.filter(authorities__contains=[narrowed.authority])
    if after is None:
        return rows.values_list("pk", flat=True).first()
    later = Q(nominations__lt=after.nominations) | Q(nominations=after.nominations, pk__gt=after.pk)
    others = rows.exclude(pk=after.pk).values_list("pk", flat=True)
    return others.filter(later).first() or others.first()


def why_none(accesses: Iterable[tuple[str, str]], *, studies: bool = True) -> str:
    """Why whoever has these rights (right, kind of organisation) may see no question, and what to do.

    Parameters
    ----------
    studies
        Whether there is any study that questions could come from.
    """
    if not studies:
        return (
            "No study has been run here, so nothing is in doubt. Whoever runs the service loads one; its questions"
            " come with the run."
        )
    if any(kind not in OF_SCHOOLS for _, kind in accesses):
        return (
            "No question lies wholly in your area. Questions come when a study is run; those that bear on two"
            " areas, or on a place that nobody knows, are for editors of the area that holds both."
        )
    return (
        "Questions are about whole authorities, since a name in a return may mean any school of its authority, so they"
        " are for whoever answers for an authority or more. You act for schools: look at their leaders instead, and"
        " have what is wrong corrected there. An editor of the authority can tell you what is in doubt."
    )


def queue_listing(rows: pl.DataFrame, narrowed: Narrowed, several: bool, empty: str) -> Listing:
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
        empty=empty,
        notes=("Only questions that lie wholly in your area are listed.",),
    )


def show_queue(request: HttpRequest, listing: Listing, waves: KnownWaves) -> ShownListing | HttpResponse:
    """What the address asks for. Only the rows of its page are put in words, unless a file or the order needs all."""
    wanted = read_wanted(request.GET, listing)  # type: ignore[arg-type]
    arranged = arrange(listing, wanted)
    if request.GET.get("format") or wanted.sort_key in IN_WORDS:
        return show_listing(request, replace(listing, rows=in_words(arranged.everything, waves)))
    rows = arranged.rows
    drawn = draw_listing(listing, wanted, arranged, request.path, request.GET)
    before, after = max(drawn.first - 1, 0), drawn.last
    shown = in_words(rows.slice(before, after - before), waves)
    rows = pl.concat([rows.slice(0, before), shown, rows.slice(after)])
    return draw_listing(listing, wanted, Arranged(rows, arranged.everything), request.path, request.GET)


def figures_of(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """How many are open, by each kind that is asked, with what waits for them; and what of before was not used."""
    figures = [
        {
            "label": f"{words} is meant: open" if kind != Question.Kind.PERSON else f"{words}: open",
            "value": part.filter(pl.col("state") == OPEN).height,
            "basis": f"of {part.height:,}; {part.filter(pl.col('state') == OPEN)['nominations'].sum():,} lines wait"
            + (f"; {n:,} more wait{'s' * (n == 1)} for another question" if n else ""),
        }
        for kind, words in KINDS.items()
        for part in (rows.filter(pl.col("kind") == words),)
        if part.height
        for n in (part.filter(pl.col("state") == WAITS).height,)
    ]
    if not_used := int(rows["not_used"].sum()):
        basis = "they name a role or school that the study does not know; the page of the question says which"
        figures.append({"label": "Decisions of earlier studies not used", "value": not_used, "basis": basis})
    return figures
