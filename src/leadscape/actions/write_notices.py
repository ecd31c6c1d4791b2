"""Write to everybody who was named by others what is held about them and what they can do about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.find_person import read_people
from leadscape.core.errors import NotFound
from leadscape.core.tables import check_table, polars_schema
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import unguard_formulas, write_csv, write_text
from leadscape.register.dates import parse_date
from leadscape.survey.headings import match_headings
from leadscape.survey.privacy.notices import notice_html, read_notice_settings
from leadscape.survey.privacy.record import describe_lines
from leadscape.survey.privacy.tables import Notices

if TYPE_CHECKING:
    from leadscape.actions.find_person import StudyPeople
    from leadscape.core.progress import Progress

NOTICES: Final = "notices"
REGISTER: Final = "register.csv"


@dataclass(frozen=True)
class WrittenNotices:
    """Notices made.

    Attributes
    ----------
    made
        Notices written.
    changed
        Of those, notices of people whose former notice, already sent, said something else.
    folder, register
        Where they are.
    """

    made: int
    changed: int
    folder: Path
    register: Path


def write_notices(
    study: Path,
    settings: Path,
    *,
    dated: date,
    leader: str | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> WrittenNotices:
    """One notice a person, named by the person's id, and a register of all of them.

    Parameters
    ----------
    settings
        ``notice.toml``: who answers for the study, on what basis, how long.
    dated
        Date that the notices bear.
    leader
        Only this person.
    folder
        Where they go; ``notices`` in the study's restricted folder by default.

    Raises
    ------
    StudyProblem
        When the settings have a gap.
    NotFound
        When there is nobody to write to.
    """
    told = read_notice_settings(settings)
    people = read_people(study, progress)
    used = people.used.nominations
    traces = people.traces.join(used, on="nomination_id", how="semi").drop_nulls("leader_id")
    if leader is not None:
        traces = traces.filter(pl.col("leader_id") == leader)
    if not traces.height:
        raise NotFound(
            f"No line that is in use is about {leader}." if leader else "No line of the returns is in use.",
            "A notice tells somebody what is held about them.",
            "Take the id from restricted/leaders.csv of the latest run.",
        )
    target = folder or people.study.output / "restricted" / NOTICES
    before = read_register(target)
    lines = describe_lines(used, people.inputs.responses, used).join(
        traces.select("nomination_id", "leader_id"), on="nomination_id", maintain_order="left"
    )
    taken = _taken(people)
    rows = []
    for (one,), mine in lines.sort("leader_id", "nomination_id").group_by("leader_id", maintain_order=True):
        person = str(one)
        held = taken.filter(pl.col("leader_id") == person)
        text = notice_html(person, mine, held, people.study.title, dated, told)
        write_text(text, target / f"{person}.html")
        rows.append((person, f"{person}.html", mine["nomination_id"].sort().to_list(), dated,
                     _fingerprint(mine, held)))  # fmt: skip
    schema = polars_schema(Notices)
    made = pl.DataFrame(
        rows, schema={name: dtype for name, dtype in schema.items() if name != "sent_on"}, orient="row"
    ).join(
        before.select("leader_id", "sent_on", sent_sha256="sha256"),
        on="leader_id",
        how="left",
        maintain_order="left",
    )
    changed = made.filter(pl.col("sent_on").is_not_null(), pl.col("sha256") != pl.col("sent_sha256"))
    others = before.join(made, on="leader_id", how="anti")
    register = pl.concat([others, made.select(Notices.column_names())]).sort("leader_id")
    write_csv(Notices.validate(register), target / REGISTER)
    return WrittenNotices(len(rows), changed.height, target, target / REGISTER)


def read_register(folder: Path) -> pl.DataFrame:
    """The register of notices in a folder, as :class:`Notices`; empty where there is none.

    Raises
    ------
    TableProblem
        When somebody changed more in it than ``sent_on``.
    """
    path = folder / REGISTER
    if not path.is_file():
        return Notices.create_empty()
    table = read_text_table(path)
    names = Notices.column_names()
    named = unguard_formulas(match_headings(table, {name: (name,) for name in names}, tuple(names)))
    typed = named.with_columns(
        pl.col("nominations").str.split("; "),
        dated=parse_date(pl.col("dated")),
        sent_on=parse_date(pl.col("sent_on")),
    )
    return check_table(typed, Notices, path.name, row="row")


def _taken(people: StudyPeople) -> pl.DataFrame:
    """``leader_id``, ``role`` (its label), ``school``: holdings as a run has them."""
    labels = people.study.codebook.labels("roles")
    schools = people.inputs.schools.unique("urn").select(home_urn="urn", school="name")
    holdings = pl.concat([people.settled.role_holdings, people.settled.ended_holdings])
    return holdings.join(schools, on="home_urn", how="left", maintain_order="left").select(
        "leader_id", "school", role=pl.col("role").replace_strict(labels, default=pl.col("role"))
    )


def _fingerprint(lines: pl.DataFrame, held: pl.DataFrame) -> str:
    """Of what is held, whatever date and address the notice bears."""
    content = lines.write_csv() + held.sort("role", "school").write_csv()
    return hashlib.sha256(content.encode()).hexdigest()
