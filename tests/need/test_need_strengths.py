"""Strengths and needs: strong and weak clear the comparison, unknown is not typical, a group shares or asks outside."""

from __future__ import annotations

import csv
import json
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from leadscape.cli.app import app
from leadscape.codebooks.themes import load_themes, parse_themes
from leadscape.core.errors import CodebookProblem, FileProblem, NotFound, NotIdentified, StudyProblem
from leadscape.core.tables import frame_of
from leadscape.need.measures.reading import read_measures_file
from leadscape.need.strengths import StrengthConfig, find_strengths, group_matrix
from leadscape.need.strengths.intervals import difference_interval, weighted_mean, with_interval
from leadscape.need.strengths.judging import Read
from leadscape.need.tables import AreaMeasures, Inspections
from leadscape.report.matrix_contents import MatrixContents
from leadscape.report.matrix_page import render_matrix
from leadscape.report.matrix_picture import lay_out

from tests.support.figures import write_rows
from tests.support.results import figures

RUN = CliRunner()
HEAD = '[codebook]\nid = "own"\ntitle = "Own"\nsystem = "england"\nsource = "Test"\n'


def own(*entries, theme="reading"):
    by = "".join(f"[[theme.by]]\n{entry}\n" for entry in entries)
    return parse_themes(
        f'{HEAD}[[theme]]\nid = "{theme}"\nlabel = "Own theme"\nshort = "Own"\ndefinition = "Own."\n{by}'.encode(),
        "own",
    )


PROGRESS = 'stage = "ks2"\nmeasure = "ks2_reading_progress"\nnation = 0.0'
EXPECTED = 'stage = "ks2"\nmeasure = "ks2_reading_expected_pct"'
ABSENCE = 'stage = "any"\nmeasure = "absence_persistent_pct"'
GAP = 'stage = "ks2"\ngap = "ks2_rwm_expected_pct"'
BALANCE = 'stage = "any"\nbalance = "balance_gbp"\nyears = 3'
LEADERSHIP = (
    'stage = "any"\ninspection = [{ framework = "section5_2012", area = "leadership_and_management", '
    'strong = ["outstanding"], weak = ["requires_improvement", "inadequate"] }]'
)


def progress(*rows):
    """Rows of urn and value with a published interval of ±2, or urn and a word for what is missing."""
    listed = []
    for urn, value in rows:
        known = not isinstance(value, str)
        listed.append(
            {"urn": urn, "measure": "ks2_reading_progress", "value": value if known else None,
             "status": "reported" if known else value, "low": value - 2 if known else None,
             "high": value + 2 if known else None, "pupils": 30.0}
        )  # fmt: skip
    return figures(listed)


def england(measure, value, group="all", period="2017/18"):
    return {"area_kind": "england", "area_code": "state_funded", "measure": measure, "period": period,
            "period_end": date(2018, 8, 31), "pupils_group": group, "value": value, "status": "reported",
            "release": "final", "source": "f.csv", "source_row": 2}  # fmt: skip


def areas(*rows):
    return frame_of(AreaMeasures, list(rows))


def judge(book, measures=None, **more):
    config = more.pop("config", None)
    as_of = more.pop("as_of", None)
    parts = {"measures": measures} if measures is not None else {}
    return find_strengths(Read(**parts, **more), book, config, as_of=as_of)


def cells(judged):
    return dict(judged.strengths.select("urn", pl.col("strength").cast(pl.String)).iter_rows())


def test_wilson_and_its_difference_are_as_published():
    """Newcombe (1998): 81 of 263 is 0.2553 to 0.3662, 56/70 less 48/80 is 0.0524 to 0.3339, at 95 %."""
    rows = figures(
        [{"urn": "1", "value": 100 * 81 / 263, "pupils": 263.0}, {"urn": "2", "value": 80.0, "pupils": 70.0},
         {"urn": "3", "value": 60.0, "pupils": 80.0}]
    )  # fmt: skip
    told = with_interval(rows, "pct", 0.95, None)
    assert told.row(0, named=True)["own_low"] == pytest.approx(25.53, abs=0.005)
    assert told.row(0, named=True)["own_high"] == pytest.approx(36.62, abs=0.005)
    other = told[2].select(mean="value", mean_low="own_low", mean_high="own_high")
    both = pl.concat([told[1:2], other], how="horizontal")
    _, low, high = difference_interval()
    assert both.select(low, high=high).row(0) == pytest.approx((5.24, 33.39), abs=0.005)


