"""What is kept of a personal link opens nothing."""

from __future__ import annotations

from hashlib import sha256

from leadscape_web.accounts.links import hash_of, make_link


def test_a_link_is_kept_as_its_hash_alone() -> None:
    made = {make_link() for _ in range(20)}
    assert len({token for token, _ in made}) == 20
    for token, kept in made:
        # 32 random bytes in letters that stand in addresses.
        assert len(token) == 43
        assert kept == hash_of(token) == sha256(token.encode()).hexdigest()
        assert token not in kept
