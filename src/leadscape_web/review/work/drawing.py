"""Draw a sample of entries that are checked with schools: a job, since the study is read for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from leadscape.actions.draw_sample import draw_sample
from leadscape_web.review.models import Entry, Sample
from leadscape_web.studies.models import Study
from leadscape_web.studies.running import written
from leadscape_web.survey.models import RoleHolding

if TYPE_CHECKING:
    from leadscape_web.jobs.performing import Running


def perform_draw(running: Running) -> Mapping[str, Any]:
    """The job ``review.draw``: a sample of the study as it stands now."""
    study = Study.objects.using("owner").get(pk=running.given["study"])
    by = tuple(str(running.given.get("by") or "role").split())
    with written(study) as path:
        running.step("Drawing the sample")
        drawn = draw_sample(path, size=running.given.get("size"), by=by)
    running.because("Drew a sample of entries to check with schools")
    sample = Sample.objects.using("owner").create(
        study=study, wave_id=study.wave_id, strata=list(by), size=drawn.height, drawn_by_id=running.asked_by
    )
    keys = drawn["entry_id"].to_list()
    holdings = {one.key: one for one in RoleHolding.objects.using("owner").filter(key__in=keys)}
    Entry.objects.using("owner").bulk_create(
        _entry(sample, row, holdings.get(row["entry_id"])) for row in drawn.iter_rows(named=True)
    )
    return {"sample": str(sample.pk), "entries": drawn.height, "strata": drawn["stratum"].n_unique()}


def _entry(sample: Sample, row: dict[str, Any], holding: RoleHolding | None) -> Entry:
    return Entry(
        sample=sample,
        holding_key=row["entry_id"],
        person_id=holding.person_id if holding else None,
        authority_id=holding.authority_id if holding else None,
        home_school_id=row["home_urn"],
        role=row["role"],
        stratum=row["stratum"],
        reported=row["reported"],
        drawn=row["drawn"],
        inclusion_share=row["inclusion_share"],
        random_number=row["random_number"],
        partner_schools=row["partner_urns"] or [],
        started_on=row["started_on"],
        ended_on=row["ended_on"],
    )