def test_a_published_interval_is_taken_to_the_level_asked_for():
    told = with_interval(progress(("1", 2.0)), "progress", 0.90, None).row(0, named=True)
    assert told["own_high"] - told["value"] == pytest.approx(2 * 1.6448536 / 1.9599640, abs=1e-6)
    told = with_interval(figures([{"urn": "1", "value": 1.0, "pupils": 25.0}]), "progress", 0.90, 5.0)
    assert told["own_low"][0] == pytest.approx(1 - 1.6448536)
    assert with_interval(figures([{"urn": "1", "value": 1.0}]), "progress", 0.90, 5.0)["own_low"][0] is None


def test_the_interval_of_a_weighted_mean():
    rows = pl.DataFrame(
        {"g": ["a", "a"], "v": [10.0, 20.0], "l": [8.0, 17.0], "h": [12.0, 23.0], "w": [1.0, 3.0]}
    )
    told = weighted_mean("v", "l", "h", "w", "g", rows).row(0, named=True)
    assert (told["mean"], told["n"]) == (17.5, 2)
    assert told["mean_low"] == pytest.approx(17.5 - np.sqrt(0.5**2 + 2.25**2))


def test_strong_and_weak_clear_the_nation():
    judged = judge(
        own(PROGRESS), progress(("1", 3.0), ("2", 1.0), ("3", -3.0), ("4", "suppressed"), ("5", -1.0))
    )
    assert cells(judged) == {"1": "strong", "2": "typical", "3": "weak", "4": "unknown", "5": "typical"}
    row = judged.strengths.filter(urn="4").row(0, named=True)
    assert (row["reason"], row["difference"]) == ("the figure is suppressed", None)
    assert judged.by_chance.row(0) == (4, 1, 1, pytest.approx(0.2))
    assert "1 of 5 cells are unknown" in judged.sentences[2]


def test_more_absence_is_weaker():
    rows = [{"urn": str(i), "measure": "absence_persistent_pct", "value": v, "pupils": 300.0}
            for i, v in enumerate((4.0, 10.0, 30.0))]  # fmt: skip
    judged = judge(own(ABSENCE), figures(rows), areas=areas(england("absence_persistent_pct", 10.9)))
    assert list(cells(judged).values()) == ["strong", "typical", "weak"]
    assert judged.strengths["compared_with"].to_list() == [10.9] * 3


def test_one_entry_is_used_for_every_school():
    """A school whose progress is hidden is not judged by another measure that is there."""
    rows = figures(
        [{"urn": u, "measure": "ks2_reading_expected_pct", "value": 95.0, "pupils": 60.0} for u in "12"]
    )
    both = pl.concat([progress(("1", 3.0), ("2", "suppressed")), rows])
    facts = {"areas": areas(england("ks2_reading_expected_pct", 75.0))}
    assert cells(judge(own(PROGRESS, EXPECTED), both, **facts)) == {"1": "strong", "2": "unknown"}
    assert cells(judge(own(PROGRESS, EXPECTED), rows, **facts)) == {"1": "strong", "2": "strong"}


def test_the_nation_has_to_be_known():
    rows = figures([{"urn": str(i), "measure": "ks2_reading_expected_pct", "value": 60.0 + i, "pupils": 60.0}
                    for i in range(20)])  # fmt: skip
    judged = judge(own(EXPECTED), rows)
    assert set(cells(judged).values()) == {"unknown"}
    assert judged.strengths["reason"][0] == "the nation's figure was not read"
    judged = judge(own(EXPECTED), rows, config=StrengthConfig(nation_schools_min=20))
    assert judged.strengths["compared_with"][0] == pytest.approx(69.5)


def test_beside_similar_schools():
    pairs = pl.DataFrame({"urn": ["1"] * 5 + ["2"] * 5, "neighbour_urn": ["3", "4", "5", "6", "7"] * 2})
    measures = progress(("1", 9.0), ("2", 1.0), *((str(i), 5.0) for i in range(3, 8)))
    judged = judge(own(PROGRESS), measures, pairs=pairs)
    row = judged.strengths.filter(urn="1").row(0, named=True)
    half = 2 * 1.6448536 / 1.9599640
    assert (row["strength"], row["compared_with"]) == ("strong", 5.0)
    assert row["low"] == pytest.approx(4 - np.sqrt(half**2 + half**2 / 5), abs=1e-6)
    assert cells(judged)["2"] == "weak"
    assert cells(judged)["3"] == "unknown"
    few = progress(("1", 9.0), ("3", "suppressed"), *((str(i), 5.0) for i in range(4, 8)))
    told = judge(own(PROGRESS), few, pairs=pairs).strengths.filter(urn="1").row(0, named=True)
    assert (told["strength"], told["reason"]) == ("unknown", "too few similar schools have the figure")


