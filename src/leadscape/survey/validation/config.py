"""Every knob of the validation, with its default, its unit and where the default comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ValidationConfig:
    """Settings of a validation.

    Attributes
    ----------
    confidence
        Of every interval, 0-1. Convention.
    minimum
        Entries drawn from each stratum at least, where it has as many. Two are the fewest that tell how entries of a
        stratum differ; five leave two after half of the schools stayed silent.
    least_for_total
        Answers from which a total is corrected. Below ten even an unbroken row of right answers leaves an error rate
        of up to 0.31 (exact, 95 %).
    least_a_role
        Answers from every reported role from which corrected shares of roles are given.
    """

    confidence: float = 0.95
    minimum: int = 5
    least_for_total: int = 10
    least_a_role: int = 5
