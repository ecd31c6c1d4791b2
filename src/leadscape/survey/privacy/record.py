"""Everything that a study holds about one person."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from leadscape.survey.settle import Settlement

LINE_KEYS: Final = ("nomination_id", "person", "other")
LETTERS_OF_ID: Final = 1
PAIR: Final = "[whether you and somebody else named are one person]"
TITLES: Final[dict[str, str]] = {
    "lines": "What others said about you, word for word",
    "leaders": "You, as the study would know you from these lines",
    "role_holdings": "Roles taken from these lines; they count while a line is in use",
    "ended_holdings": "Roles that had ended, or had not begun, on the study's date",
    "supports": "Schools that you are said to support",
    "codings": "The role that was taken from each line",
    "linked": "The school that was taken from each line",
    "identities": "How these lines were taken to be about one person",
    "pairs": "Others who were weighed as possibly the same person, and the outcome",
    "evidence": "What spoke for and against, in each of those cases",
    "mentions": "Schools that the lines mention, and which was taken to be meant",
    "school_candidates": "Schools that could have been meant",
    "questions": "Questions that people were asked about these lines, and what they decided",
    "withdrawals": "Withdrawals recorded",
    "objections": "Objections recorded (as keys that hold no name)",
    "validation": "Entries that were checked with a school",
    "validation_answers": "What the school said",
    "notices": "Notices made for you",
    "outputs": "Files of the latest run in which you stand",
}


@dataclass(frozen=True)
class PersonRecord:
    """Everything held about one person.

    Attributes
    ----------
    leader_id
        As the study as returned calls them.
    title, as_of
        Of the study.
    tables
        Name to rows; a table without a row about the person is there and empty.
    """

    leader_id: str
    title: str
    as_of: str
    tables: dict[str, pl.DataFrame]

    @property
    def names(self) -> pl.Series:
        """Every way in which the person is written."""
        return self.tables["lines"]["leader_name"].unique().sort()

    def heading(self, table: str) -> str:
        """A table's title, in words for the person."""
        return TITLES.get(table, table.replace("_", " ").capitalize())


def describe_lines(lines: pl.DataFrame, responses: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Lines about one person with who sent them, and whether a run uses them.

    Parameters
    ----------
    lines
        As :class:`~leadscape.survey.tables.Nominations`.
    used
        The nominations that a run uses.
    """
    in_use = pl.col("nomination_id").is_in(used["nomination_id"].implode())
    return lines.join(
        responses.select("respondent_id", said_by="respondent_name", sender="kind"),
        on="respondent_id",
        how="left",
        maintain_order="left",
    ).with_columns(sender=pl.col("sender").cast(pl.String), in_use=in_use)


def rows_about(settled: Settlement, leader_id: str, lines: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of every table of a settlement that are about one person.

    A table is searched by whatever it knows people by: a line, a leader, or the two groups of lines of a pair.
    """
    understood = settled.understood
    ids = lines["nomination_id"].implode()
    found: dict[str, pl.DataFrame] = {}
    for part in (settled, understood.resolution):
        for field in fields(part):
            frame = getattr(part, field.name)
            if not isinstance(frame, pl.DataFrame) or field.name == "questions":
                continue
            tests = [pl.col(key).is_in(ids) for key in LINE_KEYS if key in frame.columns]
            tests += [pl.col("leader_id") == leader_id] if "leader_id" in frame.columns else []
            if tests:
                found[field.name] = frame.filter(pl.any_horizontal(tests).fill_null(value=False))
    mentioned = understood.uses.join(lines.select("nomination_id"), on="nomination_id", how="semi")
    found["mentions"] = mentioned.join(understood.mentions, on="mention_id").join(
        understood.linkage.links, on="mention_id", suffix="_linked"
    )
    found["school_candidates"] = understood.linkage.candidates.join(mentioned, on="mention_id", how="semi")
    found["questions"] = questions_about(settled.questions, lines)
    return found


def questions_about(questions: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Questions that wait for, or decided on, the words of a person's lines: their role, school, or identity.

    A question about a pair names two people, of whom the other has rights as well: its words are left out.
    """
    asked = pl.col("as_written").fill_null("").str.to_lowercase()
    words = [
        text.strip().lower()
        for column in ("role_text", "home_school", "leader_name")
        for text in lines[column].drop_nulls().unique().sort()
        if text.strip()
    ]
    hashes = [one[LETTERS_OF_ID:] for one in lines["nomination_id"]]
    by_word = asked.str.contains_any(words) if words else pl.lit(value=False)
    by_id = pl.col("question_id").str.contains_any(hashes) if hashes else pl.lit(value=False)
    # A pair of other people may share a school with them, which makes it no question about this person.
    of_pair = pl.col("question").cast(pl.String) == "person"
    by_name = asked.str.contains_any([text.strip().lower() for text in lines["leader_name"].unique().sort()])
    return questions.filter(by_id | (by_word & ~of_pair) | (by_name & of_pair)).with_columns(
        as_written=pl.when(of_pair).then(pl.lit(PAIR)).otherwise("as_written")
    )
