"""Draw a sample of entries that are checked with schools: a job, of the role-holdings that the last run stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from leadscape.actions.draw_sample import draw_sample
from leadscape.core.errors import NotFound
from leadscape_web.review.models import Entry, Sample
from leadscape_web.studies.models import Study
from leadscape_web.survey.models import RoleHolding, Support

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running


def perform_draw(running: Running) -> Mapping[str, Any]:
    """The job ``review.draw``: a sample of what the study reports now, people and places with it."""
    study = Study.objects.using("owner").filter(pk=running.given["study"]).first()
    if study is None or study.wave_id is None:
        raise NotFound(
            "The study has not been run yet.", "There is nothing to draw from.", "Run the study, then draw."
        )
    by = tuple(str(running.given.get("by") or "role").split())
    running.step("Drawing the sample")
    holdings = {
        one.key: one
        for one in RoleHolding.objects.using("owner").filter(wave=study.wave_id, withdrawn_at=None)
    }
    drawn = draw_sample(
        [{"entry_id": key, "role": one.role, "routes": one.routes} for key, one in holdings.items()],
        seed=study.settings.get("study", {}).get("seed"),
        size=running.given.get("size"),
        by=by,
    )
    running.because("Drew a sample of entries to check with schools")
    sample = Sample.objects.using("owner").create(
        study=study, wave_id=study.wave_id, strata=list(by), size=drawn.height, drawn_by_id=running.asked_by
    )
    partners = _partners(holdings[key].pk for key in drawn["entry_id"])
    Entry.objects.using("owner").bulk_create(
        _entry(sample, row, holdings[row["entry_id"]], partners) for row in drawn.iter_rows(named=True)
    )
    return {"sample": str(sample.pk), "entries": drawn.height, "strata": drawn["stratum"].n_unique()}


def _partners(holdings: Iterable[Any]) -> dict[Any, list[str]]:
    """Role-holding to the URNs of the schools that are supported in it."""
    found: dict[Any, list[str]] = defaultdict(list)
    rows = Support.objects.using("owner").filter(holding__in=list(holdings), withdrawn_at=None)
    for holding, school in rows.order_by("partner_school").values_list("holding", "partner_school"):
        found[holding].append(school)
    return found


def _entry(
    sample: Sample, row: dict[str, Any], holding: RoleHolding, partners: dict[Any, list[str]]
) -> Entry:
    return Entry(
        sample=sample,
        holding_key=holding.key,
        person_id=holding.person_id,
        authority_id=holding.authority_id,
        home_school_id=holding.home_school_id,
        role=holding.role,
        stratum=row["stratum"],
        reported=row["reported"],
        drawn=row["drawn"],
        inclusion_share=row["inclusion_share"],
        random_number=row["random_number"],
        partner_schools=partners.get(holding.pk, []),
        started_on=holding.started_on,
        ended_on=holding.ended_on,
    )
