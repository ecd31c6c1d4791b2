"""Lineage: what became of a school, from statements as messy as they are, and whose results may be read as whose."""

from __future__ import annotations

from datetime import date

import networkx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscape.core.tables import frame_of
from leadscape.register.lineage import build_lineage, carry_results
from leadscape.register.tables import Links, Schools

AUGUST, SEPTEMBER = date(2015, 8, 31), date(2015, 9, 1)


def links(*statements: tuple) -> pl.DataFrame:
    """``(urn, link_urn, wording)`` or with a date: the relation follows from the wording as a reader reads it."""
    words = {"s": "successor", "p": "predecessor"}
    return frame_of(
        Links,
        [
            {
                "urn": urn,
                "link_urn": link_urn,
                "relation": words.get(wording[0].lower(), "related"),
                "link_type": wording,
                "established_on": on[0] if on else None,
            }
            for urn, link_urn, wording, *on in statements
        ],
    )


def schools(**closed: date | None) -> pl.DataFrame:
    """Schools ``u1``, ``u2``, … with their closing dates."""
    return frame_of(
        Schools,
        [
            {
                "urn": urn.removeprefix("u"),
                "name": f"School {urn}",
                "status": "closed" if on else "open",
                "closed_on": on,
                "capacity_status": "unknown",
                "pupils_status": "unknown",
                "fsm_pct_status": "unknown",
            }
            for urn, on in closed.items()
        ],
    )


def ends(lineage, *urns, as_of=None):
    found = lineage.latest_successors(pl.Series(urns), as_of)
    return [row[:2] + row[3:] for row in found.iter_rows()]


def test_what_became_of_six_schools():
    """
    | school | what the links say                       | results in 2020 are read as those of |
    |--------|------------------------------------------|--------------------------------------|
    | 1      | became academy 2, which became 3         | 3, whole                             |
    | 4, 5   | became 6                                 | 6, as a part                         |
    | 7      | became 8 and 9                           | nobody                               |
    | 10     | nothing                                  | 10, whole                            |
    """
    told = links(
        ("1", "2", "Successor", AUGUST),
        ("2", "1", "Predecessor", SEPTEMBER),
        ("2", "3", "Successor", date(2018, 9, 1)),
        ("6", "4", "Predecessor", SEPTEMBER),
        ("5", "6", "Successor", AUGUST),
        ("7", "8", "Successor - Split School", AUGUST),
        ("7", "9", "Successor - Split School", AUGUST),
    )
    lineage = build_lineage(told)
    assert ends(lineage, "1", "4", "5", "7", "10", as_of=date(2020, 1, 1)) == [
        ("1", "3", "succeeded", "whole"),
        ("10", "10", "unchanged", "whole"),
        ("4", "6", "merged", "part"),
        ("5", "6", "merged", "part"),
        ("7", "8", "split", "none"),
        ("7", "9", "split", "none"),
    ]


def test_the_same_question_asked_of_an_earlier_date_gives_the_school_of_that_date():
    told = links(("1", "2", "Successor", SEPTEMBER), ("2", "3", "Successor", date(2018, 9, 1)))
    lineage = build_lineage(told)
    assert ends(lineage, "1", as_of=AUGUST) == [("1", "1", "unchanged", "whole")]
    assert ends(lineage, "1", as_of=SEPTEMBER) == [("1", "2", "succeeded", "whole")]
    assert ends(lineage, "1") == [("1", "3", "succeeded", "whole")]


def test_of_two_dates_the_later_counts_and_a_newer_file_corrects_an_older_one():
    told = links(("1", "2", "Successor", AUGUST), ("2", "1", "Predecessor", SEPTEMBER))
    assert build_lineage(told).edges["taken_on"].item() == SEPTEMBER
    corrected = links(("1", "2", "Successor", date(2014, 8, 31)))
    assert build_lineage([told, corrected]).edges["taken_on"].item() == date(2014, 8, 31)


def test_an_undated_link_is_dated_by_the_schools_or_holds_always():
    told = links(("1", "2", "Successor"))
    assert build_lineage(told).edges.select("taken_on", "dated_by").row(0) == (None, None)
    assert ends(build_lineage(told), "1", as_of=date(1990, 1, 1))[0][1] == "2"
    dated = build_lineage(told, schools(u1=AUGUST, u2=None))
    assert dated.edges.select("taken_on", "dated_by").row(0) == (AUGUST, "closing")


def test_a_sixth_form_centre_a_relation_and_a_school_linked_to_itself_are_no_lineage():
    told = links(
        ("1", "2", "Sixth Form Centre Link"),
        ("3", "4", "Other"),
        ("5", "5", "Successor"),
        ("6", "7", "Expansion"),
    )
    lineage = build_lineage(told)
    assert lineage.edges.is_empty()
    assert lineage.set_aside["reason"].to_list() == [
        "sixth_form_centre",
        "not_lineage",
        "itself",
        "not_lineage",
    ]


