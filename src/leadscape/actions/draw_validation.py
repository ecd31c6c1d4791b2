"""Draw reported entries to be checked with the leaders' schools, and write the forms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.find_person import StudyPeople, read_people
from leadscape.actions.settle_study import settle_inputs
from leadscape.core.errors import OutputBlocked
from leadscape.survey.privacy import trace_nominations
from leadscape.survey.validation import draw_sample, needed_size, write_forms, write_sample
from leadscape.survey.validation.draw import STRATIFIERS
from leadscape.survey.validation.forms import NO_SCHOOL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadscape.core.progress import Progress

SAMPLE: Final = "sample.csv"
FORMS: Final = "forms"
NOT_LINKED: Final = "not linked"


@dataclass(frozen=True)
class DrawnValidation:
    """A sample and its forms.

    Attributes
    ----------
    strata
        ``stratum``, ``reported``, ``drawn``, ``inclusion_share``.
    entries, forms
        Entries drawn, and forms written.
    without_school
        Entries that no school can be asked about until they are linked.
    sample, folder
        The sample's file and the folder of forms.
    """

    strata: pl.DataFrame
    entries: int
    forms: int
    without_school: int
    sample: Path
    folder: Path


def draw_validation(
    study: Path,
    folder: Path,
    *,
    size: int | None = None,
    by: tuple[str, ...] = ("role",),
    minimum: int = 5,
    sizes: Mapping[str, int] | None = None,
    expected_share: float = 0.1,
    half_width: float = 0.05,
    answering: float = 1.0,
    kind: str = "xlsx",
    progress: Progress | None = None,
) -> DrawnValidation:
    """Draw a sample and write a form for each home school in it.

    Parameters
    ----------
    folder
        A new folder.
    size
        Entries; without it, as many as an interval of ``half_width`` around ``expected_share`` needs, divided by the
        share of schools that you expect to answer, ``answering``.
    by
        What the strata are made of: role, origin, route, linkage.
    sizes
        Stratum to entries, instead of a size.

    Raises
    ------
    NotIdentified
        When nothing can be drawn that way.
    OutputBlocked
        When the folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputBlocked(
            f"{folder} exists and is not an empty folder.",
            "A sample that is drawn again over an old one would no longer fit the forms that were sent.",
            "Name a new folder.",
        )
    people = read_people(study, progress)
    sample = draw_of(
        list_entries(people),
        people.study.seed,
        size=size,
        by=by,
        minimum=minimum,
        sizes=sizes,
        expected_share=expected_share,
        half_width=half_width,
        answering=answering,
    )
    forms = write_forms(sample, folder / FORMS, people.study.codebook, kind=kind)
    write_sample(sample, folder / SAMPLE)
    return DrawnValidation(
        strata=sample.select("stratum", "reported", "drawn", "inclusion_share").unique().sort("stratum"),
        entries=sample.height,
        forms=sum(form.stem != NO_SCHOOL for form in forms),
        without_school=sample["home_urn"].null_count(),
        sample=folder / SAMPLE,
        folder=folder / FORMS,
    )


def draw_of(
    entries: pl.DataFrame,
    seed: int,
    *,
    size: int | None = None,
    by: tuple[str, ...] = ("role",),
    minimum: int = 5,
    sizes: Mapping[str, int] | None = None,
    expected_share: float = 0.1,
    half_width: float = 0.05,
    answering: float = 1.0,
) -> pl.DataFrame:
    """The sample alone, as :class:`~leadscape.survey.validation.tables.ValidationSample`; as :func:`draw_validation`.

    Raises
    ------
    NotIdentified
        When nothing can be drawn that way.
    """
    if size is None and sizes is None:
        answers = needed_size(expected_share, half_width, population=max(entries.height, 1))
        size = min(-(-answers * 1000 // max(round(answering * 1000), 1)), entries.height)
        size = max(size, _least(entries, by, minimum))
    return draw_sample(entries, seed, size=size, by=by, minimum=minimum, sizes=sizes)


def list_entries(people: StudyPeople) -> pl.DataFrame:
    """One row a role-holding of a run: what the draw and the form need.

    ``linkage`` is how surely the home school is known: the method that linked its lines, the weakest first by name.
    """
    study, used = people.study, people.used
    whole = used is people.inputs
    settled = people.settled if whole else settle_inputs(used, study)
    traces = people.traces if whole else trace_nominations(settled)
    methods = (
        traces.join(
            settled.linked.select("nomination_id", pl.col("method").cast(pl.String)), on="nomination_id"
        )
        .group_by("holding_id")
        .agg(linkage=pl.col("method").unique().sort().str.join("+"))
    )
    schools = used.schools.unique("urn").select(home_urn="urn", home_school="name")
    titled = pl.concat_str(
        pl.col("name"), pl.concat_str(pl.lit(" ("), "partner_urn", pl.lit(")")), ignore_nulls=True
    )
    partners = (
        settled.supports.join(
            used.schools.unique("urn").select("name", partner_urn="urn"), on="partner_urn", how="left"
        )
        .group_by("holding_id")
        .agg(partner_schools=titled.sort().str.join("; "))
    )
    labels = study.codebook.labels("roles")
    return (
        settled.role_holdings.join(
            settled.leaders.select("leader_id", leader_name="name"), on="leader_id", maintain_order="left"
        )
        .join(methods, on="holding_id", how="left", maintain_order="left")
        .join(schools, on="home_urn", how="left", maintain_order="left")
        .join(partners, on="holding_id", how="left", maintain_order="left")
        .with_columns(
            entry_id="holding_id",
            role_label=pl.col("role").replace_strict(labels, default=pl.col("role")),
            route=pl.col("routes").list.join("+"),
            linkage=pl.col("linkage").fill_null(NOT_LINKED),
        )
    )


def _least(entries: pl.DataFrame, by: tuple[str, ...], minimum: int) -> int:
    """What the minimum of every stratum needs."""
    known = [name for name in by if name in STRATIFIERS]
    counts = entries.group_by(known).len()["len"] if known else pl.Series([entries.height])
    return int(counts.clip(upper_bound=minimum).sum())
