"""How often did people take what the software suggested? Counted over questions that somebody decided.

Tables in: ``Questions`` as asked without any decision, and with them. Table out: ``Acceptance``. A suggestion stays one
until a person decides; how often the first one was taken says how good suggestions are, and whether reading them is
still worth a person's time.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from leadscape.core.exact_interval import exact_interval
from leadscape.core.tables import Table, frame_of
from leadscape.survey.review import NONE
from leadscape.survey.tables import QUESTIONS


class Acceptance(Table):
    """One row is one kind of question, and what people decided beside what was suggested.

    A missing row means that nobody decided a question of the kind. Decisions that put right what the software had taken
    by itself are ``corrected`` and in no share: nothing was suggested there.
    """

    question = dy.Enum(QUESTIONS, primary_key=True)
    decided = dy.Int64(min=0, description="Questions asked and decided")
    first = dy.Int64(min=0, description="Decided as the first suggestion says")
    other = dy.Int64(min=0, description="Decided as a later suggestion says")
    overruled = dy.Int64(min=0, description="Decided otherwise")
    none_right = dy.Int64(min=0, description="Decided that there is no answer")
    corrected = dy.Int64(min=0, description="Decided against what the software had taken without asking")
    first_share = dy.Float64(nullable=True, min=0, max=1, description="first of decided; null where none was")
    low = dy.Float64(nullable=True, min=0, max=1, description="Lower end of the exact 95 % interval")
    high = dy.Float64(nullable=True, min=0, max=1, description="Upper end")


def count_acceptance(asked: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """What people decided beside what was suggested, as :class:`Acceptance`.

    Parameters
    ----------
    asked
        As :class:`~leadscape.survey.tables.Questions`, made without any decision: what was suggested.
    decided
        As :class:`~leadscape.survey.tables.Questions`, made with the decisions.
    """
    suggested = asked.select("question_id", suggestions="answers")
    made = (
        decided.drop_nulls("decision")
        .select("question_id", "question", "decision")
        .join(suggested, on="question_id", how="left", maintain_order="left")
    )
    was_asked = pl.col("suggestions").is_not_null()
    first = pl.col("suggestions").list.first() == pl.col("decision")
    among = pl.col("suggestions").list.contains(pl.col("decision"))
    outcome = (
        pl.when(~was_asked)
        .then(pl.lit("corrected"))
        .when(first.fill_null(value=False))
        .then(pl.lit("first"))
        .when(pl.col("decision") == NONE)
        .then(pl.lit("none_right"))
        .when(among.fill_null(value=False))
        .then(pl.lit("other"))
        .otherwise(pl.lit("overruled"))
    )
    counted = made.group_by("question", outcome=outcome).len()
    rows = []
    for question in QUESTIONS:
        counts = dict(counted.filter(pl.col("question") == question).select("outcome", "len").iter_rows())
        if not counts:
            continue
        given = {
            name: counts.get(name, 0) for name in ("first", "other", "overruled", "none_right", "corrected")
        }
        n = sum(given.values()) - given["corrected"]
        low, high = exact_interval(given["first"], n) if n else (None, None)
        share = given["first"] / n if n else None
        rows.append(
            {"question": question, "decided": n, **given, "first_share": share, "low": low, "high": high}
        )
    return frame_of(Acceptance, rows)
