"""Which roles does a round offer? Those of its codebook that the survey collects, in the codebook's order."""

from __future__ import annotations

from functools import cache

from leadscape.actions.explain_codebook import ExplainedRole, explain_codebook
from leadscape.actions.read_codebooks import describe_codebooks, print_codebook


def codebooks() -> list[tuple[str, str]]:
    """Id and title of every codebook that comes with leadscape."""
    found = describe_codebooks()
    return [(row["id"], f"{row['title']} ({row['id']})") for row in found.iter_rows(named=True)]


@cache
def roles_offered(codebook: str) -> tuple[ExplainedRole, ...]:
    """Roles to choose from."""
    return tuple(
        role for role in explain_codebook(print_codebook(codebook), codebook).roles if role.collected
    )


def role_labels(codebook: str) -> dict[str, str]:
    """Id to label."""
    return {role.id: role.label for role in roles_offered(codebook)}
