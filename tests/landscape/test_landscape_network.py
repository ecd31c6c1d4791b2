"""Who supports whom: reach, isolates, what hangs on one leader, chains."""

from datetime import date

import networkx as nx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscape.core.tables import frame_of, polars_schema
from leadscape.landscape.network import summarise_network, write_graphml
from leadscape.register.tables import Memberships, Schools


def schools(*urns, **columns):
    given = {"urn": list(urns), "name": [f"School {urn}" for urn in urns], "status": ["open"] * len(urns)}
    frame = pl.DataFrame(given | columns)
    rest = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in polars_schema(Schools).items()
        if name not in frame.columns
    ]
    return frame.with_columns(rest).select(polars_schema(Schools).names())


def supports(*rows):
    """From (leader, home school, partner school)."""
    names = {"leader_id": pl.String, "home_urn": pl.String, "partner_urn": pl.String}
    frame = pl.DataFrame(list(rows), schema=names, orient="row").with_row_index("holding_id")
    return frame.select(
        pl.format("h{}", "holding_id").alias("holding_id"),
        "leader_id",
        role=pl.lit("consultant_leader"),
        home_urn="home_urn",
        partner_urn="partner_urn",
        started_on=pl.lit(date(2006, 1, 1)),
        ended_on=pl.lit(None, pl.Date),
    )


def test_a_small_network():
    # Ada leads from 1 into 2 and 3, Bea from 2 into 3, Cem from 3 into 4; 5 stands alone; Dan's school is not
    # known.
    network = summarise_network(
        supports(
            ("ada", "1", "2"), ("ada", "1", "3"), ("bea", "2", "3"), ("cem", "3", "4"), ("dan", None, "6")
        ),
        schools("1", "2", "3", "4", "5", "6"),
    )
    assert (network.supports, network.home_schools, network.partner_schools) == (5, 3, 4)
    assert (network.schools_in_network, network.isolates) == (5, 1)
    assert (network.components, network.largest_component) == (2, 4)
    assert network.longest_chain == 3
    assert network.hanging_on_one == 3
    columns = ("urn", "partners_supported", "supporters", "leaders_in", "hangs_on_one", "longest_chain")
    assert network.schools.select(columns).rows() == [
        ("1", 2, 0, 0, False, 3),
        ("2", 1, 1, 1, True, 2),
        ("3", 1, 2, 2, False, 1),
        ("4", 0, 1, 1, True, 0),
        ("6", 0, 0, 1, True, 0),
    ]


def test_two_leaders_between_the_same_schools_are_one_arrow():
    network = summarise_network(supports(("ada", "1", "2"), ("bea", "1", "2")), schools("1", "2"))
    assert network.schools["partners_supported"].to_list() == [1, 0]
    assert network.schools["leaders_in"].to_list() == [0, 2]
    assert network.hanging_on_one == 0


def test_a_circle_of_support_is_one_step_and_ends():
    network = summarise_network(
        supports(("a", "1", "2"), ("b", "2", "1"), ("c", "2", "3")), schools("1", "2", "3")
    )
    assert network.schools["longest_chain"].to_list() == [2, 2, 0]


def test_reach_and_distance():
    places = {"longitude": [-1.5, -1.5, None], "latitude": [53.0, 54.0, None]}
    network = summarise_network(
        supports(("ada", "1", "2"), ("ada", "1", "3")), schools("1", "2", "3", **places)
    )
    leader, home = network.reach.to_dicts()
    assert (leader["unit"], leader["id"], leader["partner_schools"]) == ("leader", "ada", 2)
    assert (home["unit"], home["id"], home["partner_schools"]) == ("home school", "1", 2)
    # One degree of latitude; the school without a place adds nothing.
    assert leader["mean_km"] == pytest.approx(111.19, abs=0.01)
    assert leader["furthest_km"] == leader["mean_km"]


