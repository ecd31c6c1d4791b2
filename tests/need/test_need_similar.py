"""Similar schools: published distances, a plain loop, missing characteristics, ties and filters."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.errors import (
    CodebookProblem,
    NotComparable,
    NotFound,
    NotIdentified,
    StudyProblem,
    TableProblem,
)
from leadscape.need.similar import (
    Mahalanobis,
    SimilarConfig,
    Weighted,
    distance_between,
    find_similar_schools,
    named_metric,
)
from leadscape.need.similar.metrics import shrunk_correlation


def schools_of(values, **columns) -> pl.DataFrame:
    values = np.asarray(values, dtype=float)
    names = [f"c{number}" for number in range(values.shape[1])]
    frame = pl.DataFrame({name: values[:, at] for at, name in enumerate(names)}).fill_nan(None)
    return frame.with_columns(
        pl.Series("urn", [str(100000 + row) for row in range(len(values))]),
        *(pl.Series(name, column) for name, column in columns.items()),
    )


def plain_loop(schools, metric, k, share_min=0.5):
    """Every pair one by one, as the methods page states the distance."""
    values = schools.select(metric.characteristics).to_numpy()
    urns = schools["urn"].to_list()
    fitted = metric.fit(values)
    found = {}
    for i, urn in enumerate(urns):
        near = []
        for j, other in enumerate(urns):
            known = np.isfinite(values[i]) & np.isfinite(values[j])
            if i != j and known.any() and fitted.share(known) >= share_min:
                gap = (values[i] - values[j])[known]
                if fitted.weights is not None:
                    squared = sum(w * g * g for w, g in zip(fitted.weights[known], gap, strict=True))
                else:
                    squared = gap @ np.linalg.inv(fitted.covariance[np.ix_(known, known)]) @ gap
                near.append((squared / fitted.share(known), other))
        found[urn] = sorted(near)[:k]
    return found


@pytest.mark.real
def test_the_published_distances_of_similar_schools(real_data):
    folder = real_data / "similar_schools"
    published = pl.read_csv(
        folder / "primary_neighbours_2026-07.csv",
        schema_overrides={"URN": pl.String, "NeighbourURN": pl.String},
    )
    schools = pl.read_csv(folder / "primary_values_2026-07.csv", schema_overrides={"URN": pl.String}).rename(
        {"URN": "urn"}
    )
    metric = named_metric("dfe_primary_2026", by_column=True)
    pairs = published.select(urn="URN", neighbour_urn="NeighbourURN")
    ours = distance_between(schools, pairs, metric)
    assert published.height == 79
    np.testing.assert_allclose(ours["distance"], published["Dist"], atol=1e-12, rtol=0)
    searched = find_similar_schools(schools, metric, SimilarConfig(neighbours=46)).pairs
    both = searched.join(published, left_on=["urn", "neighbour_urn"], right_on=["URN", "NeighbourURN"])
    assert both.height == 79
    np.testing.assert_allclose(both["distance"], both["Dist"], atol=1e-12, rtol=0)


def test_a_missing_characteristic_is_compared_on_what_is_known_and_marked():
    # Variances 200/3 and 2/3, weights 1: expected squared differences 133.3 and 1.33, so c0 makes up 100/101.
    schools = schools_of([[0, 0], [10, 1], [20, 2]])
    schools = schools.with_columns(pl.when(pl.col("urn") != "100002").then("c1").alias("c1"))
    metric = Weighted({"c0": 1.0, "c1": 1.0}, per_sd=False)
    found = find_similar_schools(schools, metric, SimilarConfig(neighbours=2))
    row = found.pairs.filter(urn="100000", neighbour_urn="100002").row(0, named=True)
    variance = np.array([200 / 3, 1 / 4])
    share = variance[0] / variance.sum()
    assert row["distance"] == pytest.approx(np.sqrt(400 / share))
    assert (row["compared"], row["missing"]) == (1, "c1")
    assert row["compared_share"] == pytest.approx(share)
    assert found.sets["missing"].to_list() == [None, None, "c1"]
    # As 0 it would be the neighbour of the wrong one and nothing would say so.
    assert found.pairs.filter(urn="100000", rank=1)["neighbour_urn"].item() == "100001"


def test_a_school_of_which_too_little_is_known_has_no_comparators_and_says_so():
    schools = schools_of([[1, 2, np.nan], [2, 3, 4], [3, 5, 1], [np.nan, np.nan, np.nan]])
    metric = Weighted({"c0": 1, "c1": 1, "c2": 1})
    found = find_similar_schools(schools, metric, SimilarConfig(neighbours=2))
    last = found.sets.row(3, named=True)
    assert (last["status"], last["comparators"]) == ("none", 0)
    assert last["reason"] == "no characteristic of the school is known"
    assert "100003" not in found.pairs["neighbour_urn"].to_list()


def test_equal_distances_are_ordered_by_number():
    schools = schools_of([[0.0]] * 30 + [[1.0]] * 30).sample(fraction=1, shuffle=True, seed=1)
    found = find_similar_schools(schools, Weighted({"c0": 1.0}), SimilarConfig(neighbours=5)).pairs
    assert found.filter(urn="100010").sort("rank")["neighbour_urn"].to_list() == [
        "100000", "100001", "100002", "100003", "100004"]  # fmt: skip


def test_filters_keep_only_who_may_be_compared():
    rng = np.random.default_rng(6)
    region = ["north", "south", None] * 20
    schools = schools_of(
        rng.normal(size=(60, 2)),
        region=region,
        easting=rng.uniform(0, 9e4, 60),
        northing=rng.uniform(0, 9e4, 60),
    )
    metric = Weighted({"c0": 1, "c1": 2})
    found = find_similar_schools(schools, metric, SimilarConfig(neighbours=50), same=["region"], max_km=40)
    places = schools.select("urn", "region")
    pairs = found.pairs.join(places, on="urn").join(
        places, left_on="neighbour_urn", right_on="urn", suffix="_there"
    )
    assert pairs.height
    assert (pairs["region"] == pairs["region_there"]).all()
    assert pairs["distance_km"].max() <= 40
    unknown = found.sets.join(places, on="urn").filter(pl.col("region").is_null())
    assert unknown["reason"].unique().to_list() == ["a column that must be equal is not known of the school"]
    assert found.filters == ("same region", "within 40 km")
    some = find_similar_schools(schools, metric, asked=["100003"], among=["100005", "100003", "100001"])
    assert set(some.pairs["neighbour_urn"]) == {"100001", "100005"}
    assert some.sets["status"].to_list() == ["too_few"]


@given(st.data())
def test_the_nearest_are_those_of_a_plain_loop(data):
    n, p = data.draw(st.integers(4, 25)), data.draw(st.integers(1, 4))
    # Few distinct values, so that ties are common.
    cell = st.one_of(st.none(), st.integers(-3, 3).map(float))
    values = np.array(
        data.draw(st.lists(st.lists(cell, min_size=p, max_size=p), min_size=n, max_size=n)), dtype=float
    )
    values[:3] = np.arange(3 * p).reshape(3, p) % 5
    schools = schools_of(values)
    k = data.draw(st.integers(1, 8))
    metric = Weighted({f"c{at}": at + 1.0 for at in range(p)}, per_sd=data.draw(st.booleans()))
    found = find_similar_schools(schools, metric, SimilarConfig(neighbours=k, block_bytes=1 << 16)).pairs
    assert not (found["urn"] == found["neighbour_urn"]).any()
    assert not found.select("urn", "neighbour_urn").is_duplicated().any()
    for urn, near in plain_loop(schools, metric, k).items():
        mine = found.filter(urn=urn).sort("rank")
        np.testing.assert_allclose(
            mine["distance"], [np.sqrt(squared) for squared, _ in near], rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("missing", [0.0, 0.05])
def test_mahalanobis_is_exact_with_and_without_gaps(missing):
    rng = np.random.default_rng(3)
    values = rng.normal(size=(120, 4)) @ rng.normal(size=(4, 4)) + [100, 5, 0, -3]
    values[rng.random(values.shape) < missing] = np.nan
    schools = schools_of(values)
    metric = Mahalanobis(("c0", "c1", "c2", "c3"))
    found = find_similar_schools(schools, metric, SimilarConfig(neighbours=7)).pairs
    for urn, near in plain_loop(schools, metric, 7).items():
        mine = found.filter(urn=urn).sort("rank")
        assert mine["neighbour_urn"].to_list() == [other for _, other in near]
        np.testing.assert_allclose(mine["distance"], [np.sqrt(squared) for squared, _ in near], rtol=1e-9)


def test_shrinkage_is_that_of_the_reference():
    covariance = pytest.importorskip("sklearn.covariance")
    rng = np.random.default_rng(5)
    values = rng.normal(size=(40, 6)) @ rng.normal(size=(6, 6))
    standardised = (values - values.mean(axis=0)) / values.std(axis=0)
    ours, share = shrunk_correlation(standardised)
    theirs = covariance.LedoitWolf(assume_centered=True).fit(standardised)
    assert share == pytest.approx(theirs.shrinkage_, rel=1e-10)
    np.testing.assert_allclose(ours, theirs.covariance_, rtol=1e-10)


def test_order_of_rows_does_not_matter():
    rng = np.random.default_rng(8)
    schools = schools_of(rng.normal(size=(80, 3)))
    metric, config = Weighted({"c0": 1, "c1": 1, "c2": 1}), SimilarConfig(neighbours=6)
    one = find_similar_schools(schools, metric, config).pairs.sort("urn", "rank")
    other = find_similar_schools(schools.reverse(), metric, config).pairs.sort("urn", "rank")
    assert one.select("urn", "neighbour_urn").equals(other.select("urn", "neighbour_urn"))
    np.testing.assert_allclose(one["distance"], other["distance"], rtol=1e-12)


def test_what_cannot_be_compared_is_refused():
    schools = schools_of([[1, 2], [2, 3], [4, 4]])
    with pytest.raises(NotComparable, match="an outcome"):
        find_similar_schools(schools, Weighted({"c0": 1}), outcomes=["c0"])
    with pytest.raises(NotComparable, match="no column 'x'"):
        find_similar_schools(schools, Weighted({"x": 1}))
    with pytest.raises(TableProblem) as told:
        find_similar_schools(pl.concat([schools, schools.head(2)]), Weighted({"c0": 1}))
    assert told.value.problems.height == 4
    with pytest.raises(NotFound, match="999999"):
        find_similar_schools(schools, Weighted({"c0": 1}), asked=["999999"])
    with pytest.raises(NotIdentified, match="every one"):
        find_similar_schools(schools.head(2), Mahalanobis(("c0", "c1")))
    with pytest.raises(StudyProblem, match="weight"):
        Weighted({"c0": 0.0})
    with pytest.raises(CodebookProblem, match="dfe_primary_2026"):
        named_metric("dfe_primary_2025")
    with pytest.raises(StudyProblem, match="neighbours"):
        SimilarConfig(neighbours=0)