def test_the_gap_beside_the_nations_gap():
    def both(urn, poor, other, n=100.0):
        return [{"urn": urn, "measure": "ks2_rwm_expected_pct", "pupils_group": group, "value": value, "pupils": n,
                 "status": "reported" if value is not None else "suppressed"}
                for group, value in (("disadvantaged", poor), ("other", other))]  # fmt: skip

    rows = figures(
        [*both("1", 70.0, 70.0), *both("2", 40.0, 80.0), *both("3", 55.0, 75.0), *both("4", None, 75.0)]
    )
    facts = areas(
        england("ks2_rwm_expected_pct", 51.0, "disadvantaged"), england("ks2_rwm_expected_pct", 70.0, "other")
    )
    judged = judge(own(GAP, theme="gap"), rows, areas=facts)
    assert cells(judged) == {"1": "strong", "2": "weak", "3": "typical", "4": "unknown"}
    assert judged.strengths.filter(urn="1")["difference"].item() == pytest.approx(19.0)
    assert judged.strengths.filter(urn="4")["reason"].item() == "the figure of a group is suppressed"


def inspected(*rows):
    return frame_of(
        Inspections,
        [{"urn": urn, "inspected_on": date.fromisoformat(day), "framework": framework, "area": area, "grade": grade,
          "status": "reported" if grade else "unknown", "source": "i.csv", "source_row": n + 2}
         for n, (urn, day, framework, area, grade) in enumerate(rows)],
    )  # fmt: skip


def test_only_the_latest_inspection_speaks():
    area = ("section5_2012", "leadership_and_management")
    rows = [
        ("1", "2018-01-01", *area, "outstanding"), ("2", "2018-01-01", *area, "requires_improvement"),
        ("3", "2018-01-01", *area, "good"), ("4", "2018-01-01", *area, None),
        ("5", "2018-01-01", "section5_2012", "overall_effectiveness", "good"),
        ("5", "2015-01-01", *area, "outstanding"),
        ("6", "2008-01-01", *area, "outstanding"), ("7", "2019-01-01", *area, "outstanding"),
    ]  # fmt: skip
    judged = judge(own(LEADERSHIP, theme="leadership"), inspections=inspected(*rows), as_of=date(2018, 8, 31))
    assert cells(judged) == {
        "1": "strong", "2": "weak", "3": "typical", "4": "unknown", "5": "unknown", "6": "unknown",
    }  # fmt: skip
    reasons = dict(judged.strengths.select("urn", "reason").iter_rows())
    assert reasons["5"] == "the latest inspection (section5_2012) does not judge it"
    assert reasons["6"] == "the latest inspection was on 2008-01-01"
    assert judged.by_chance["cells"].item() == 0


@pytest.mark.parametrize(
    ("years", "told"),
    [((-1, -2, -3), "weak"), ((1, 0, 2), "strong"), ((1, -1, 2), "typical"), ((-1, None, -1), "unknown"),
     ((1, None, -1), "typical"), ((None, None, 1), "unknown")],
)  # fmt: skip
def test_balances_of_three_years(years, told):
    rows = [
        {
            "urn": urn,
            "measure": "balance_gbp",
            "period": period,
            "value": None if value is None else float(value),
        }
        for urn, values in (("1", years), ("2", (1, 1, 1)))
        for period, value in zip(("2016-17", "2015-16", "2014-15"), values, strict=True)
    ]
    assert cells(judge(own(BALANCE, theme="finance"), figures(rows)))["1"] == told


