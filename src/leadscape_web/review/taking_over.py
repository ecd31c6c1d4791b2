"""Decisions that a run read and nobody made here: of the study's own file, and of earlier studies.

What came with the study is taken over once. What was decided in an earlier study follows it with every run: it goes
when it was taken back there, and another takes its place when it was decided otherwise; what is decided here stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from django.utils import timezone

from leadscape_web.review.models import Decision, Text
from leadscape_web.review.replaying import brought_decisions
from leadscape_web.studies.models import Study

Row = dict[str, Any]


def take_over(study: Study, asked: pl.DataFrame, ids: Mapping[str, Any], using: str) -> None:
    """Keep decisions that a run read, as the owner role, in a transaction with a reason.

    Parameters
    ----------
    asked
        Questions of the run, as ``leadscape.survey.tables.Questions``.
    ids
        Question of the library to its row here.
    """
    ours = Decision.objects.using(using).filter(question__in=ids.values())
    decided = set(ours.exclude(origin=Decision.Origin.EARLIER).values_list("question_id", flat=True))
    standing = {one.question_id: one for one in ours.filter(superseded_at=None)}
    # A file may carry decisions of studies that are not here; those came with the study all the same.
    brought = {row["question_id"] for row in brought_decisions(study, using)}
    new: list[tuple[str, Row]] = []
    over: list[Any] = []
    before = _said_in(standing.values(), using)
    for row in asked.iter_rows(named=True):
        question = ids[row["question_id"]]
        now = standing.get(question)
        earlier = row["decided_in"] is not None and row["question_id"] not in brought
        if not earlier:
            if now is not None and now.origin == Decision.Origin.EARLIER:
                over.append(now.pk)
            if row["decision"] is not None and question not in decided:
                new.append((Decision.Origin.STUDY, row))
        elif row["decision"] is not None and (now is None or now.origin == Decision.Origin.EARLIER):
            said = (row["decision"], row["decided_in"])
            if now is not None and (now.answer, before.get(now.pk)) == said:
                continue
            over += [now.pk] if now else []
            new.append((Decision.Origin.EARLIER, row))
    Decision.objects.using(using).filter(pk__in=over).update(superseded_at=timezone.now())
    _add(new, ids, using)


def _said_in(decisions: Iterable[Decision], using: str) -> dict[Any, str]:
    """Decision to the earlier study that it was taken over from."""
    taken = [one.pk for one in decisions if one.origin == Decision.Origin.EARLIER]
    rows = Text.objects.using(using).filter(decision__in=taken, field=Text.Field.DECIDED_IN)
    return dict(rows.values_list("decision_id", "text"))


def _add(new: list[tuple[str, Row]], ids: Mapping[str, Any], using: str) -> None:
    made = Decision.objects.using(using).bulk_create(
        Decision(question_id=ids[row["question_id"]], answer=row["decision"], origin=origin)
        for origin, row in new
    )
    fields = (
        (Text.Field.DECIDED_BY, "decided_by"),
        (Text.Field.NOTE, "note"),
        (Text.Field.DECIDED_IN, "decided_in"),
    )
    Text.objects.using(using).bulk_create(
        Text(question_id=decision.question_id, decision=decision, field=field, text=row[name])
        for decision, (_, row) in zip(made, new, strict=True)
        for field, name in fields
        if row[name]
    )