def test_a_wording_without_order_is_ordered_by_which_school_closed():
    told = links(("1", "2", "Result of Amalgamation", AUGUST), ("2", "1", "Result of Amalgamation", AUGUST))
    assert build_lineage(told).set_aside["reason"].to_list() == ["no_direction"] * 2
    ordered = build_lineage(told, schools(u1=None, u2=AUGUST))
    assert ordered.edges.select("predecessor", "successor", "kind").rows() == [("2", "1", "amalgamation")]
    told = pl.concat([told, links(("1", "2", "Successor - amalgamated", AUGUST))])
    restated = build_lineage(told, schools(u1=None, u2=AUGUST))
    assert restated.edges.select("predecessor", "successor").rows() == [("1", "2")]
    assert restated.set_aside["reason"].to_list() == ["restated"] * 2


@pytest.mark.parametrize(
    ("vintages", "register", "kept", "rule"),
    [
        ([[("1", "2", "Successor")], [("2", "1", "Successor")]], None, ("2", "1"), "withdrawn"),
        (
            [[("1", "2", "Successor"), ("2", "1", "Successor"), ("1", "2", "Predecessor")]],
            None,
            ("2", "1"),
            "one_sided",
        ),
        (
            [[("1", "2", "Successor"), ("2", "1", "Successor")]],
            {"u1": None, "u2": AUGUST},
            ("2", "1"),
            "order",
        ),
        ([[("1", "2", "Successor"), ("2", "1", "Successor")]], None, ("1", "2"), "order"),
        ([[("99", "100", "Successor"), ("100", "99", "Successor")]], None, ("99", "100"), "order"),
        (
            [[("1", "2", "Successor", SEPTEMBER), ("2", "1", "Successor", date(2010, 1, 1))]],
            {"u1": date(2016, 1, 1), "u2": date(2012, 1, 1)},
            ("2", "1"),
            "dates_contradict",
        ),
    ],
)
def test_of_two_schools_that_each_follow_the_other_the_weaker_claim_goes(vintages, register, kept, rule):
    lineage = build_lineage([links(*one) for one in vintages], schools(**register) if register else None)
    assert lineage.cycles == 1
    assert lineage.edges.select("predecessor", "successor").rows() == [kept]
    assert lineage.broken["rule"].to_list() == [rule]


def test_a_family_with_its_dates():
    told = links(
        ("1", "3", "Successor - merged", SEPTEMBER),
        ("2", "3", "Successor - merged", SEPTEMBER),
        ("3", "4", "Successor", date(2020, 1, 1)),
    )
    family = build_lineage(told).lineage("1")
    assert family.select("urn", "relation", "steps").rows() == [
        ("1", "self", 0),
        ("3", "successor", 1),
        ("4", "successor", 2),
        ("2", "kin", None),
    ]
    assert build_lineage(told).lineage("1", AUGUST)["urn"].to_list() == ["1"]
    assert build_lineage(told).predecessors("4")["urn"].to_list() == ["3", "1", "2"]


def test_results_are_carried_whole_as_parts_or_not_at_all_and_never_twice():
    told = links(
        ("1", "2", "Successor"),
        ("3", "5", "Successor - merged"),
        ("4", "5", "Successor - merged"),
        ("6", "7", "Successor - Split School"),
        ("6", "8", "Successor - Split School"),
    )
    results = pl.DataFrame({"urn": ["1", "3", "4", "5", "6", "9"], "score": [1.0, 2.0, 3.0, 4.0, 5.0, None]})
    carried = carry_results(results, build_lineage(told))
    assert carried.select(results.columns).equals(results)
    assert carried.select("successor_urn", "carry_rule", "sources").rows() == [
        ("2", "succeeded", 1),
        ("5", "merged", 3),
        ("5", "merged", 3),
        ("5", "unchanged", 3),
        (None, "split", None),
        ("9", "unchanged", 1),
    ]


EDGES = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=25, unique=True)


@settings(max_examples=60, deadline=None)
@given(EDGES)
def test_whatever_is_linked_no_circle_stays_and_only_circles_lose_edges(pairs):
    graph = networkx.DiGraph((a, b) for a, b in pairs if a != b)
    circles = [part for part in networkx.strongly_connected_components(graph) if len(part) > 1]
    lineage = build_lineage(links(*[(str(a), str(b), "Successor") for a, b in pairs]))
    kept = networkx.DiGraph(
        (int(a), int(b)) for a, b in lineage.edges.select("predecessor", "successor").rows()
    )
    assert networkx.is_directed_acyclic_graph(kept)
    assert lineage.cycles == len(circles)
    for a, b in set(graph.edges) - set(kept.edges):
        assert any({a, b} <= part for part in circles)