def test_chance_alone_makes_as_many_as_said():
    """4,000 schools all as the nation: a twentieth strong, a twentieth weak."""
    rng = np.random.default_rng(3)
    pupils = rng.integers(40, 120, 4000)
    reached = rng.binomial(pupils, 0.65)
    rows = figures(
        [{"urn": str(i), "measure": "ks2_reading_expected_pct", "value": float(100 * r / n), "pupils": float(n)}
         for i, (r, n) in enumerate(zip(reached, pupils, strict=True))]
    )  # fmt: skip
    judged = judge(own(EXPECTED), rows, areas=areas(england("ks2_reading_expected_pct", 65.0)))
    row = judged.by_chance.row(0, named=True)
    assert row["by_chance_each"] == pytest.approx(200)
    assert abs(row["strong"] - 200) < 60
    assert abs(row["weak"] - 200) < 60


@settings(max_examples=15)
@given(st.lists(st.tuples(st.floats(-8, 8), st.booleans()), min_size=3, max_size=12))
def test_hiding_a_figure_never_lifts_a_school(rows):
    full = progress(*((str(i), value) for i, (value, _) in enumerate(rows)), ("99", 0.0))
    some = progress(
        *((str(i), "suppressed" if gone else value) for i, (value, gone) in enumerate(rows)), ("99", 0.0)
    )
    whole, hidden = judge(own(PROGRESS), full), judge(own(PROGRESS), some)
    before, after = cells(whole), cells(hidden)
    assert all(after[urn] in (before[urn], "unknown") for urn in before)
    ids = [str(i) for i in range(len(rows))]
    one, other = (group_matrix(j, "g", ids).themes["supply"].item() for j in (whole, hidden))
    if one not in ("none_weak", "no_weakness_seen", "nothing_known"):
        assert other != "none_weak"
    if one == "external_input":
        assert other != "sharing"


def test_a_group_shares_or_asks_outside():
    judged = judge(
        own(PROGRESS),
        progress(("1", 5.0), ("2", -5.0), ("3", 0.0), ("4", "suppressed"), ("5", -5.0)),
        schools=pl.DataFrame({"urn": list("12345"), "phase": ["primary"] * 5}),
    )

    def supply(*urns):
        return group_matrix(judged, "A trust", urns).themes["supply"].item()

    assert supply("1", "2") == "sharing"
    assert supply("2", "3") == "external_input"
    assert supply("2", "4") == "external_unless_unknown"
    assert supply("1", "3") == "none_weak"
    assert supply("1", "4") == "no_weakness_seen"
    assert supply("4") == "nothing_known"
    assert supply("2", "9") == "external_unless_unknown", "of school 9 nothing was read"
    matrix = group_matrix(judged, "A trust", ["1", "2", "5", "9"])
    assert matrix.pairs.select("weak_urn", "strong_urn").rows() == [("2", "1"), ("5", "1")]
    assert matrix.missing == ("9",)
    assert matrix.themes.select("schools", "unknown", "by_chance").row(0) == (4, 1, pytest.approx(0.15))
    assert "Capacity for sharing (somebody weak, somebody strong): Own theme (KS2)." in matrix.sentences
    with pytest.raises(NotFound):
        group_matrix(judged, "Nobody", ["8"])


def test_stages_are_those_of_the_school():
    measures = pl.concat(
        [
            progress(("1", 5.0)),
            figures([{"urn": "2", "measure": "ks4_progress8", "value": 0.9, "low": 0.7, "high": 1.1}]),
        ]
    )
    schools = pl.DataFrame(
        {"urn": ["1", "2", "3", "4", "5"], "phase": ["primary", "secondary", "primary", None, "nursery"]}
    )
    told = judge(load_themes(), measures, schools=schools).strengths
    assert told.filter(urn="1")["theme"].to_list() == ["reading"]
    assert told.filter(urn="2")["theme"].to_list() == ["overall"]
    assert told.filter(urn="3").select("theme", "strength").rows() == [("reading", "unknown")]
    assert set(told.filter(urn="4")["strength"]) == {"unknown"}
    assert not told.filter(urn="5").height
    assert cells(judge(load_themes(), measures))["2"] == "strong"


def test_nothing_to_judge_by():
    with pytest.raises(NotIdentified):
        judge(load_themes())
    with pytest.raises(NotIdentified):
        judge(own(GAP), progress(("1", 1.0)))
    with pytest.raises(StudyProblem):
        StrengthConfig(confidence=1.0)


