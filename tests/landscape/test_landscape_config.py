"""Settings of the landscape: read from a study file, refused when they would make a figure mean nothing."""

from __future__ import annotations

import pytest

from leadscape.core.errors import StudyProblem
from leadscape.landscape.config import LandscapeConfig


def test_what_a_study_sets_is_taken_and_the_rest_keeps_its_default() -> None:
    config = LandscapeConfig.from_mapping(
        {"suppress_below": 10, "poststratify_by": [["region", "phase_mix"]]}
    )
    assert (config.suppress_below, config.confidence) == (10, 0.95)
    assert config.poststratify_by == (("region", "phase_mix"),)


def test_a_setting_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(StudyProblem, match=r"no setting 'supress_below'.*suppress_below"):
        LandscapeConfig.from_mapping({"supress_below": 6})


@pytest.mark.parametrize(
    "setting",
    [
        {"suppress_below": -1},
        {"round_to": 0},
        {"confidence": 95},
        {"bootstrap_replications": 10},
        {"cold_spot_fdr": 0},
        {"cold_spot_ratio": 1.5},
        {"poststratify_by": ()},
        {"poststratify_by": (("deprivation",),)},
        {"strata_answered_min": 1},
        {"factor_low": 1.5},
        {"factor_step": 0},
        {"tipping_local_share_pct": (100.0,)},
    ],
)
def test_a_setting_that_means_nothing_is_refused(setting: dict) -> None:
    with pytest.raises(StudyProblem, match=f"1 problem: .*{next(iter(setting))}"):
        LandscapeConfig(**setting)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(StudyProblem) as caught:
        LandscapeConfig(confidence=2, factor_step=-1)
    assert len(caught.value.problems) == 2
