"""Which lines of a study's returns are about one person?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from leadscape.actions.gather_inputs import StudyInputs, gather_everything
from leadscape.actions.keep_out import keep_out
from leadscape.actions.settle_study import settle_inputs
from leadscape.actions.study import Study, read_study
from leadscape.core.errors import NotFound
from leadscape.core.identifiers import clean_identifier
from leadscape.core.progress import Progress, Silent
from leadscape.survey.identity import fold_person_name
from leadscape.survey.privacy import trace_nominations

if TYPE_CHECKING:
    from pathlib import Path

    from leadscape.survey import Settlement


class SeveralPeople(NotFound):
    """A name that several people bear: a person must say who is meant.

    Attributes
    ----------
    problems
        One row a candidate: ``leader_id``, ``school``, ``authority``, ``roles``, ``lines``.
    """

    def __init__(self, what: str, why: str, next_step: str, candidates: pl.DataFrame) -> None:
        super().__init__(what, why, next_step)
        self.problems = candidates


@dataclass(frozen=True)
class StudyPeople:
    """Everybody whom a study's returns name, whether or not they are to stay out.

    Attributes
    ----------
    inputs
        With every line that was returned, withdrawn or not.
    used
        Without those that stay out, as a run uses them.
    settled
        What ``inputs`` amount to, as if nobody had withdrawn.
    traces
        ``nomination_id``, ``leader_id``, ``holding_id``, of ``inputs``.
    """

    study: Study
    inputs: StudyInputs
    used: StudyInputs
    settled: Settlement
    traces: pl.DataFrame

    def lines_of(self, leader_id: str) -> pl.DataFrame:
        """Every nomination of one person, as written."""
        mine = self.traces.filter(pl.col("leader_id") == leader_id)
        return self.inputs.nominations.join(mine, on="nomination_id", how="semi", maintain_order="left")


def read_people(path: Path, progress: Progress | None = None) -> StudyPeople:
    """Read a study and settle it as if nobody had withdrawn.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem
        When an input cannot be used.
    """
    progress = progress or Silent()
    study = read_study(path)
    everything = gather_everything(study, progress)
    used = keep_out(everything, study)
    # Answers about objections are no answers about roles, schools or pairs.
    everything = replace(everything, decisions=used.decisions)
    progress.step("Recognising people")
    settled = settle_inputs(everything, study)
    return StudyPeople(study, everything, used, settled, trace_nominations(settled))


def find_person(
    people: StudyPeople, *, leader: str | None = None, name: str | None = None, school: str | None = None
) -> str:
    """The id of one leader, by id or by name and the number of a school.

    Raises
    ------
    NotFound
        When no line is about such a person.
    SeveralPeople
        When more than one person could be meant; they are listed by id, school and role.
    """
    if leader is not None:
        found = _by_id(people, leader)
        if found is None:
            raise NotFound(
                f"No line of the returns is about {leader!r}.",
                "An id changes when the lines behind it change.",
                "Take the id from restricted/leaders.csv of the latest run, or ask by --name and --school.",
            )
        return found
    candidates = describe_people(people, _by_name(people, name or "", school))
    if not candidates.height:
        raise NotFound(
            "No line of the returns names such a person" + (f" at school {school}." if school else "."),
            "They may be written in another way, or not be in the study at all.",
            "Try the surname alone, leave the school out, or look in the returns themselves.",
        )
    if candidates.height > 1:
        raise SeveralPeople(
            f"{candidates.height} people could be meant.",
            "What is held about one must never be given to another.",
            "Choose one of those listed and ask by --leader.",
            candidates,
        )
    return candidates["leader_id"].item()


def describe_people(people: StudyPeople, leaders: pl.Series) -> pl.DataFrame:
    """Who could be meant, without a name: ``leader_id``, ``school``, ``authority``, ``roles``, ``lines``."""
    named = pl.coalesce("name", "home_school")
    return (
        people.traces.filter(pl.col("leader_id").is_in(leaders.implode()))
        .join(people.inputs.nominations, on="nomination_id")
        .join(
            people.settled.linked.select("nomination_id", linked_urn="home_urn"),
            on="nomination_id",
            how="left",
        )
        .join(
            people.inputs.schools.unique("urn").select(
                "name", "authority_name", linked_urn="urn", seat="authority_code"
            ),
            on="linked_urn",
            how="left",
        )
        .group_by("leader_id")
        .agg(
            school=pl.concat_str(
                named, pl.concat_str(pl.lit(" ("), "linked_urn", pl.lit(")")), ignore_nulls=True
            )
            .drop_nulls()
            .unique()
            .sort()
            .str.join("; "),
            authority=pl.coalesce("authority_name", "authority").drop_nulls().unique().sort().str.join("; "),
            roles=pl.col("role_text").drop_nulls().unique().sort().str.join("; "),
            lines=pl.len(),
        )
        .sort("leader_id")
    )


def _by_id(people: StudyPeople, leader: str) -> str | None:
    """The person called so by the study as returned, else by its latest run, from which lines may be missing."""
    wanted = leader.strip()
    if (people.traces["leader_id"] == wanted).any():
        return wanted
    current = trace_nominations(settle_inputs(people.used, people.study))
    lines = current.filter(pl.col("leader_id") == wanted).select("nomination_id")
    found = people.traces.join(lines, on="nomination_id", how="semi")["leader_id"].unique()
    return found.item() if len(found) == 1 else None


def _by_name(people: StudyPeople, name: str, school: str | None) -> pl.Series:
    """Leaders whose written name agrees with the one asked for: the same words, else the surname and the initial."""
    folded = pl.DataFrame({"name": [name]}).select(fold_person_name(pl.col("name"))).item() or ""
    words = folded.split(" ")
    lines = people.inputs.nominations.select(
        "nomination_id", "home_urn", words=fold_person_name(pl.col("leader_name")).str.split(" ")
    ).join(people.traces, on="nomination_id")
    if school is not None:
        urn = pl.select(clean_identifier(pl.lit(school))).item()
        linked = people.settled.linked.filter(pl.col("home_urn") == urn)["nomination_id"]
        lines = lines.filter(pl.col("nomination_id").is_in(linked.implode()) | (pl.col("home_urn") == urn))
    if words == [""]:
        return lines["leader_id"].clear()
    # An initial may be anybody's, so it never picks one person out by itself.
    same = lines.filter(pl.col("words") == words) if len(words[0]) > 1 else lines.clear()
    if not same.height:
        last = pl.col("words").list.last() == words[-1]
        first = pl.col("words").list.first().str.slice(0, 1) == words[0][0]
        same = lines.filter(last & (first | (len(words) == 1)))
    return same["leader_id"].drop_nulls().unique().sort()