@pytest.mark.parametrize(
    ("entry", "told"),
    [('stage = "ks2"\nmeasure = "nothing"', "no measure"), ('stage = "ks9"\nmeasure = "roll"', "a stage of"),
     ('stage = "ks2"\nmeasure = "roll"', "nobody is judged by"), ('stage = "ks2"', "one of measure"),
     ('stage = "any"\nbalance = "balance_gbp"', "at least one year"),
     (LEADERSHIP.replace('"inadequate"', '"outstanding"'), "strong and weak"),
     (LEADERSHIP.replace("section5_2012", "nowhere"), "no framework"),
     (LEADERSHIP.replace('"inadequate"', '"poor"'), "no grade")],
)  # fmt: skip
def test_what_a_codebook_of_themes_may_not_say(entry, told):
    with pytest.raises(CodebookProblem) as error:
        own(entry)
    assert told in error.value.what


def test_the_layout_fills_the_page():
    one = lay_out(10, 8, 190, 200)
    assert (one.blocks, one.rows, one.mm) == (1, 10, 0.36)
    many = lay_out(290, 9, 190, 200)
    assert many.blocks * many.rows >= 290
    assert many.width * many.mm <= 190.001
    assert many.height * many.mm <= 200.001
    assert many.mm * 9.5 * 72 / 25.4 > 4.5, "text of more than 4.5 point"


def _contents():
    judged = judge(own(PROGRESS), progress(("1", 5.0), ("2", -5.0), ("3", "suppressed")))
    return MatrixContents(group_matrix(judged, "A <trust>", list("123")), {"1": "Zeta", "2": "alpha & Co"})


def test_the_page_says_every_cell_in_words():
    page = render_matrix(_contents())
    assert "<script" not in page
    assert "A &lt;trust&gt;" in page
    assert page.index("alpha &amp; Co</th>") < page.index("School 3</th>") < page.index("Zeta</th>")
    for word in ("strong", "weak", "unknown"):
        assert page.count(f'<td class="{word}">{word}</td>') == 1
    assert page == render_matrix(_contents())


@pytest.fixture
def folder(tmp_path):
    """A folder as reading writes it: three schools of two authorities."""
    progress(("100001", 5.0), ("100002", -5.0), ("100003", "suppressed")).write_parquet(
        tmp_path / "measures.parquet"
    )
    pl.DataFrame(
        {"urn": ["100001", "100002", "100003"], "period": ["2017/18"] * 3, "name": ["A", "B", "C"],
         "authority_code": ["999", "999", "998"]}
    ).write_parquet(tmp_path / "listings.parquet")  # fmt: skip
    return tmp_path


def ask(*arguments):
    done = RUN.invoke(app, ["need", *map(str, arguments), "--json"], catch_exceptions=False)
    return json.loads(done.output)


