"""What is kept of a personal link opens nothing."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from django.db import connection

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.links import hash_of, make_link, with_link


def test_a_link_is_kept_as_its_hash_alone() -> None:
    made = {make_link() for _ in range(20)}
    assert len({token for token, _ in made}) == 20
    for token, kept in made:
        # 32 random bytes in letters that stand in addresses.
        assert len(token) == 43
        assert kept == hash_of(token) == sha256(token.encode()).hexdigest()
        assert token not in kept


@pytest.mark.django_db
def test_whoever_is_signed_in_beside_a_link_is_left_aside(user_of: Any) -> None:
    token, kept = make_link()
    with acting(user_of("nation.editor")), connection.cursor() as cursor:
        cursor.execute("select count(*) > 0 from survey_leader")
        assert cursor.fetchone() == (True,)
        with_link(token)
        cursor.execute("select leadscape_user(), leadscape_link(), (select count(*) from survey_leader)")
        assert cursor.fetchone() == (None, kept, 0)
