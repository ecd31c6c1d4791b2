"""What did each coder say before seeing what the others said? The material on which agreement may be measured.

Table in: ``SegmentCodings``. Table out: ``LabelSets`` of :mod:`leadscape.survey.agreement`.
"""

from __future__ import annotations

import polars as pl

from leadscape.survey.agreement.tables import LabelSets
from leadscape.survey.coding.history import standing_decisions
from leadscape.survey.coding.scheme import NO_CODE


def independent_label_sets(history: pl.DataFrame) -> pl.DataFrame:
    """For each segment and coder the codes given in the first round in which the coder read it, as corrected in it.

    Later rounds come after disagreements were looked at, so that coders agree in them because they talked. ``none``
    is an empty set: read, and no code applies.
    """
    own = history.filter(pl.col("step").cast(pl.String) == "coding", pl.col("recoded_by").is_null())
    first = own.filter(pl.col("round") == pl.col("round").min().over("segment_id", "coder"))
    return LabelSets.validate(
        standing_decisions(first)
        .select(
            unit="segment_id",
            coder="coder",
            labels=pl.col("codes").list.set_difference(pl.lit([NO_CODE], pl.List(pl.String))).list.sort(),
        )
        .sort("unit", "coder")
    )
