"""Recognise persons in a study's returns or in any list, and explain one of them pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.actions.gather_inputs import gather_inputs
from leadscape.actions.settle_study import settle_inputs
from leadscape.actions.study import read_study
from leadscape.core.errors import NotFound
from leadscape.core.progress import Progress, Silent
from leadscape.core.writing import write_csv
from leadscape.survey.identity import list_overlap, resolve_persons
from leadscape.survey.identity.listing import read_list

if TYPE_CHECKING:
    from leadscape.survey.identity import Overlap, PersonResolution

MERGED_WORDS: Final = {
    "exact": "one name at one school, or a line of its own",
    "probable": "evidence",
    "review": "a person's decision",
}


@dataclass(frozen=True)
class ExplainedPerson:
    """Why one person is taken for one, and who else it may be.

    Attributes
    ----------
    person
        Smallest nomination id of the person.
    lines
        Every line about the person: ``nomination_id``, ``merged_by``, ``group``, ``name``, ``school``, ``list``,
        ``role``.
    pairs
        Rows of :class:`~leadscape.survey.identity.PersonPairs` that any of the groups is in.
    evidence
        What each field says about each of the pairs.
    """

    person: str
    lines: pl.DataFrame
    pairs: pl.DataFrame
    evidence: pl.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {"person": self.person, "lines": self.lines, "pairs": self.pairs, "evidence": self.evidence}


@dataclass(frozen=True)
class IdentifiedPersons:
    """Persons recognised in one set of lines.

    Attributes
    ----------
    name
        The study's or the list's file name.
    lines
        The lines, as :func:`~leadscape.survey.identity.resolve_persons` takes them.
    resolution
        Who is one person.
    overlap
        Which lists named whom, and what they share at least and at most.
    written
        Files written.
    """

    name: str
    lines: pl.DataFrame
    resolution: PersonResolution
    overlap: Overlap
    written: tuple[Path, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found, what waits, and what to watch."""
        found, pairs = self.resolution.identities, self.resolution.pairs
        groups, persons = found["group"].n_unique(), found["person"].n_unique()
        outcome, decided = pairs["outcome"].cast(pl.String), pairs["decision"].is_not_null()
        open_ = int(((outcome == "review") & ~decided).sum())
        told = [
            f"{self.name}: {found.height:,} lines in {groups:,} groups of one name at one school, "
            f"{persons:,} persons; {open_:,} pairs are asked about, {int(decided.sum()):,} are decided."
        ]
        if self.resolution.unused_decisions:
            told.append(f"{self.resolution.unused_decisions:,} decisions are about lines that are not there.")
        if self.resolution.blocks_refused:
            told.append(
                f"{self.resolution.blocks_refused:,} search keys are shared by too many lines to compare all of them: "
                "some pairs may have been missed."
            )
        return tuple(told)

    def merged(self) -> pl.DataFrame:
        """Lines by what ties them to their person."""
        found = self.resolution.identities
        counted = found.group_by(pl.col("merged_by").cast(pl.String)).len("lines")
        every = pl.DataFrame({"merged_by": list(MERGED_WORDS)}).join(
            counted, on="merged_by", how="left", maintain_order="left"
        )
        lines = pl.when(pl.col("lines").is_null()).then(0).otherwise("lines")
        return every.select(
            tied_by=pl.col("merged_by").replace_strict(MERGED_WORDS),
            lines=lines.cast(pl.Int64),
            lines_share=lines / max(found.height, 1),
        )

    def asked(self) -> pl.DataFrame:
        """Pairs that wait for a person, the likeliest first; by id, since a name is nobody's to print."""
        pairs = self.resolution.pairs
        open_ = (pl.col("outcome").cast(pl.String) == "review") & pl.col("decision").is_null()
        return (
            pairs.filter(open_)
            .sort("probability", "person", "other", descending=[True, False, False])
            .select(
                "person", "other", probability_share="probability", asked_because="asked_because", why="why"
            )
        )

    def explain(self, wanted: str) -> ExplainedPerson:
        """One person, by nomination id or leader id.

        Raises
        ------
        NotFound
            When no line and no leader has the id.
        """
        found = self.resolution.identities
        mine = found.filter(
            (pl.col("nomination_id") == wanted)
            | (pl.col("leader_id") == wanted)
            | (pl.col("leader_id_before") == wanted)
        )
        if not mine.height:
            raise NotFound(
                f"No line and no leader of {self.name} has the id {wanted!r}.",
                "Only somebody who was named can be explained.",
                "Take an id from identities.csv (--out FOLDER writes it); a name is no id.",
            )
        person = mine["person"][0]
        shown = self.lines.select(
            "nomination_id", name="leader_name", school="home_school", list="respondent_id", role="role"
        )
        lines = (
            found.filter(pl.col("person") == person)
            .select("nomination_id", pl.col("merged_by").cast(pl.String), "group")
            .join(shown, on="nomination_id", how="left", maintain_order="left")
        )
        groups = lines["group"].unique().implode()
        here = pl.col("person").is_in(groups) | pl.col("other").is_in(groups)
        pairs = self.resolution.pairs.filter(here).sort("probability", descending=True, maintain_order=True)
        evidence = pairs.select("person", "other").join(
            self.resolution.evidence, on=["person", "other"], maintain_order="left"
        )
        return ExplainedPerson(person, lines, pairs, evidence)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "name": self.name,
            "lines": self.resolution.identities.height,
            "groups": self.resolution.identities["group"].n_unique(),
            "persons": self.resolution.identities["person"].n_unique(),
            "merged": self.merged(),
            "asked": self.asked(),
            "overlap": self.overlap.bounds,
            "parameters": self.resolution.parameters,
            "prior": self.resolution.prior,
            "unused_decisions": self.resolution.unused_decisions,
            "blocks_refused": self.resolution.blocks_refused,
            "written": [path.name for path in self.written],
        }


