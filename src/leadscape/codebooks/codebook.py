"""One codebook: what it holds and the frames that the rooms join against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from leadscape.core.errors import CodebookProblem

NOT_ASSIGNED = "none"


@dataclass(frozen=True)
class Entry:
    """One entry of a classification: an origin, a kind or a phase."""

    id: str
    label: str
    definition: str
    source: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """One role a leader may hold beyond their own school.

    Attributes
    ----------
    origin
        Id of the origin: where the role began.
    kinds
        Ids of the kinds of the taxonomy that the role belongs to; empty where the taxonomy has no place for it.
    own_school
        Whether the role is about the leader's own school, so that totals are given with and without it.
    collected
        False where the classification knows the role and the instrument had no place for it: *not collected*, never
        zero.
    phases
        Phases the role is meant for; empty for any. A holder elsewhere is a warning, not a fault.
    """

    id: str
    label: str
    definition: str
    source: str
    origin: str
    kinds: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    own_school: bool = False
    collected: bool = True
    phases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sector:
    """One group of schools for which a published table prints the share of its leaders.

    Attributes
    ----------
    phases
        Ids of the phases it holds schools of.
    printed_pct
        Share of leaders as printed: a quotation.
    """

    label: str
    phases: tuple[str, ...]
    printed_pct: float


@dataclass(frozen=True)
class Baseline:
    """A published table of counts by role, with the percentages as printed.

    Attributes
    ----------
    counts
        Role id to published count: authoritative.
    printed_pct
        Role id to the percentage as printed: a quotation, kept with its digits.
    unit
        ``holdings``, ``leaders``, or a sentence that begins with *unclear*.
    notes
        What a reader should know that no calculation on the table shows.
    asked_alternatives
        Other numbers of authorities asked that the source allows for.
    printed_prevalence_pct
        Prevalences printed without a denominator, in whole per cent.
    sectors
        Shares of leaders by sector as printed.
    """

    id: str
    title: str
    source: str
    unit: str
    as_of: str
    counts: dict[str, int]
    printed_pct: dict[str, float]
    printed_total: int
    decimals: int
    asked: int
    answered: int
    notes: tuple[str, ...]
    asked_alternatives: tuple[int, ...] = ()
    printed_prevalence_pct: tuple[float, ...] = ()
    sectors: tuple[Sector, ...] = ()


@dataclass(frozen=True)
class Codebook:
    """Everything a study needs to read, code and count one system in one year."""

    id: str
    title: str
    system: str
    valid_from: str
    source: str
    roles: tuple[Role, ...]
    origins: tuple[Entry, ...]
    kinds: tuple[Entry, ...]
    phases: tuple[Entry, ...]
    baselines: tuple[Baseline, ...]
    sha256: str

    @cached_property
    def role_by_id(self) -> dict[str, Role]:
        """Roles by id, in the codebook's order."""
        return {role.id: role for role in self.roles}

    def role(self, role_id: str) -> Role:
        """The role with this id.

        Raises
        ------
        CodebookProblem
            When the codebook has no such role.
        """
        try:
            return self.role_by_id[role_id]
        except KeyError:
            raise CodebookProblem(
                f"The codebook {self.id} has no role {role_id!r}.",
                "A count needs the role's origin and kinds.",
                f"Use one of: {', '.join(self.role_by_id)}.",
            ) from None

    def role_frame(self) -> pl.DataFrame:
        """One row a role, in order: ``role``, ``role_label``, ``origin``, ``own_school``, ``collected``."""
        return pl.DataFrame(
            {
                "role": [role.id for role in self.roles],
                "role_label": [role.label for role in self.roles],
                "origin": [role.origin for role in self.roles],
                "own_school": [role.own_school for role in self.roles],
                "collected": [role.collected for role in self.roles],
            },
            schema={
                "role": pl.String,
                "role_label": pl.String,
                "origin": pl.String,
                "own_school": pl.Boolean,
                "collected": pl.Boolean,
            },
        )

    def role_kind_frame(self) -> pl.DataFrame:
        """One row a pair of role and kind: ``role``, ``kind``. A role outside the taxonomy has no row."""
        pairs = [(role.id, kind) for role in self.roles for kind in role.kinds]
        return pl.DataFrame(pairs, schema={"role": pl.String, "kind": pl.String}, orient="row")

    def role_alias_frame(self) -> pl.DataFrame:
        """One row a wording of a role: ``wording``, ``role``, ``method`` (``label`` or ``alias``)."""
        wordings = [(role.label, role.id, "label") for role in self.roles]
        wordings += [(alias, role.id, "alias") for role in self.roles for alias in role.aliases]
        return pl.DataFrame(
            wordings, schema={"wording": pl.String, "role": pl.String, "method": pl.String}, orient="row"
        )

    def labels(self, classification: str) -> dict[str, str]:
        """Id to label of ``"roles"``, ``"origins"``, ``"kinds"`` or ``"phases"``."""
        return {entry.id: entry.label for entry in getattr(self, classification)}
