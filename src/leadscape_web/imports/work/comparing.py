"""What would a run of a study with new files change of its leaders and role-holdings? Names nobody."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from django.db import connections

from leadscape.actions.open_study import OpenedStudy
from leadscape_web.imports.models import Change, Import
from leadscape_web.imports.work.held import OWNER

LABELS: Final = {
    "leaders added": "New leaders",
    "leaders again": "Leaders reported again",
    "leaders gone": "Leaders no longer reported",
    "holdings added": "New role-holdings",
    "holdings changed": "Role-holdings that change",
    "holdings gone": "Role-holdings no longer reported",
}
_HELD: Final = {
    # Whoever objected, or whose every role-holding was withdrawn, is not reported any more as it is.
    "leaders": 'select l."key" from survey_leader l where l.wave_id = %s and (not exists (select 1'
    " from survey_roleholding h where h.leader_id = l.id) or exists (select 1 from survey_roleholding h"
    " where h.leader_id = l.id and h.withdrawn_at is null))",
    "holdings": 'select "key", role, home_school_id, authority_id, started_on, ended_on from survey_roleholding'
    " where wave_id = %s and withdrawn_at is null",
}
_HOLDING: Final = {
    "key": pl.String, "role": pl.String, "home": pl.String, "authority": pl.String, "started": pl.Date,
    "ended": pl.Date,
}  # fmt: skip


def compare_run(found: Import, opened: OpenedStudy) -> dict[str, int]:
    """Keep how many holdings change in each authority; the number of each kind of change, by the keys of ``LABELS``."""
    assert found.study is not None
    wave = found.study.wave_id
    cursor: Any = connections[OWNER].cursor().cursor
    cursor.execute(_HELD["leaders"], [wave])
    leaders = pl.DataFrame(cursor.fetchall(), schema={"key": pl.String}, orient="row")
    cursor.execute(_HELD["holdings"], [wave])
    before = pl.DataFrame(cursor.fetchall(), schema=_HOLDING, orient="row")
    after = opened.role_holdings.select(
        key="holding_id",
        role="role",
        home="home_urn",
        authority="authority_code",
        started="started_on",
        ended="ended_on",
    ).with_columns(pl.col("role").cast(pl.String))
    again = opened.leaders.join(leaders, left_on="leader_id", right_on="key", how="semi").height
    same = after.join(before, on=list(_HOLDING), how="semi", nulls_equal=True)
    held = {
        "holdings added": after.join(before, on="key", how="anti"),
        "holdings changed": after.join(before, on="key", how="semi").join(same, on="key", how="anti"),
        "holdings gone": before.join(after, on="key", how="anti"),
    }
    names = dict(opened.authorities.select("authority_code", "authority_name").iter_rows())
    Change.objects.using(OWNER).bulk_create(
        Change(belongs_to=found, change=kind, key=code, name=names.get(code), after=f"{count}")
        for kind, rows in held.items()
        for code, count in rows.group_by("authority").len().sort("authority").iter_rows()
    )
    return {
        "leaders added": opened.leaders.height - again,
        "leaders again": again,
        "leaders gone": leaders.height - again,
        **{kind: rows.height for kind, rows in held.items()},
    }