def test_support_inside_a_trust_is_told_from_support_beyond_it():
    # 1 and 2 are in one trust, 2 and 3 share a sponsor only, 4 joined the trust too late.
    rows = [
        ("1", "T", "multi_academy_trust", date(2005, 9, 1)),
        ("2", "T", "multi_academy_trust", date(2005, 9, 1)),
        ("4", "T", "multi_academy_trust", date(2007, 9, 1)),
        ("2", "S", "sponsor", None),
        ("3", "S", "sponsor", None),
    ]
    names = ("urn", "group_uid", "group_type", "joined_on")
    members = frame_of(
        Memberships, [{"group_name": "G", **dict(zip(names, row, strict=True))} for row in rows]
    )
    told = supports(("ada", "1", "2"), ("bea", "2", "3"), ("cem", "1", "4"), ("dee", None, "2"))
    network = summarise_network(told, schools("1", "2", "3", "4"), date(2006, 6, 30), members)
    assert (network.arrows, network.inside_group) == (3, 1)
    assert summarise_network(told, schools("1")).inside_group is None


def test_no_supports_make_an_empty_network():
    network = summarise_network(supports(), schools("1", "2"))
    assert (network.supports, network.components, network.longest_chain, network.isolates) == (0, 0, 0, 2)
    assert network.schools.is_empty()
    assert network.reach.is_empty()


URNS = st.integers(0, 12).map(str)
PAIRS = st.lists(st.tuples(URNS, URNS).filter(lambda pair: pair[0] != pair[1]), max_size=40)


@given(PAIRS)
def test_the_figures_are_those_of_networkx(pairs):
    graph = nx.DiGraph(pairs)
    network = summarise_network(
        supports(*((f"leader {home}", home, partner) for home, partner in pairs)), schools("1")
    )
    rows = {row["urn"]: row for row in network.schools.to_dicts()}
    assert set(rows) == set(graph)
    assert network.components == nx.number_weakly_connected_components(graph) if pairs else not rows
    assert network.largest_component == max(map(len, nx.weakly_connected_components(graph)), default=0)
    assert {urn: row["partners_supported"] for urn, row in rows.items()} == dict(graph.out_degree())
    assert {urn: row["supporters"] for urn, row in rows.items()} == dict(graph.in_degree())
    folded = nx.condensation(graph)
    length = {}
    for node in reversed(list(nx.topological_sort(folded))):
        circle = int(len(folded.nodes[node]["members"]) > 1)
        length[node] = circle + max((1 + length[after] for after in folded.successors(node)), default=0)
    expected = {urn: length[folded.graph["mapping"][urn]] for urn in graph}
    assert {urn: row["longest_chain"] for urn, row in rows.items()} == expected


@given(PAIRS, st.randoms())
def test_the_order_of_rows_does_not_matter(pairs, random):
    given = [(f"leader {partner}", home, partner) for home, partner in pairs]
    one = summarise_network(supports(*given), schools("1"))
    two = summarise_network(supports(*random.sample(given, len(given))), schools("1"))
    assert one.schools.equals(two.schools)
    assert one.reach.equals(two.reach)


def test_graphml_is_read_back_by_another_program(tmp_path):
    path = tmp_path / "network.graphml"
    told = supports(("ada", "1", "2"), ("bea", "1", "2"), ("cem", None, "3"))
    write_graphml(told, schools("1", "2", "3", name=['St Ann\'s <A&B> "C"\x0b', "Two", "Three"]), path)
    graph = nx.read_graphml(path, force_multigraph=True)
    assert set(graph) == {"1", "2", "3"}
    assert graph.nodes["1"]["name"] == 'St Ann\'s <A&B> "C"'
    assert [(a, b, d["leader_id"], d["started_on"]) for a, b, d in graph.edges(data=True)] == [
        ("1", "2", "ada", "2006-01-01"),
        ("1", "2", "bea", "2006-01-01"),
    ]