def test_the_commands(folder):
    out = folder / "out"
    told = ask("strengths", folder, "--output", out)
    assert told["counts"][0] | {"judged_by": ""} == {
        "theme": "reading", "stage": "ks2", "strong": 1, "typical": 0, "weak": 1, "unknown": 1, "judged_by": "",
    }  # fmt: skip
    assert pl.read_csv(out / "strengths.csv").height == 3
    told = ask("group", folder, "--authority", "999", "--output", out)
    assert [row["name"] for row in told["matrix"]] == ["A", "B"]
    assert told["themes"][0]["supply"] == "sharing"
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    assert {"matrix.csv", "matrix.xlsx", "matrix.html", "matrix.svg", "themes.csv", "sharing.csv"} <= set(
        first
    )
    assert pl.read_excel(out / "matrix.xlsx", sheet_name="matrix", read_options={"header_row": 3}).height == 2
    ask("group", folder, "--authority", "999", "--output", out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first
    assert ask("group", folder, "--school", "100002", "--school", "100003")["themes"][0]["weak"] == 1
    for kind, arguments in (
        (StudyProblem, []), (StudyProblem, ["--trust", "1"]), (NotFound, ["--authority", "1"]),
        (StudyProblem, ["--school", "100001", "--authority", "999"]), (NotFound, ["--school", "1"]),
        (FileProblem, ["--school", "100001", "--similar", str(folder / "none.csv")]),
    ):  # fmt: skip
        with pytest.raises(kind):
            RUN.invoke(app, ["need", "group", str(folder), *arguments], catch_exceptions=False)


def test_groups_of_a_register_and_of_a_trust(folder):
    register = write_rows(
        folder / "register.csv",
        ["URN", "EstablishmentName", "EstablishmentStatus", "PhaseOfEducation (name)", "LA (code)", "LA (name)"],
        [[urn, name, status, "Primary", "999", "Inventshire"]
         for urn, name, status in (("100001", "A", "Open"), ("100004", "D", "Open"), ("100005", "E", "Closed"))],
    )  # fmt: skip
    groups = write_rows(
        folder / "group_links.csv", ["URN", "Group UID", "Group Name", "Group Type"],
        [[urn, "77", "Invented Trust", "Multi-academy trust"] for urn in ("100002", "100003")],
    )  # fmt: skip
    dated = ["--register", register, "--as-of", "2018-08-31"]
    told = ask("group", folder, "--authority", "999", *dated)
    assert {row["name"]: row["reading"] for row in told["matrix"]} == {"A": "strong", "D": "unknown"}
    assert told["sentences"][0].startswith("Inventshire: 2 schools")
    told = ask("group", folder, "--trust", "77", "--groups", groups)
    assert told["sentences"][0].startswith("Invented Trust: 2 schools")
    assert told["themes"][0]["supply"] == "external_unless_unknown"
    told = ask("flag", folder, "--rule", "challenging_circumstances_primary", *dated)
    assert told["counts"] == [
        {"rule": "challenging_circumstances_primary", "yes": 0, "no": 0, "cannot_tell": 2, "schools": 2}
    ]
    assert ask("strengths", folder, *dated)["counts"][0]["unknown"] == 1
    with pytest.raises(NotFound):
        ask("group", folder, "--trust", "78", "--groups", groups)


def test_figures_of_a_predecessor_speak_for_its_successor(tmp_path):
    rows = progress(("100001", 5.0), ("100002", -5.0), ("100003", -5.0), ("100004", -5.0))
    carried = rows.with_columns(
        from_urn="urn",
        urn=pl.Series(["100009", "100002", "100008", "100008"]),
        carried=pl.Series([True, False, True, True]),
        parts=pl.Series([1, 1, 2, 2]),
        period_end=pl.lit(date(2018, 8, 31)),
        code=pl.lit(None, pl.String),
        source=pl.lit("f.csv"),
        source_row=pl.int_range(2, 6),
    )
    rows.write_parquet(tmp_path / "measures.parquet")
    carried.write_parquet(tmp_path / "carried_measures.parquet")
    arguments = [x for urn in ("100009", "100002", "100008") for x in ("--school", urn)]
    done = RUN.invoke(app, ["need", "group", str(tmp_path), *arguments, "--json"], catch_exceptions=False)
    told = json.loads(done.output)
    assert {row["urn"]: row["reading"] for row in told["matrix"]} == {
        "100009": "strong", "100002": "weak", "100008": "unknown",
    }  # fmt: skip
    assert any(
        sentence.startswith("1 school has figures of the one that became it")
        for sentence in told["sentences"]
    )
    done = RUN.invoke(
        app, ["need", "flag", str(tmp_path), "--as-of", "2018-09-01", "--rule", "floor_primary_2016", "--json"],
        catch_exceptions=False,
    )  # fmt: skip
    assert {row["urn"] for row in json.loads(done.output)["flags"]} == {"100009", "100002"}


@pytest.mark.real
@pytest.mark.parametrize(
    ("theme", "column"), [("reading", "READPROG"), ("writing", "WRITPROG"), ("mathematics", "MATPROG")]
)
def test_at_95_percent_strong_and_weak_are_the_published_bands(real_data, theme, column):
    """The download says itself whether progress is above (1, 2), average (3) or below (4, 5): the same rule at 95 %."""
    path = real_data / "performance/raw_la/2018_936_ks2final.csv"
    words = {"1": "strong", "2": "strong", "3": "typical", "4": "weak", "5": "weak"}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        published = {
            row["URN"].strip(): words[row[f"{column}_DESCR"].strip()]
            for row in csv.DictReader(stream)
            if row["URN"].strip() and (row[f"{column}_DESCR"] or "").strip() in words
        }
    measures = read_measures_file(path).measures
    judged = find_strengths(Read(measures), load_themes(), StrengthConfig(confidence=0.95))
    ours = cells_of(judged, theme)
    assert len(published) > 200
    assert {urn: word for urn, word in ours.items() if word != "unknown"} == published


def cells_of(judged, theme):
    rows = judged.strengths.filter(pl.col("theme") == theme, pl.col("stage") == "ks2")
    return dict(rows.select("urn", pl.col("strength").cast(pl.String)).iter_rows())
