"""Flags: a rule says yes, no or cannot tell, and what is hidden never clears a school."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from leadscape.cli.app import app
from leadscape.codebooks.rule_conditions import AtLeast, InspectionIs, statements_of
from leadscape.codebooks.rules import load_rules, parse_rules, rule_books
from leadscape.core.errors import CodebookProblem, FileProblem, NotComparable, StudyProblem, TableProblem
from leadscape.core.tables import frame_of
from leadscape.need.flags import Evidence, FlagConfig, flag_schools
from leadscape.need.inspections.reading import read_inspections_file
from leadscape.need.measures.reading import read_measures_file
from leadscape.need.tables import Context, Inspections

from tests.support.results import figures

DAY = date(2018, 9, 1)
RUN = CliRunner()
HEAD = """
[codebook]
id = "own"
title = "Own rules"
system = "england"
source = "Test"
[[word]]
id = "poor"
label = "poor"
judged = [
    { framework = "section5_2012", area = "overall_effectiveness", grades = ["requires_improvement", "inadequate"] },
]
[[word]]
id = "poor_card"
label = "poor card"
judged = [{ framework = "report_card_2025", area = "leadership_and_governance", grades = ["needs_attention"] }]
[[rule]]
id = "own"
label = "Own"
definition = "Own."
source = "Test"
valid_from = 2015-01-01
"""
RWM = '{ measure = "ks2_rwm_expected_pct", is = "below", value = 50 }'
POOR = '{ inspection = "latest", is = "poor" }'


def own(when, needs=("ks2_rwm_expected_pct",), more=""):
    listed = ", ".join(f'"{one}"' for one in needs)
    return parse_rules(f"{HEAD}needs = [{listed}]\n{more}\nwhen = {when}\n".encode(), "own").rules[0]


def refused(when, needs=("ks2_rwm_expected_pct",), more=""):
    with pytest.raises(CodebookProblem) as error:
        own(when, needs, more)
    return error.value.what


def rwm(*rows):
    """Rows of urn, value (text: the status), period."""
    listed = []
    for urn, value, *period in rows:
        known = not isinstance(value, str)
        listed.append(
            {"urn": urn, "measure": "ks2_rwm_expected_pct", "value": float(value) if known else None,
             "status": "reported" if known else value, "period": period[0] if period else "2017/18"}
        )  # fmt: skip
    return figures(listed).with_columns(source=pl.lit("ks2.csv"))


def inspected(*rows):
    """Rows of urn, day, framework, area, grade (None: not read)."""
    return frame_of(
        Inspections,
        [
            {"urn": urn, "inspected_on": date.fromisoformat(day), "framework": framework, "area": area, "grade": grade,
             "status": "reported" if grade else "unknown", "source": "i.csv", "source_row": place + 2,
             "published_on": date.fromisoformat(day)}
            for place, (urn, day, framework, area, grade) in enumerate(rows)
        ],
    )  # fmt: skip


def overall(urn, day, grade, framework="section5_2012"):
    return (urn, day, framework, "overall_effectiveness", grade)


def context(rows, measure="fsm_pct"):
    return frame_of(
        Context,
        [
            {"urn": urn, "measure": measure, "value": value, "period": "2018", "described_on": date(2018, 1, 1),
             "joined_by": "urn", "source": "register.csv",
             "status": "reported" if value is not None else "suppressed"}
            for urn, value in rows.items()
        ],
    )  # fmt: skip


def verdicts(flagged):
    return dict(flagged.flags.select("urn", pl.col("verdict").cast(pl.String)).iter_rows())


def ask(rule, as_of=DAY, **evidence):
    return flag_schools(rule, Evidence(**evidence), as_of)


def test_two_identical_schools_one_hidden():
    """The trap: the same school twice, once suppressed, is cannot tell, listed by reason, and never fine."""
    rule = own(f"{{ all = [{RWM}] }}")
    flagged = ask(rule, measures=rwm(("100001", 40), ("100002", "suppressed"), ("100003", 70)))
    assert verdicts(flagged) == {"100001": "yes", "100002": "cannot tell", "100003": "no"}
    assert flagged.unjudged().select("urn", "reason").rows() == [
        ("100002", "Expected standard in reading, writing and mathematics, % of 2017/18 is suppressed")
    ]
    assert flagged.cannot_tell.select("kind", "schools", "of").rows() == [("figure suppressed", 1, 3)]
    assert "1 cannot be told" in flagged.sentences[1]


def test_a_figure_is_shown_with_its_period_and_publication():
    evidence = Evidence(measures=rwm(("100001", 40)), published={"ks2.csv": date(2018, 12, 13)})
    row = flag_schools(own(RWM), evidence, DAY).flags.row(0, named=True)
    assert row["seen"].endswith("40.0 (2017/18, published on 2018-12-13)")
    assert row["published_on"] == date(2018, 12, 13)


def test_an_older_year_does_not_speak_for_the_hidden_one():
    measures = rwm(
        ("100001", "suppressed"), ("100001", 90, "2016/17"), ("100002", 90), ("100003", 20, "2018/19")
    )
    assert verdicts(ask(own(RWM), measures=measures))["100001"] == "cannot tell"
    assert "100003" in verdicts(ask(own(RWM), measures=measures)), "a year that ends later is not looked at"
    assert verdicts(ask(own(RWM), measures=measures))["100003"] == "cannot tell"
    assert verdicts(ask(own(RWM), as_of=date(2019, 9, 1), measures=measures))["100003"] == "yes"


@pytest.mark.parametrize(
    ("values", "verdict"),
    [((40, 40, 40), "yes"), ((40, 60, 40), "yes"), ((40, 60, 60), "no"), ((40, "suppressed", 40), "yes"),
     ((40, "suppressed", 60), "cannot tell"), ((60, "suppressed", 60), "no"), ((60, None, 40), "cannot tell")],
)  # fmt: skip
def test_two_of_three_years(values, verdict):
    years = '{ measure = "ks2_rwm_expected_pct", is = "below", value = 50, years = 3, times = 2, across_breaks = true }'
    periods = ("2017/18", "2016/17", "2015/16")
    rows = [("100001", v, p) for v, p in zip(values, periods, strict=True) if v is not None]
    anchor = [("100009", 10, p) for p in periods]
    assert verdicts(ask(own(years), measures=rwm(*rows, *anchor)))["100001"] == verdict


def test_a_break_of_meaning_and_a_year_without_results_are_open():
    three = '{ measure = "ks2_rwm_expected_pct", is = "below", value = 50, years = 2 }'
    flagged = ask(own(three), measures=rwm(("100001", 40), ("100001", 40, "2016/17")))
    assert "means something else since 2017/18" in flagged.flags["reason"][0]
    later = rwm(("100001", 40, "2022/23"))
    flagged = ask(own(three), as_of=date(2023, 9, 1), measures=later)
    assert "results of 2022 were not published" in flagged.flags["reason"][0]


@pytest.mark.parametrize(
    ("when", "verdict"),
    [("{ all = [%s, %s] }", "cannot tell"), ("{ any = [%s, %s] }", "yes"), ("{ not = { any = [%s, %s] } }", "no"),
     ("{ not = { all = [%s, %s] } }", "cannot tell"), ("{ at_least = 2, of = [%s, %s] }", "cannot tell")],
)  # fmt: skip
def test_three_valued(when, verdict):
    """One part holds, the other cannot be told."""
    rule = own(when % (RWM, POOR), needs=("ks2_rwm_expected_pct", "inspections"))
    flagged = ask(
        rule, measures=rwm(("100001", 40)), inspections=inspected(overall("900001", "2018-03-01", "good"))
    )
    assert verdicts(flagged)["100001"] == verdict
    reason = flagged.flags.filter(urn="100001")["reason"].item()
    assert (reason == "no inspection was read") == (verdict == "cannot tell")


STUCK = load_rules().rule("stuck_2025")
SUBS = ("sub_judgements_2024", "report_card_2025")


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([overall("1", "2023-01-01", "requires_improvement"), overall("1", "2018-01-01", "inadequate")], "yes"),
        ([overall("1", "2023-01-01", "requires_improvement"), overall("1", "2018-01-01", "good")], "no"),
        ([overall("1", "2023-01-01", "good"), overall("1", "2018-01-01", "requires_improvement")], "no"),
        ([overall("1", "2023-01-01", "inadequate"), overall("1", "2018-01-01", "inadequate")], "no"),
        ([overall("1", "2023-01-01", "requires_improvement")], "cannot tell"),
        ([overall("1", "2023-01-01", None), overall("1", "2018-01-01", "inadequate")], "cannot tell"),
        ([overall("1", "2023-01-01", None), overall("1", "2018-01-01", "good")], "no"),
        ([("1", "2025-01-10", SUBS[0], "leadership_and_management", "requires_improvement"),
          ("1", "2025-01-10", SUBS[0], "quality_of_education", "good"),
          overall("1", "2019-01-01", "requires_improvement")], "yes"),
        ([("1", "2025-01-10", SUBS[0], "leadership_and_management", "good"),
          overall("1", "2019-01-01", "requires_improvement")], "cannot tell"),
        ([("1", "2025-01-10", SUBS[0], "leadership_and_management", "good"),
          ("1", "2025-01-10", SUBS[0], "quality_of_education", "good"),
          overall("1", "2019-01-01", "requires_improvement")], "no"),
        ([("1", "2025-06-01", SUBS[1], "leadership_and_governance", "needs_attention"),
          overall("1", "2019-01-01", "requires_improvement")], "cannot tell"),
        ([overall("1", "2023-01-01", "requires_improvement"), overall("1", "2023-01-01", "good"),
          overall("1", "2019-01-01", "requires_improvement")], "cannot tell"),
    ],
)  # fmt: skip
def test_stuck_before_report_cards(rows, verdict):
    rows = [("900001", *row[1:]) for row in rows]
    fresh = overall("900099", "2025-06-20", "good")
    flagged = ask(STUCK, as_of=date(2025, 6, 30), inspections=inspected(*rows, fresh))
    assert verdicts(flagged)["900001"] == verdict


def test_stuck_since_report_cards():
    rule = load_rules().rule("stuck_report_cards")
    card = ("2026-03-01", "report_card_2025", "leadership_and_governance")
    rows = [
        ("900001", *card, "needs_attention"), overall("900001", "2022-01-01", "requires_improvement"),
        ("900002", *card, "needs_attention"), overall("900002", "2022-01-01", "good"),
        ("900003", *card, "expected_standard"), overall("900003", "2022-01-01", "inadequate"),
        ("900004", *card, "needs_attention"),
        overall("900005", "2022-01-01", "requires_improvement"), overall("900005", "2019-01-01", "inadequate"),
    ]  # fmt: skip
    flagged = ask(rule, as_of=date(2026, 6, 30), inspections=inspected(*rows))
    assert verdicts(flagged) == {
        "900001": "yes", "900002": "no", "900003": "no", "900004": "cannot tell", "900005": "cannot tell",
    }  # fmt: skip
    reason = flagged.flags.filter(urn="900005")["reason"].item()
    assert reason == "inspected under section5_2012, of which the rule says nothing"
    assert any("only whether it is below good is meant" in told for told in flagged.sentences)


def test_old_files_do_not_say_what_is_latest():
    rows = [overall("900001", "2023-01-01", "good"), overall("900001", "2019-01-01", "good")]
    flagged = ask(STUCK, as_of=date(2025, 6, 30), inspections=inspected(*rows))
    assert verdicts(flagged) == {"900001": "cannot tell"}
    assert flagged.flags["reason"][0] == "inspections were read up to 2023-01-01 only"
    longer = FlagConfig(inspections_stale_days=2000)
    assert verdicts(
        flag_schools(STUCK, Evidence(inspections=inspected(*rows)), date(2025, 6, 30), longer)
    ) == {"900001": "no"}


def test_a_rule_holds_on_its_days():
    with pytest.raises(NotComparable):
        ask(STUCK, as_of=date(2018, 8, 31))
    rows = [
        overall("900001", "2018-05-01", "requires_improvement"),
        overall("900001", "2016-05-01", "inadequate"),
    ]
    flagged = flag_schools(
        STUCK, Evidence(inspections=inspected(*rows)), date(2018, 8, 31), outside_dates=True
    )
    assert verdicts(flagged) == {"900001": "yes"}
    assert any("outside its dates" in told for told in flagged.sentences)


def test_frameworks_are_not_laid_side_by_side_without_a_crosswalk():
    both = f'{{ all = [{POOR}, {{ inspection = "before_latest", is = "poor_card" }}] }}'
    assert "not comparable" in refused(both, needs=("inspections",))
    own(both, needs=("inspections",), more='crosswalks = ["leadership_below_expected"]')
    assert "no crosswalk 'nothing'" in refused(both, needs=("inspections",), more='crosswalks = ["nothing"]')


def test_an_absence_as_condition():
    rule = load_rules("example_authority").rule("results_hidden")
    measures = rwm(("100001", "suppressed"), ("100002", 60), ("100003", 60), ("100004", "not_applicable"))
    seen = inspected(overall("100002", "2016-01-01", "good"), overall("100003", "2009-01-01", "good"))
    open_ = ask(rule, measures=measures, inspections=seen)
    assert verdicts(open_) == {
        "100001": "yes", "100002": "no", "100003": "cannot tell", "100004": "cannot tell",
    }  # fmt: skip
    complete = ask(rule, measures=measures, inspections=seen, inspections_complete=True)
    assert verdicts(complete) == {"100001": "yes", "100002": "no", "100003": "yes", "100004": "yes"}


def test_a_rule_may_not_need_that_something_is_there():
    there = '{ not = { missing = "ks2_rwm_expected_pct", statuses = ["suppressed"] } }'
    assert "hiding it would clear a school" in refused(there)
    assert "hiding" in refused("{ not = { not_inspected_for_years = 3 } }", needs=("inspections",))
    own(f"{{ not = {there} }}")


LEAVES = [
    RWM,
    '{ measure = "ks2_rwm_expected_pct", is = "at_least", value = 30, years = 2, across_breaks = true }',
    '{ measure = "ks2_maths_progress", is = "below", value = 0, part = "high" }',
    '{ context = "fsm_pct", is = "above", value = 35 }',
    POOR,
    '{ inspection = "before_latest", is = "poor" }',
]
NEEDS = {
    "ks2_rwm": "ks2_rwm_expected_pct",
    "ks2_maths": "ks2_maths_progress",
    "fsm": "fsm_pct",
    "inspect": "inspections",
}
ABSENT = [
    '{ missing = "ks2_rwm_expected_pct", statuses = ["suppressed", "unknown"] }',
    "{ not_inspected_for_years = 4 }",
]


@st.composite
def conditions(draw, depth=2, *, positive=True):
    kind = draw(st.sampled_from(["leaf", "all", "any", "at_least", "not"] if depth else ["leaf"]))
    if kind == "leaf":
        return draw(st.sampled_from([*LEAVES, *(ABSENT if positive else [])]))
    if kind == "not":
        return f"{{ not = {draw(conditions(depth=depth - 1, positive=not positive))} }}"
    parts = draw(st.lists(conditions(depth=depth - 1, positive=positive), min_size=1, max_size=3))
    if kind == "at_least":
        return f"{{ at_least = {draw(st.integers(1, len(parts)))}, of = [{', '.join(parts)}] }}"
    return f"{{ {kind} = [{', '.join(parts)}] }}"


@st.composite
def worlds(draw):
    """Figures, context and inspections of 12 schools, and the same with some of them hidden."""
    urns = [str(100001 + i) for i in range(12)]
    hide = draw(st.lists(st.booleans(), min_size=120, max_size=120))
    number = iter(hide)
    measures, hidden = [], []
    for urn in urns:
        for measure, period, low, high in (
            ("ks2_rwm_expected_pct", "2017/18", 0, 100), ("ks2_rwm_expected_pct", "2016/17", 0, 100),
            ("ks2_maths_progress", "2017/18", -5, 5),
        ):  # fmt: skip
            value = float(draw(st.integers(low, high)))
            row = {
                "urn": urn,
                "measure": measure,
                "period": period,
                "value": value,
                "low": value - 2,
                "high": value + 2,
            }
            gone = {**row, "value": None, "low": None, "high": None, "status": "suppressed"}
            measures.append(row)
            hidden.append(gone if next(number) else row)
    fsm = {urn: float(draw(st.integers(0, 70))) for urn in urns}
    fsm_hidden = {urn: None if next(number) else value for urn, value in fsm.items()}
    judged, judged_hidden = [], []
    for urn in urns:
        for day in ("2018-02-01", "2013-02-01"):
            grade = draw(st.sampled_from(["outstanding", "good", "requires_improvement", "inadequate"]))
            judged.append(overall(urn, day, grade))
            judged_hidden.append(overall(urn, day, None if next(number) else grade))
    complete = draw(st.booleans())
    return [
        Evidence(
            measures=figures(m).with_columns(source=pl.lit("f.csv")), context=context(c), inspections=inspected(*i),
            schools=pl.DataFrame({"urn": urns}), inspections_complete=complete,
        )
        for m, c, i in ((measures, fsm, judged), (hidden, fsm_hidden, judged_hidden))
    ]  # fmt: skip


@settings(max_examples=25)
@given(conditions(), worlds())
def test_hiding_a_figure_never_clears_a_school(when, world):
    """Replacing a value by missing never moves a school from needing help to not needing help, whatever the rule."""
    rule = own(when, needs=sorted({name for head, name in NEEDS.items() if head in when}))
    everything, hidden = (flag_schools(rule, evidence, DAY).flags for evidence in world)
    both = everything.join(hidden, on="urn", suffix="_hidden")
    assert both.height == 12
    assert not both.filter(verdict="yes", verdict_hidden="no").height
    assert not everything.filter(pl.col("verdict") == "cannot tell").filter(pl.col("reason").is_null()).height


def test_the_property_holds_for_every_rule_that_comes_with_leadscape():
    for name in rule_books():
        for rule in load_rules(name).rules:
            needed = {one.needs for one in statements_of(rule.condition)}
            assert set(rule.needs) == needed
            assert rule.definition.endswith(".")
            assert rule.source
            nothing = flag_schools(
                rule, Evidence(schools=pl.DataFrame({"urn": ["100001"]})), rule.valid_to or date(2026, 11, 25)
            )
            assert verdicts(nothing) == {"100001": "cannot tell"}


def test_what_a_rule_file_may_not_say():
    assert "exactly one of" in refused("{ both = [] }")
    assert "no measure 'nothing'" in refused('{ measure = "nothing", is = "below", value = 1 }')
    assert "value must be a number" in refused('{ measure = "ks2_rwm_expected_pct", is = "below" }')
    assert "is must be one of" in refused('{ measure = "ks2_rwm_expected_pct", is = "near", value = 1 }')
    assert "at_least must be" in refused(f"{{ at_least = 3, of = [{RWM}] }}")
    assert "knows nothing of" in refused(
        '{ inspection = "latest", is = "poor", value = 3 }', needs=("inspections",)
    )
    assert "does not say so in needs" in refused(RWM, needs=())
    assert "does not use it" in refused(RWM, needs=("ks2_rwm_expected_pct", "inspections"))
    assert "ends before it begins" in refused(RWM, more="valid_to = 2010-01-01")
    assert "a list of conditions" in refused("{ all = [] }")
    deep = RWM
    for _ in range(12):
        deep = f"{{ not = {deep} }}"
    assert "eight deep" in refused(deep)
    with pytest.raises(CodebookProblem):
        load_rules("nowhere")
    with pytest.raises(CodebookProblem):
        load_rules().rule("nothing")


def test_schools_of_a_register_of_which_nothing_was_read():
    schools = pl.DataFrame({"urn": ["100001", "100002", "100003"], "phase": ["primary", None, "secondary"]})
    rule = load_rules().rule("challenging_circumstances_primary")
    flagged = ask(rule, measures=rwm(("100001", 40)), context=context({"100001": 10.0}), schools=schools)
    assert verdicts(flagged) == {"100001": "no", "100002": "cannot tell"}
    assert flagged.other_phases == 1
    with pytest.raises(TableProblem):
        ask(rule, schools=pl.concat([schools, schools]))


def test_the_command(tmp_path):
    rwm(("100001", 40), ("100002", "suppressed")).write_parquet(tmp_path / "measures.parquet")
    file = tmp_path / "own.toml"
    file.write_text(f"{HEAD}needs = ['ks2_rwm_expected_pct']\nwhen = {RWM}\n")
    arguments = ["need", "flag", str(tmp_path), "--as-of", "2018-09-01", "--rules", str(file), "--json"]
    told = json.loads(
        RUN.invoke(app, [*arguments, "--published", "ks2.csv=2018-12-13", "--output", str(tmp_path / "out")],
                   catch_exceptions=False).output
    )  # fmt: skip
    assert told["counts"] == [{"rule": "own", "yes": 1, "no": 0, "cannot_tell": 1, "schools": 2}]
    assert told["flags"][0]["published_on"] == "2018-12-13"
    assert pl.read_csv(tmp_path / "out/cannot_tell.csv")["schools"].to_list() == [1]
    with pytest.raises(StudyProblem):
        RUN.invoke(app, [*arguments, "--published", "yesterday"], catch_exceptions=False)
    with pytest.raises(FileProblem):
        RUN.invoke(
            app, ["need", "flag", str(tmp_path / "none"), "--as-of", "2018-09-01"], catch_exceptions=False
        )
    listed = json.loads(RUN.invoke(app, ["need", "rules", "--json"], catch_exceptions=False).output)
    assert {row["rule"] for row in listed["rules"]} >= {"stuck_2025", "stuck_report_cards", "watch_primary"}


def test_all_is_at_least_all_of_them():
    stuck = STUCK.condition
    assert isinstance(stuck, AtLeast)
    assert stuck.least == 2
    assert [one.which for one in statements_of(stuck) if isinstance(one, InspectionIs)] == [
        "latest",
        "before_latest",
    ]


@pytest.mark.real
def test_below_good_twice_is_a_plain_count_of_the_file(real_data):
    """Every overall judgement of 2005 to 2018, counted with nothing but the csv module."""
    path = real_data / "derived/ofsted_2005-09_to_2018-08.csv.gz"
    by_school: dict[str, dict[str, set[str]]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            by_school.setdefault(row["URN"], {}).setdefault(row["Inspection Date"], set()).add(row["Rating"])
    poor = {"Satisfactory", "Requires Improvement", "Inadequate"}
    counted: Counter[str] = Counter()
    for days in by_school.values():
        latest = sorted(days)[-2:][::-1]
        told = [
            None if len({one in poor for one in days[day]}) > 1 else bool(days[day] & poor) for day in latest
        ]
        told += [None] * (2 - len(told))
        counted["yes" if told == [True, True] else "no" if False in told else "cannot tell"] += 1
    inspections = read_inspections_file(path).inspections
    flagged = ask(load_rules().rule("below_good_twice"), as_of=date(2018, 8, 31), inspections=inspections)
    assert Counter(verdicts(flagged).values()) == counted
    assert counted["yes"] == 972


@pytest.mark.real
def test_the_floor_of_one_authority_is_a_plain_count_of_the_download(real_data):
    path = real_data / "performance/raw_la/2018_936_ks2final.csv"

    def number(text):
        try:
            return float((text or "").strip().rstrip("%"))
        except ValueError:
            return None

    def below(value, limit):
        return None if value is None else value < limit

    def at_least(n, *parts):
        if parts.count(True) >= n:
            return True
        return False if parts.count(True) + parts.count(None) < n else None

    counted: Counter[str] = Counter()
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if not row["URN"].strip():
                continue
            subjects = [("READPROG", -5), ("WRITPROG", -7), ("MATPROG", -5)]
            low = [below(number(row[name]), limit) for name, limit in subjects]
            sure = [below(number(row[f"{name}_UPPER"]), 0) for name, _ in subjects]
            clear = [at_least(2, one, other) for one, other in zip(low, sure, strict=True)]
            told = at_least(2, below(number(row["PTRWM_EXP"]), 65), at_least(1, at_least(2, *low), *clear))
            counted[{True: "yes", False: "no", None: "cannot tell"}[told]] += 1
    measures = read_measures_file(path).measures
    flagged = ask(load_rules().rule("floor_primary_2016"), measures=measures)
    assert Counter(verdicts(flagged).values()) == counted
    assert counted["yes"] == 6
    kinds = dict(flagged.cannot_tell.select("kind", "schools").iter_rows())
    assert kinds["figure suppressed"] == 3
