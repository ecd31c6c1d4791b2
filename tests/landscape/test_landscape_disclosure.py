"""A reader with every table of a study cannot work out a small count of people."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from leadscape.codebooks import load_codebook
from leadscape.core.errors import Suppressed
from leadscape.core.tables import frame_of
from leadscape.landscape import tables as declared
from leadscape.landscape.concentration import gini
from leadscape.landscape.disclosure import authorities_on_the_map, suppress_landscape
from leadscape.landscape.distribution import count_authorities, count_phases, count_regions
from leadscape.landscape.extent import count_extent, count_kinds, count_totals
from leadscape.landscape.results import Landscape

from tests.support.drawn import holdings_of, responses_of, schools_of
from tests.support.landscapes import draw_contents, draw_national

CODEBOOK = load_codebook("england-2006")
ROLES = ("executive_headship", "sustaining_improvement", "consultant_leader", "other")
EVERY_ROLE = tuple(role.id for role in CODEBOOK.roles if role.collected)
BY_ORIGIN = {
    origin: tuple(role.id for role in CODEBOOK.roles if role.collected and role.origin == origin)
    for origin in ("local", "national", "none")
}
SCHEMAS = {
    "extent": declared.Extent,
    "totals": declared.ExtentTotals,
    "kinds": declared.KindExtent,
    "authorities": declared.AuthorityDistribution,
    "regions": declared.RegionDistribution,
    "phases": declared.PhaseDistribution,
}
PEOPLE = ("holdings", "leaders", "local_holdings", "national_holdings", "reported_at_least")


def landscape_of(authorities):
    """From (region, response, holdings of each of ``ROLES``) for each authority; some leaders have several roles."""
    names = [f"A{number}" for number in range(len(authorities))]
    regions = [f"region {region}" for region, _, _ in authorities]
    rows = [
        {"leader": f"{name} {role if n % 2 else 'both'} {n}", "role": role, "authority": name, "region": region,
         "phase": "primary" if n % 3 else "secondary"}
        for name, region, (_, _, counts) in zip(names, regions, authorities, strict=True)
        for role, count in zip(ROLES, counts, strict=True)
        for n in range(count)
    ]  # fmt: skip
    holdings = holdings_of(rows)
    asked = [
        {"id": name, "kind": "authority", "response": response, "region": region}
        for name, region, (_, response, _) in zip(names, regions, authorities, strict=True)
    ]
    responses = responses_of([*asked, {"id": "agency", "kind": "agency", "response": "answered"}])
    schools = schools_of(
        [{"authority": n, "schools": 40, "region": r} for n, r in zip(names, regions, strict=True)]
    )
    by_authority = count_authorities(holdings, responses, schools, CODEBOOK)
    return Landscape(
        extent=count_extent(holdings, CODEBOOK),
        totals=count_totals(holdings, CODEBOOK),
        kinds=count_kinds(holdings, CODEBOOK),
        authorities=by_authority,
        regions=count_regions(by_authority, holdings, responses, CODEBOOK),
        phases=count_phases(holdings, schools, CODEBOOK),
        estimates=declared.Estimates.create_empty(),
        models=declared.CaptureModels.create_empty(),
        sensitivity=declared.Sensitivity.create_empty(),
        consistency=declared.Consistency.create_empty(),
        concentration=None,
        network=None,
    )


# The attacker thinks in holdings of each role in each authority and in leaders of each authority. Every
# published figure is a row over these; nothing of the system's own cells is used.


class Attacker:
    def __init__(self, published, truth, threshold):
        self.codes = truth.authorities["authority_code"].to_list()
        self.size = len(self.codes) * (len(EVERY_ROLE) + 1)
        self.lines = self.statements(truth)
        seen = self.statements(published)
        rows, low, high = [], [], []
        for key, (row, _) in self.lines.items():
            shown, value = seen[key][1], true_value(key, truth, self.lines)
            rows.append(row)
            if shown is not None:
                ends = (shown, shown)
            elif value is not None and 1 <= value < threshold:
                ends = (1, threshold - 1)
            else:
                ends = (0, np.inf)
            low.append(ends[0])
            high.append(ends[1])
        for place in range(len(self.codes)):  # Never more leaders than holdings.
            rows.append(self.holdings(place) - self.leaders(place))
            low.append(0)
            high.append(np.inf)
        self.knowledge = LinearConstraint(np.array(rows), low, high)

    def holdings(self, place, roles=EVERY_ROLE):
        row = np.zeros(self.size)
        for role in roles:
            row[place * len(EVERY_ROLE) + EVERY_ROLE.index(role)] = 1
        return row

    def leaders(self, place):
        row = np.zeros(self.size)
        row[len(self.codes) * len(EVERY_ROLE) + place] = 1
        return row

    def statements(self, landscape):
        """Every figure: what it counts, and its value where it is given."""
        lines = {}
        local, national = BY_ORIGIN["local"], BY_ORIGIN["national"]
        everywhere = range(len(self.codes))
        for place, row in enumerate(landscape.authorities.to_dicts()):
            code, answered = row["authority_code"], row["response"] != "silent"
            lines["total", code] = self.holdings(place), row["reported_at_least"]
            lines["national", code] = self.holdings(place, national), row["national_holdings"]
            lines["leaders", code] = self.leaders(place), row["leaders"]
            if answered:
                lines["local", code] = self.holdings(place, local), row["local_holdings"]
                lines["again", code] = self.holdings(place), row["holdings"]
                rate = row["per_100_schools"]
                again = None if rate is None else round(rate * row["schools"] / 100)
                lines["rate", code] = self.holdings(place), again
                if row["response"] == "answered_none":
                    lines["none", code] = self.holdings(place, local), 0
            else:
                lines["beside national", code] = self.holdings(place, (*local, "other")), None
            if answered:
                lines["neither", code] = self.holdings(place, ("other",)), None
        region_of = dict(landscape.authorities.select("authority_code", "region").iter_rows())
        response_of = dict(landscape.authorities.select("authority_code", "response").iter_rows())
        for row in landscape.regions.to_dicts():
            inside = [p for p in everywhere if region_of[self.codes[p]] == row["region"]]
            heard = [p for p in inside if response_of[self.codes[p]] != "silent"]
            lines["region", row["region"]] = sum(map(self.holdings, inside)), row["holdings"]
            lines["region leaders", row["region"]] = sum(map(self.leaders, inside)), row["leaders"]
            if heard:
                lines["region local", row["region"]] = (
                    sum(self.holdings(p, local) for p in heard),
                    row["local_holdings"],
                )
            lines["region national", row["region"]] = (
                sum(self.holdings(p, national) for p in inside),
                row["national_holdings"],
            )
        own = tuple(role.id for role in CODEBOOK.roles if role.own_school)
        parts = {f"origin:{origin}": roles for origin, roles in BY_ORIGIN.items()}
        parts |= {"all": EVERY_ROLE, "without_own_school": tuple(r for r in EVERY_ROLE if r not in own)}
        for row in landscape.totals.to_dicts():
            lines["totals", row["total"]] = (
                sum(self.holdings(p, parts[row["total"]]) for p in everywhere),
                row["holdings"],
            )
        lines["all leaders", ""] = sum(map(self.leaders, everywhere)), landscape.totals["leaders"][0]
        for row in landscape.extent.filter(pl.col("role").is_in(EVERY_ROLE)).to_dicts():
            lines["role", row["role"]] = (
                sum(self.holdings(p, (row["role"],)) for p in everywhere),
                row["holdings"],
            )
        kinds = CODEBOOK.role_kind_frame().filter(pl.col("role").is_in(EVERY_ROLE))
        for row in landscape.kinds.to_dicts():
            roles = tuple(kinds.filter(pl.col("kind") == row["kind"])["role"])
            lines["kind", row["kind"]] = sum(self.holdings(p, roles) for p in everywhere), row["holdings"]
        return lines

    def range(self, key):
        row, ends = self.lines[key][0], []
        for sign in (1, -1):
            found = milp(
                sign * row, constraints=self.knowledge, bounds=Bounds(0, 120), integrality=np.ones(self.size)
            )
            ends.append(round(sign * found.fun))
        return tuple(ends)


def with_nothing_but_the_total(truth):
    """All counts hidden, except the total of holdings and of leaders, and what a response gives away."""
    blank = {
        name: getattr(truth, name).with_columns(
            pl.lit(None, pl.Int64).alias(column)
            for column in PEOPLE
            if column in getattr(truth, name).columns
        )
        for name in SCHEMAS
    }
    kept = pl.when(pl.col("total") == "all")
    blank["totals"] = truth.totals.with_columns(kept.then(c).alias(c) for c in ("holdings", "leaders"))
    blank["authorities"] = blank["authorities"].with_columns(per_100_schools=pl.lit(None, pl.Float64))
    return Landscape(**{**vars(truth), **blank})


def true_value(key, truth, lines):
    """The value of a figure that no table gives, from the truth."""
    kind, code = key
    if lines[key][1] is not None or kind not in ("neither", "beside national"):
        return lines[key][1]
    row = truth.authorities.row(by_predicate=pl.col("authority_code") == code, named=True)
    return row["reported_at_least"] - row["national_holdings"] - (row["local_holdings"] or 0)


COUNTS = st.integers(0, 8) | st.integers(0, 30)
AUTHORITIES = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["answered", "answered", "silent"]),
        st.tuples(COUNTS, COUNTS, COUNTS, st.integers(0, 3)),
    ),
    min_size=3,
    max_size=6,
)  # fmt: skip


@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(AUTHORITIES)
def test_an_attacker_with_all_tables_cannot_pin_a_small_count(authorities):
    truth = landscape_of(authorities)
    try:
        published = suppress_landscape(truth, 6, codebook=CODEBOOK)
    except Suppressed:
        return
    attacker, unknowing = Attacker(published, truth, 6), Attacker(published, truth, 0)
    blindfold = Attacker(with_nothing_but_the_total(truth), truth, 6)
    for key in attacker.lines:
        value = true_value(key, truth, attacker.lines)
        if value is not None and 1 <= value < 6:
            low, high = attacker.range(key)
            assert low <= value <= high
            if low == high:
                # No table could leave the attacker with less: all else is hidden already.
                assert blindfold.range(key) == (low, high), (key, value)
                low, high = unknowing.range(key)
            assert low < high, (key, value)


def test_the_attacker_finds_what_primary_suppression_alone_leaves_open():
    truth = landscape_of(
        [(0, "answered", (3, 0, 20, 0)), (0, "answered", (9, 0, 30, 0)), (1, "answered", (8, 7, 9, 9))]
    )
    hidden = [pl.when(~pl.col(name).is_between(1, 5)).then(pl.col(name)).alias(name) for name in PEOPLE]
    naive = Landscape(**{**vars(truth), "authorities": truth.authorities.with_columns(hidden)})
    assert Attacker(naive, truth, 6).range(("local", "A0")) == (3, 3)
    careful = suppress_landscape(truth, 6, codebook=CODEBOOK)
    assert Attacker(careful, truth, 6).range(("local", "A0")) == (1, 5)


def test_leaders_are_not_protected_by_a_place_that_has_no_more_holdings():
    # Five leaders in the first authority. The second has as many leaders as holdings, so it cannot have had more.
    truth = landscape_of(
        [(0, "answered", (1, 0, 5, 0)), (0, "answered", (0, 0, 12, 0)), (0, "answered", (10, 0, 20, 0))]
    )
    assert truth.authorities["leaders"].to_list() == [5, 12, 25]
    published = suppress_landscape(truth, 6, codebook=CODEBOOK)
    low, high = Attacker(published, truth, 6).range(("leaders", "A0"))
    assert low < high


@pytest.fixture(scope="module")
def national():
    contents = draw_national()
    return contents.landscape, suppress_landscape(contents.landscape, 6, codebook=CODEBOOK)


def test_no_small_count_is_shown_and_zero_is(national):
    _, published = national
    for name in SCHEMAS:
        table = getattr(published, name)
        for column in PEOPLE:
            if column in table.columns:
                assert not table[column].is_between(1, 5).any(), (name, column)
    assert (published.authorities["local_holdings"] == 0).any()


def test_published_tables_keep_their_declarations_and_say_suppressed(national):
    truth, published = national
    for name, schema in SCHEMAS.items():
        assert schema.is_valid(getattr(published, name), cast=False), name
    before, after = truth.authorities, published.authorities
    gone = before["local_holdings"].is_not_null() & after["local_holdings"].is_null()
    assert gone.any()
    assert (after.filter(gone)["local_holdings_status"] == "suppressed").all()
    assert (
        after.filter(~gone)["local_holdings_status"] == before.filter(~gone)["local_holdings_status"]
    ).all()


def test_what_is_derived_from_a_hidden_count_goes_with_it(national):
    _, published = national
    hidden = published.authorities.filter(pl.col("holdings_status") == "suppressed")
    assert hidden.height
    assert (
        hidden.select("holdings", "leaders", "reported_at_least", "per_100_schools")
        .null_count()
        .sum_horizontal()[0]
        == 4 * hidden.height
    )
    assert (hidden["band"] == "suppressed").all()
    silent = published.authorities.filter(
        pl.col("response") == "silent", pl.col("reported_at_least").is_null()
    )
    assert (silent["holdings_status"] == "unknown").all()


def test_a_percentage_goes_with_its_count():
    # Three holders in all-through schools: they are hidden, and so is what they are of all.
    study = landscape_of([(0, "answered", (60, 60, 60, 63))])
    few = study.phases.with_columns(
        holdings=pl.when(pl.col("phase") == "all_through").then(3).otherwise("holdings"),
        leaders=pl.when(pl.col("phase") == "all_through").then(3).otherwise("leaders"),
    )
    published = suppress_landscape(replace(study, phases=few), 6, codebook=CODEBOOK).phases
    gone = published.filter(pl.col("holdings_status") == "suppressed")
    assert gone.height
    assert gone["pct"].null_count() == gone.height
    assert published.filter(pl.col("holdings") > 0)["pct"].null_count() == 0


def test_most_of_a_national_study_is_still_shown(national):
    truth, published = national
    assert published.totals.equals(truth.totals)
    assert published.extent.equals(truth.extent)
    assert published.authorities["reported_at_least"].null_count() <= 30
    assert published.regions["local_holdings"].null_count() == 0
    assert published.regions["national_holdings"].null_count() == 0


def test_concentration_is_that_of_the_authorities_still_shown(national):
    truth, published = national
    shown = published.authorities["holdings"].drop_nulls()
    assert published.concentration.authorities == len(shown) < truth.concentration.authorities
    assert published.concentration.gini == gini(shown)
    assert (
        published.concentration.cold_spots["authority_code"]
        .is_in(published.authorities.filter(pl.col("holdings").is_not_null())["authority_code"].to_list())
        .all()
    )


def test_single_schools_and_leaders_of_the_network_are_left_out(national):
    truth, published = national
    assert published.network.supports == truth.network.supports
    assert published.network.schools.is_empty()
    assert published.network.reach.is_empty()


def test_points_on_the_map_need_every_origin_to_be_shown():
    authorities = pl.DataFrame(
        {
            "authority_code": ["all shown", "local hidden", "silent", "silent with others", "total hidden"],
            "reported_at_least": [20, 20, 9, 12, None],
            "local_holdings": [8, None, None, None, 8],
            "national_holdings": [12, None, 9, 9, 12],
        }
    )
    assert authorities_on_the_map(authorities).to_list() == ["all shown", "silent"]


def test_rounding_makes_everything_from_rounded_counts():
    truth = draw_national().landscape
    published = suppress_landscape(truth, 6, round_to=5, codebook=CODEBOOK)
    for name in SCHEMAS:
        table = getattr(published, name)
        for column in (*PEOPLE, "denominator"):
            if column in table.columns:
                assert (table[column].drop_nulls() % 5 == 0).all(), (name, column)
    local = published.totals.row(by_predicate=pl.col("total") == "origin:local", named=True)
    assert (local["holdings"], local["denominator"]) == (345, 3080)
    assert local["pct"] == pytest.approx(100 * 345 / 3080)
    shown = published.authorities.drop_nulls("per_100_schools")
    rates = (100 * shown["holdings"] / shown["schools"]).to_list()
    assert shown["per_100_schools"].to_list() == pytest.approx(rates)


def test_estimates_lose_what_would_tell_hidden_counts():
    truth = landscape_of([(0, "answered", (3, 0, 20, 0)), (0, "answered", (9, 0, 30, 0)), (1, "answered", (8, 7, 9, 9)),
                          (1, "silent", (0, 0, 12, 0))])  # fmt: skip

    def row(name, method, unit="holdings"):
        return {"estimate_id": name, "label": name, "origin": "local", "method": method, "value": 41.37, "low": 33.3,
                "high": 52.4, "interval": "95 % design-based", "unit": unit, "assumptions": "none"}  # fmt: skip

    rows = [
        row("scaled", "scaled"),
        row("region", "post-stratified by region, ratio to schools"),
        row("finer", "post-stratified by region and size class, ratio to schools"),
    ]
    estimates = pl.DataFrame([{**dict.fromkeys(declared.Estimates.column_names()), **r} for r in rows]).cast(
        {"numerator": pl.Float64, "denominator": pl.Float64}
    )
    sensitivity = pl.DataFrame(
        {"factor": [1.0], "local_total": [41.37], "local_low": [33.3], "local_high": [52.4], "total": [100.0],
         "local_share_pct": [41.37]}
    )  # fmt: skip
    told = Landscape(**{**vars(truth), "estimates": estimates, "sensitivity": sensitivity})
    published = suppress_landscape(told, 6, codebook=CODEBOOK)
    assert "finer" not in published.estimates["estimate_id"].to_list()
    first = published.estimates.row(0, named=True)
    assert (first["value"], first["low"], first["high"]) == (41, 30, 55)
    assert published.sensitivity["local_total"].to_list() in ([41], [])
    assert published.withheld >= {"estimates"}


def test_one_estimate_has_one_interval_in_both_tables():
    truth = landscape_of(
        [(n % 2, "answered", (9, 10, 30 + n, 9)) for n in range(6)] + [(1, "silent", (0, 0, 3, 0))]
    )
    ends = {"value": 41.37, "low": 33.3, "high": 52.4}
    estimate = {**dict.fromkeys(declared.Estimates.column_names()), "estimate_id": "scaled", "label": "scaled",
                "origin": "local", "method": "scaled", "interval": "95 % design-based", "unit": "holdings",
                "assumptions": "none", **ends}  # fmt: skip
    band = {"factor": [0.0, 1.0], "local_total": [30.0, 41.37], "local_low": [30.0, 33.3], "local_high": [30.0, 52.4],
            "total": [90.0, 100.0], "local_share_pct": [33.0, 41.37]}  # fmt: skip
    estimates = pl.DataFrame([estimate]).cast({"numerator": pl.Float64, "denominator": pl.Float64})
    told = replace(truth, estimates=estimates, sensitivity=pl.DataFrame(band))
    published = suppress_landscape(told, 6, codebook=CODEBOOK)
    assert published.estimates.select("low", "high").row(0) == (30, 55)
    assert published.sensitivity.select("local_low", "local_high").rows() == [(30, 30), (30, 55)]


def test_what_was_left_out_is_named_and_nothing_else(national):
    truth, published = national
    assert {"reach"} <= published.withheld
    assert "network" not in published.withheld
    few = replace(truth, network=replace(truth.network, supports=3))
    assert "network" in suppress_landscape(few, 6, codebook=CODEBOOK).withheld
    assert truth.withheld == frozenset()


def test_models_of_a_hidden_role_are_left_out():
    truth = landscape_of([(n % 2, "answered", (n % 2, 10, 30 + n, 9)) for n in range(6)])
    models = frame_of(
        declared.CaptureModels,
        [
            {"population": role, "model": "independence", "terms": "none", "in_range": True, "note": ""}
            for role in ("all", "executive_headship", "consultant_leader")
        ],
    )
    published = suppress_landscape(Landscape(**{**vars(truth), "models": models}), 6, codebook=CODEBOOK)
    assert published.models["population"].to_list() == ["all", "consultant_leader"]


def test_kinds_are_hidden_where_nobody_says_what_they_are_made_of():
    truth = landscape_of([(n % 2, "answered", (n % 2, 10, 30 + n, 9)) for n in range(6)])
    assert suppress_landscape(truth, 6).kinds["holdings"].null_count() == 5
    kinds = suppress_landscape(truth, 6, codebook=CODEBOOK).kinds.drop_nulls("holdings")
    assert "change_agent" in kinds["kind"].to_list()


def test_a_study_of_too_few_people_is_refused():
    with pytest.raises(Suppressed, match="could be worked out"):
        suppress_landscape(landscape_of([(0, "answered", (3, 0, 0, 0))]), 6, codebook=CODEBOOK)


@pytest.mark.parametrize("threshold", [0, 1])
def test_without_a_threshold_a_landscape_is_as_it_was(threshold):
    truth = draw_contents().landscape
    assert suppress_landscape(truth, threshold) is truth
