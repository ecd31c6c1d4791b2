"""A study into the database in one transaction: run it, merge it, say what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connections
from django.utils import timezone

from leadscape.core.errors import NotComparable, StudyProblem
from leadscape.core.progress import Progress, Silent, timed
from leadscape_web.accounts.context import acting
from leadscape_web.landscape.loading.bulk import Merged
from leadscape_web.landscape.loading.kept_out import leave_out
from leadscape_web.landscape.loading.people import load_people
from leadscape_web.landscape.loading.published_rows import load_organisations, load_published
from leadscape_web.landscape.loading.register_rows import load_register
from leadscape_web.landscape.loading.survey_rows import load_leaders, load_wave, supersede_wave

if TYPE_CHECKING:
    from leadscape.actions.open_study import OpenedStudy
    from leadscape.actions.study import Study as DeclaredStudy

SEARCH: Final = "leadscape_web.register.search_index"
FEWEST_SHOWN: Final = 6
"""Counts of people below this are hidden wherever the service is public."""
FILLED: Final = (
    "accounts_person", "accounts_personname", "accounts_organisation", "register_source", "register_authority",
    "register_school", "register_schoolname", "register_group", "register_membership", "register_link",
    "register_headship", "register_searchentry", "survey_wave", "survey_response", "survey_leader",
    "survey_roleholding", "survey_support", "landscape_publishedtable", "audit_event",
)  # fmt: skip


@dataclass(frozen=True)
class LoadedStudy:
    """What a load did.

    Attributes
    ----------
    wave
        Id of the wave.
    already
        The same inputs were loaded before, so that nothing was done.
    newest
        Whether no later study of the system is loaded. An older one only adds what is missing.
    merged
        Table in words to rows written.
    seconds
        Wall time a step, of the run and of the load.
    """

    title: str
    wave: str
    already: bool
    newest: bool
    merged: dict[str, Merged] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def store_study(
    opened: OpenedStudy, *, using: str = "owner", progress: Progress | None = None
) -> LoadedStudy:
    """Store a study that was run, in a transaction of its own; raises as :func:`store_opened` does."""
    with acting(using=using, why=why_loaded(opened)):
        return store_opened(opened, using=using, progress=progress or Silent())


def why_loaded(opened: OpenedStudy | DeclaredStudy) -> str:
    """The reason under which a load stands in the history."""
    return f"Loaded the study “{opened.title}” of {opened.as_of.isoformat()}"


def store_opened(
    opened: OpenedStudy, *, using: str, progress: Progress, supersedes: object | None = None
) -> LoadedStudy:
    """Store a study that was run, in the caller's transaction as the owner role, in which a reason is set.

    Parameters
    ----------
    supersedes
        Id of the wave that a former run of the same study gave: it stays for the record, and is no wave of its own any
        more. What it alone stated is withdrawn, but for what a user changed.

    Raises
    ------
    StudyProblem
        When the service is public and the study does not hide counts of people from 1 to 5.
    NotComparable
        When the database holds another school system.
    """
    _refuse_small_counts(opened)
    seconds = dict(opened.seconds)
    with timed(seconds, "store"):
        # The bare cursor of the driver: Django's own has no COPY.
        cursor: Any = connections[using].cursor().cursor
        lock_loads(cursor)
        opened = leave_out(cursor, opened)
        known = _known_wave(cursor, opened.inputs_sha256)
        newest = _is_newest(cursor, opened)
        if known is not None and known == (str(supersedes) if supersedes else known):
            return LoadedStudy(opened.title, known, already=True, newest=newest)
        loaded_at = timezone.now()
        progress.step("Storing the register")
        merged = load_register(
            cursor, opened, newest=newest and is_newest_register(cursor, opened), loaded_at=loaded_at
        )
        progress.step("Storing people and roles")
        people = load_people(
            cursor, opened, newest=newest and is_newest_register(cursor, opened), loaded_at=loaded_at
        )
        wave = load_wave(cursor, opened, loaded_at)
        merged |= people.merged
        merged |= load_leaders(cursor, opened, people.leaders, wave, newest=newest)
        if supersedes and str(supersedes) != wave:
            merged["withdrawn"] = supersede_wave(cursor, str(supersedes), wave, loaded_at)
        progress.step("Storing what is published")
        merged |= load_published(cursor, opened, wave)
        merged["organisations"] = load_organisations(cursor, opened, loaded_at)
        progress.step("Preparing search")
        _rebuild_search(using)
        for table in FILLED:
            cursor.execute(f'analyze "{table}"')
    return LoadedStudy(
        opened.title,
        wave,
        already=False,
        newest=newest,
        merged=merged,
        seconds={step: round(taken, 2) for step, taken in seconds.items()},
    )


def lock_loads(cursor: Any) -> None:
    """Wait until nobody else loads, or takes a person out, and let nobody else until this transaction ends."""
    cursor.execute("select pg_advisory_xact_lock(hashtext('leadscape load'))")


def is_newest_register(cursor: Any, opened: OpenedStudy) -> bool:
    """Whether the database holds no later register of schools: an import may have brought one since the survey."""
    ours = opened.sources.filter(purpose="schools")["as_of"].max()
    cursor.execute("select max(as_of) from register_source where purpose = 'schools'")
    (held,) = cursor.fetchone()
    return held is None or ours is None or ours >= held


def _refuse_small_counts(opened: OpenedStudy) -> None:
    """What is published is shown to every right, those that see no people among them."""
    hidden = opened.provenance.get("parameters", {}).get("suppress_below") or 0
    if settings.ENVIRONMENT.production and hidden < FEWEST_SHOWN:
        raise StudyProblem(
            f"The study “{opened.title}” hides "
            + (f"counts of people below {hidden} only." if hidden > 1 else "no small counts of people."),
            f"Everybody with any right sees its tables, and a count below {FEWEST_SHOWN} may tell who somebody is.",
            f"Set suppress_below = {FEWEST_SHOWN} or more under [landscape] in the study file, and load it again.",
        )


def _known_wave(cursor: Any, inputs_sha256: str) -> str | None:
    cursor.execute("select id::text from survey_wave where inputs_sha256 = %s", [inputs_sha256])
    found = cursor.fetchone()
    return found[0] if found else None


def _is_newest(cursor: Any, opened: OpenedStudy) -> bool:
    cursor.execute('select system, max(as_of) from survey_wave group by "system"')
    held = dict(cursor.fetchall())
    others = sorted(set(held) - {opened.system})
    if others:
        raise NotComparable(
            f"The database holds the school system {', '.join(others)}, and the study is of {opened.system}.",
            "Numbers of schools and codes of authorities of two systems may be equal and mean different ones.",
            "Load the study into a database of its own.",
        )
    latest = held.get(opened.system)
    return latest is None or opened.as_of >= latest


def _rebuild_search(using: str) -> None:
    """What can be found follows from what was loaded."""
    if find_spec(SEARCH) is not None:
        import_module(SEARCH).rebuild(using)
