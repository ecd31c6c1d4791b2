"""The peers of the identity benchmark, written as somebody who knows the tool would.

Each takes the lines that ours takes, with names already taken apart (``given``, ``surname``) so that nobody wins by
cleaning alone, and returns ``nomination_id`` and ``person``.
"""

from __future__ import annotations

import logging
import warnings

import polars as pl


def exact(lines: pl.DataFrame) -> pl.DataFrame:
    """One folded name at one school."""
    from leadscape.survey.identity import group_exact
    from leadscape.survey.identity.groups import complete_lines

    return group_exact(complete_lines(lines)).select("nomination_id", "person")


def splink(lines: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Splink 5 on DuckDB: term frequencies, initials and short forms as levels of their own, five blocking rules.

    Tuned by hand on the demonstration with another seed; ``threshold`` is the probability from which pairs join.
    """
    from duckdb import connect
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_level_library as levels
    from splink import comparison_library as comparisons

    logging.getLogger("splink").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    records = records_of(lines)
    given = comparisons.CustomComparison(
        output_column_name="given",
        comparison_levels=[
            levels.NullLevel("given"),
            levels.ExactMatchLevel("given", term_frequency_adjustments=True),
            levels.JaroWinklerLevel("given", 0.9),
            levels.CustomLevel(
                "(length(given_l) = 1 or length(given_r) = 1) and given_l[1] = given_r[1]",
                label_for_charts="Initial",
            ),
            levels.CustomLevel(
                "length(given_l) >= 2 and length(given_r) >= 2 and given_l[1:2] = given_r[1:2]",
                label_for_charts="Begin alike",
            ),
            levels.ElseLevel(),
        ],
    )
    school = comparisons.CustomComparison(
        output_column_name="school",
        comparison_levels=[
            levels.CustomLevel(
                "(home_urn_l is null or home_urn_r is null) and (school_l is null or school_r is null)",
                "Null",
            ).configure(is_null_level=True),
            levels.CustomLevel("home_urn_l = home_urn_r", label_for_charts="One number"),
            levels.CustomLevel(
                "(home_urn_l is null or home_urn_r is null) and authority_code_l = authority_code_r "
                "and jaro_winkler_similarity(school_l, school_r) > 0.92",
                label_for_charts="Written alike",
            ),
            levels.CustomLevel("authority_code_l = authority_code_r", label_for_charts="One authority"),
            levels.ElseLevel(),
        ],
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="nomination_id",
        comparisons=[
            comparisons.JaroWinklerAtThresholds("surname", [0.93]).configure(term_frequency_adjustments=True),
            given,
            school,
            comparisons.ExactMatch("role"),
            comparisons.ExactMatch("started_on").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("home_urn", "substr(surname, 1, 3)"),
            block_on("home_urn", "given"),
            block_on("surname", "authority_code"),
            block_on("surname", "given"),
            block_on("given", "authority_code", "substr(surname, 1, 2)"),
        ],
        retain_matching_columns=False,
    )
    database = DuckDBAPI(connect())
    linker = Linker(database.register(records.to_arrow()), settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("surname", "given", "home_urn"), block_on("surname", "given", "started_on")], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=2006)
    for rule in (block_on("surname", "given"), block_on("home_urn"), block_on("surname", "started_on")):
        training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    joined = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=threshold
    )
    return pl.DataFrame(pl.from_arrow(joined.as_pyarrow_table())).select("nomination_id", person="cluster_id")


def records_of(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with the name taken apart and the school folded."""
    from leadscape.core.identifiers import normalise_name
    from leadscape.survey.identity.groups import complete_lines
    from leadscape.survey.identity.names import part_names

    known = complete_lines(lines)
    parts = part_names(known["leader_name"]).select("surname", "given")
    return known.hstack(parts).select(
        "nomination_id", "surname", "given", "home_urn", "authority_code", "role", "started_on",
        school=normalise_name(pl.col("home_school")),
    )  # fmt: skip
