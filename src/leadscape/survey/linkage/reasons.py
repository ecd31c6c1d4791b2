"""What agrees and what does not, in words, for every pair that a person may look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from leadscape.survey.linkage.evidence import Evidence

SENTENCES: Final = (
    ("number_same", 0.5, "same number"),
    ("number_near", 0.5, "number one digit off"),
    ("number_differs", 0.5, "another number"),
    ("kind_conflict", 0.5, "another kind of school"),
    ("kind_other", 0.5, "other ages"),
    ("faith_conflict", 0.5, "another faith"),
    ("authority_differs", 0.5, "another authority"),
    ("town_agrees", 0.5, "same town"),
    ("town_differs", 0.5, "another town"),
    ("postcode_whole", 0.5, "same postcode"),
    ("postcode_sector", 0.5, "postcode of the same sector"),
    ("postcode_outcode", 0.5, "postcode of the same district"),
    ("postcode_differs", 0.5, "postcode far off"),
    ("phase_differs", 0.5, "another phase"),
    ("head_same", 0.5, "same head"),
    ("head_differs", 0.5, "another head"),
    ("former", 0.5, "by a name of another year or file"),
)
"""Measure, value above which it is worth saying, words."""
EXACT, RUN_ON = 0.5, 0.97


def reasons(evidence: Evidence, chosen: np.ndarray, *, standing: np.ndarray) -> pl.Series:
    """One sentence a chosen pair, such as ``same telling words; in the authority; another town``."""
    seen = {name: values[chosen] for name, values in evidence.measures.items()}
    lost = seen["ours_lost_words"].astype(np.int64)
    name = np.select(
        [
            seen["unnamed"] > 0,
            seen["exact"] > EXACT,
            (seen["all_found"] > 0) & (seen["all_theirs_found"] > 0) & (seen["slips"] == 0),
            (seen["joined"] >= RUN_ON) | ((seen["all_found"] > 0) & (seen["all_theirs_found"] > 0)),
            (seen["all_found"] > 0) | ((lost == 0) & (seen["ours_placed"] > 0)),
            seen["covers_ours"] > 0,
        ],
        [
            "",
            "same name",
            "same telling words",
            "same telling words but for spelling",
            "has all the words and more",
            "some of the words",
        ],
        "another name",
    )
    place = np.select(
        [seen["authority_agrees"] >= 0.9, seen["authority_agrees"] > 0],
        ["in the authority", "in the area named"],
        "",
    )
    words = [pl.Series(name), pl.Series(place)]
    words += [
        pl.Series(np.where(seen[measure] > above, sentence, "")) for measure, above, sentence in SENTENCES
    ]
    words.append(pl.Series(np.where(standing, "", "closed")))
    frame = pl.DataFrame({f"w{number}": values.cast(pl.String) for number, values in enumerate(words)})
    return frame.select(
        pl.concat_str(
            *(pl.col(column).replace("", None) for column in frame.columns), separator="; ", ignore_nulls=True
        ).alias("reason")
    ).to_series()
