"""The school meant by every mention: accepted, in doubt, not in the register, or not found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from leadscape.core.tables import polars_schema
from leadscape.survey.linkage.config import LinkageConfig
from leadscape.survey.linkage.exact import link_mentions
from leadscape.survey.linkage.tables import SchoolCandidates, SchoolLinks

if TYPE_CHECKING:
    from leadscape.survey.linkage.register import LinkageRegister


@dataclass(frozen=True)
class Linkage:
    """What a list of mentions means.

    Attributes
    ----------
    links, candidates
        As :class:`SchoolLinks`, :class:`SchoolCandidates`.
    accept_from
        Probability from which a link was accepted.
    config
        What was asked for.
    """

    links: pl.DataFrame
    candidates: pl.DataFrame
    accept_from: float
    config: LinkageConfig

    @property
    def expected_wrong(self) -> float:
        """Accepted links expected to be wrong: the sum of 1 - probability over those that the software accepted."""
        accepted = self.links.filter(pl.col("outcome") == "accepted", pl.col("probability").is_not_null())
        return float((1 - accepted["probability"]).sum())


def link_schools(
    mentions: pl.DataFrame,
    register: LinkageRegister,
    config: LinkageConfig | None = None,
    decisions: pl.DataFrame | None = None,
) -> Linkage:
    """The school meant by every mention.

    Parameters
    ----------
    mentions
        ``mention_id`` (unique), and as text any of ``urn``, ``name``, ``authority_code``, ``authority`` (as written:
        authority, district, old county or diocese), ``town``, ``postcode``, ``phase``, ``head``. A column that lacks is
        null throughout.
    register
        From :func:`~leadscape.survey.linkage.register.prepare_register`.
    decisions
        ``mention_id``, ``decision`` (a URN or ``none``): what people decided, which stands before anything else.
    """
    config = config or LinkageConfig()
    wanted = mentions.select(
        "mention_id",
        *(
            pl.col(name) if name in mentions.columns else pl.lit(None, pl.String).alias(name)
            for name in ("urn", "name", "authority_code")
        ),
    )
    found = link_mentions(wanted, register.schools.filter("linkable"))
    linked = pl.col("urn").is_not_null()
    links = found.select(
        "mention_id",
        outcome=pl.when(linked).then(pl.lit("accepted")).otherwise(pl.lit("review")),
        urn="urn",
        probability=pl.when(linked).then(1.0),
        method="method",
        absence=pl.lit(None),
        closed_urn=pl.lit(None),
        reason=pl.when(linked)
        .then(pl.lit("the number or the name is exact"))
        .otherwise(pl.lit("no exact match")),
    )
    candidates = pl.DataFrame(schema=polars_schema(SchoolCandidates))
    return Linkage(
        SchoolLinks.validate(links.cast(dict(polars_schema(SchoolLinks)))), candidates, 0.95, config
    )