@settings(max_examples=60, deadline=None)
@given(EDGES)
def test_final_successors_are_the_ends_that_a_walk_along_the_graph_finds(pairs):
    """Differential: the same ends as following every path one school at a time."""
    lineage = build_lineage(links(*[(str(a), str(b), "Successor") for a, b in pairs]))
    graph = networkx.DiGraph(lineage.edges.select("predecessor", "successor").rows())
    graph.add_nodes_from(map(str, range(1, 13)))
    found = lineage.latest_successors(pl.Series([str(number) for number in range(1, 13)]))
    for urn in graph:
        reached = networkx.descendants(graph, urn) | {urn}
        expected = {one for one in reached if graph.out_degree(one) == 0}
        assert set(found.filter(pl.col("urn") == urn)["successor_urn"]) == expected


@pytest.mark.parametrize("width", [12, 5])
def test_twelve_schools_merge_into_one_and_one_splits_into_five(width):
    others = [str(number) for number in range(100, 100 + width)]
    merged = build_lineage(links(*[(one, "1", "Successor - merged") for one in others]))
    assert {row[1:] for row in ends(merged, *others)} == {("1", "merged", "part")}
    split = build_lineage(links(*[("1", one, "Successor - Split School") for one in others]))
    assert [row[1] for row in ends(split, "1")] == others


# --- real open data ------------------------------------------------------------------------------

# Share of schools of each file found in the state register of August 2022: as is, and after each school's
# links, %.
JOIN_RATES = [
    ("performance/ks2_perf_2016.csv", 73.6, 94.2),
    ("performance/ks2_perf_2017.csv", 77.3, 94.3),
    ("performance/ks2_perf_2018.csv", 82.4, 94.5),
    ("performance/ks4_perf_2016.csv", 48.6, 60.3),
    ("performance/ks4_perf_2018.csv", 53.5, 60.5),
    ("derived/ofsted_2005-09_to_2018-08.csv.gz", 73.6, 86.0),
    ("leaders/teaching_schools_2018-03-12.xls", 76.5, 82.4),
    ("leaders/itt_lead_schools_2023-07-25.csv", 86.9, 90.0),
    ("finance/financials_2014.csv", 60.4, 88.9),
    ("groups/grouplinks_edubaseallacademiesandfree20180501.csv", 91.1, 93.1),
    ("groups/group_links_2022-03-29.csv", 80.1, 80.9),
]


def urns_of(path) -> pl.Series:
    if path.suffix == ".xls":
        frame = pl.read_excel(path, infer_schema_length=0)
    else:
        encoding = "cp1252" if "grouplinks" in path.name else "utf8"
        frame = pl.read_csv(path, infer_schema=False, encoding=encoding)
    column = next(name for name in frame.columns if name.strip().lower() == "urn")
    urns = frame[column].cast(pl.String).str.replace(r"\.0$", "")
    return urns.filter(urns.str.contains(r"^\d+$")).unique()


@pytest.fixture(scope="module")
def real_lineage(real_data):
    from leadscape.register.reading import read_register_file

    vintages = [
        read_register_file(real_data / "links" / f"links_edubasealldata{one}.csv").frame
        for one in ("202105", "20230421", "20240129")
    ]
    every_school = read_register_file(real_data / "register" / "rtt_schools_gias_2022-10-28.csv").frame
    return build_lineage(vintages, every_school)


@pytest.fixture(scope="module")
def register_urns(real_data) -> pl.Series:
    path = real_data / "derived" / "register_2022-08.csv.gz"
    return pl.read_csv(path, columns=["urn"], infer_schema=False)["urn"]


@pytest.mark.real
def test_eighteen_circles_in_the_merged_links_of_england_do_no_harm(real_lineage):
    edges = real_lineage.edges.select("predecessor", "successor").rows()
    assert real_lineage.cycles == 18
    assert networkx.is_directed_acyclic_graph(networkx.DiGraph(edges))
    assert real_lineage.broken.height == 19
    assert real_lineage.edges["successor"].value_counts()["count"].max() == 12
    assert real_lineage.edges["predecessor"].value_counts()["count"].max() == 5


@pytest.mark.real
@pytest.mark.parametrize(("file", "as_is", "chained"), JOIN_RATES)
def test_join_rates_of_real_files_before_and_after_their_links(
    real_data, real_lineage, register_urns, file, as_is, chained
):
    """Chained counts what can be carried whole: parts of a merger and splits are not."""
    urns = urns_of(real_data / file)
    found = real_lineage.latest_successors(urns, date(2022, 8, 31)).filter(
        pl.col("share_rule") == "whole", pl.col("successor_urn").is_in(register_urns.implode())
    )
    assert 100 * urns.is_in(register_urns.implode()).mean() == pytest.approx(as_is, abs=0.5)
    assert 100 * found["urn"].n_unique() / len(urns) == pytest.approx(chained, abs=1)