def identify_persons(
    study: Path | None = None,
    *,
    listed: Path | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> IdentifiedPersons:
    """Recognise persons in a study's returns, or in a list.

    Parameters
    ----------
    study
        A study file; its decisions hold.
    listed
        A list with names and schools; one of the two is given.
    out
        Folder for ``pairs.csv`` and ``identities.csv``; they name people.

    Raises
    ------
    StudyProblem, FileProblem, TableProblem
        When an input cannot be used; lists everything wrong in it.
    """
    progress = progress or Silent()
    if listed is not None:
        progress.step("Reading the list")
        lines = read_list(listed)
        progress.step("Recognising people")
        resolution, name, by = resolve_persons(lines), listed.name, "respondent_id"
    else:
        assert study is not None
        declared = read_study(study)
        inputs = gather_inputs(declared, progress)
        progress.step("Recognising people")
        understood = settle_inputs(inputs, declared).understood
        lines = understood.located.join(
            understood.codings.select("nomination_id", "role"), on="nomination_id", maintain_order="left"
        )
        resolution, name, by = understood.resolution, study.name, "route"
    overlap = list_overlap(lines, resolution, "route" if by == "route" else "respondent_id")
    written = _write(lines, resolution, out) if out is not None else ()
    return IdentifiedPersons(name, lines, resolution, overlap, written)


def _write(lines: pl.DataFrame, resolution: PersonResolution, out: Path) -> tuple[Path, ...]:
    """Both tables, with the names and schools as written beside the ids."""
    shown = lines.select("nomination_id", name="leader_name", school="home_school", list="respondent_id")
    paths = (out / "pairs.csv", out / "identities.csv")
    named = shown.select("nomination_id", "name", "school")
    write_csv(
        resolution.pairs.join(
            named, left_on="person", right_on="nomination_id", how="left", maintain_order="left"
        )
        .join(
            named,
            left_on="other",
            right_on="nomination_id",
            how="left",
            suffix="_other",
            maintain_order="left",
        )
        .with_columns(pl.col("probability", "bits").round(6)),
        paths[0],
    )
    write_csv(
        resolution.identities.join(shown, on="nomination_id", how="left", maintain_order="left"), paths[1]
    )
    return paths
