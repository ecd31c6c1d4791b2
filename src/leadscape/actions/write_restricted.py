"""Write what holds people: leaders, holdings, supports, nominations and the review file, apart from what is public."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.writing import write_csv, write_text
from leadscape.landscape.network import write_graphml
from leadscape.survey import write_review

if TYPE_CHECKING:
    from leadscape.actions.gather_inputs import StudyInputs
    from leadscape.core.provenance import Provenance
    from leadscape.survey import Settlement

NOTE: Final = """\
Restricted: personal data
=========================

These files name people and say what they do. They are for those who work on the study, not for publication.
The folder beside this one holds what may be published.

  review.xlsx          What a person must decide. Copy it beside study.toml, fill in the column `decision`, name it
                       under [survey] decisions, and run again. The decisions made so far are in it.
  leaders.csv          One row a leader.
  role_holdings.csv    One row a leader and role in force on the study's date; ended_holdings.csv holds the others.
  supports.csv         Who supports which partner school. network.graphml is the same as a graph, by ids.
  nominations.csv      Every line returned, with the role and the school that were taken from it.
  provenance.json      The whole record of inputs, with the rows of each return.

Somebody named here by others has a right to be told, to object and to have it corrected (UK GDPR, Articles 14, 16, 21).
"""


@dataclass(frozen=True)
class RestrictedFiles:
    """Where they are; ``review`` is null when there is nothing to decide."""

    folder: Path
    review: Path | None


def write_restricted(
    settled: Settlement, inputs: StudyInputs, record: Provenance, folder: Path
) -> RestrictedFiles:
    """Write the files into ``folder``, each whole or not at all."""
    nominations = (
        inputs.nominations.join(
            settled.codings.rename({"method": "role_method"}), on="nomination_id", maintain_order="left"
        )
        .rename({"home_urn": "home_urn_written"})
        .join(settled.linked.rename({"method": "school_method"}), on="nomination_id", maintain_order="left")
    )
    for name, table in (
        ("leaders", settled.leaders),
        ("role_holdings", settled.role_holdings),
        ("ended_holdings", settled.ended_holdings),
        ("supports", settled.supports),
        ("nominations", nominations),
    ):
        write_csv(table, folder / f"{name}.csv")
    write_graphml(settled.supports, inputs.schools, folder / "network.graphml")
    review = folder / "review.xlsx"
    if settled.questions.height:
        write_review(settled.questions, review)
    write_text(record.as_json(), folder / "provenance.json")
    write_text(NOTE, folder / "READ-ME-FIRST.txt")
    waiting = settled.questions.filter(pl.col("decision").is_null()).height
    return RestrictedFiles(folder, review if waiting else None)
