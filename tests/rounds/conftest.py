"""A study, a round over it of which nothing is over, and an editor of the nation: what tests of rounds begin with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.jobs.models import Job
from leadscape_web.rounds.models import Letter, Round

from tests.support.rounds import client_of_editor, make_round, make_study, own_world


@pytest.fixture(scope="module")
def study(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """A study with a register, in a database of the module's own."""
    with own_world(service_server, django_db_blocker):
        yield make_study()


@pytest.fixture
def found(study: Any) -> Round:
    """A round that is open; those of former tests are closed, their letters dropped and their work cancelled."""
    cache.clear()
    with acting(why="Former rounds of the tests are over", using="owner"):
        Round.objects.using("owner").update(closed_at=timezone.now())
        Letter.objects.using("owner").filter(sent_at=None).update(dropped_at=timezone.now())
        Job.objects.using("owner").filter(state="waiting").update(state="cancelled")
    return make_round(study)


@pytest.fixture
def signed_in(study: Any) -> Client:
    """An editor of the nation."""
    return client_of_editor()
