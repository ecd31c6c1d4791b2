"""Validation: who is drawn, what a form says, how often entries are wrong, and what may be corrected."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from leadscape.codebooks import load_codebook
from leadscape.core.errors import NotIdentified, OutputBlocked, TableProblem
from leadscape.core.exact_interval import exact_interval
from leadscape.core.tables import frame_of
from leadscape.survey.validation import (
    AnswersReading,
    ValidationConfig,
    draw_sample,
    needed_size,
    random_numbers,
    read_answers,
    validate,
    write_forms,
    write_sample,
)
from leadscape.survey.validation.answers import read_sample
from leadscape.survey.validation.draw import allocate
from leadscape.survey.validation.error_rates import judge_entries, rate_errors
from leadscape.survey.validation.shares import estimate_share
from leadscape.survey.validation.tables import ValidationAnswers, ValidationSample

from tests.support.drawn import drawn

BOOK = load_codebook("england-2006")


def entries(roles: dict[str, int], prefix: str = "L") -> pl.DataFrame:
    """Role-holdings to draw from: so many of each role."""
    rows = [(f"{prefix}{role}{n}", role) for role, held in roles.items() for n in range(held)]
    return pl.DataFrame(rows, schema={"entry_id": pl.String, "role": pl.String}, orient="row").with_columns(
        leader_id="entry_id",
        leader_name=pl.concat_str(pl.lit("Alice "), "entry_id"),
        role_label="role",
        home_urn=pl.lit("100001"),
        home_school=pl.lit("Hill Top School"),
        partner_schools=pl.lit(None, pl.String),
        started_on=pl.lit(None, pl.Date),
        ended_on=pl.lit(None, pl.Date),
    )


def answers_of(text: str) -> AnswersReading:
    """What schools said, drawn as a table: ``entry``, and a column for each field."""
    words = {"r": "right", "w": "wrong", "?": "do_not_know"}
    rows = [
        {"entry_id": row["entry"], "field": field, "answer": words[str(said)[0]], "correction": str(said)[2:] or None}
        for row in drawn(text)
        for field, said in row.items()
        if field != "entry" and said is not None
    ]  # fmt: skip
    answers = frame_of(ValidationAnswers, rows)
    returned = pl.Series([row["entry"] for row in drawn(text)], dtype=pl.String)
    return AnswersReading(answers, returned, pl.Series([], dtype=pl.String), 1)


# How many


@pytest.mark.parametrize(("expected", "half_width"), [(0.05, 0.05), (0.1, 0.05), (0.5, 0.1), (0.0, 0.1)])
def test_the_size_is_the_last_that_fails_and_one_more(expected: float, half_width: float) -> None:
    def longer_arm(n: int) -> float:
        wrong = int(np.ceil(n * expected - 1e-9))
        interval = stats.binomtest(wrong, n).proportion_ci(0.95, "exact")
        return max(wrong / n - interval.low, interval.high - wrong / n)

    needed = needed_size(expected, half_width)
    assert longer_arm(needed - 1) > half_width
    assert all(longer_arm(n) <= half_width for n in range(needed, needed + 25))


def test_no_more_is_asked_for_than_there_is() -> None:
    assert needed_size(0.5, 0.01, population=300) == 300
    with pytest.raises(NotIdentified, match="not percentages"):
        needed_size(10, 5)


# Who is drawn


def test_the_draw_is_in_proportion_with_a_minimum() -> None:
    # | role               | reported | drawn of 20, at least 3 |
    # | consultant_leader  |       60 | 14                      |
    # | mentor_head        |        9 |  3 (proportion alone: 2)|
    # | other              |        2 |  2 (all there are)      |
    sample = draw_sample(
        entries({"consultant_leader": 60, "mentor_head": 9, "other": 2}), 1, size=19, minimum=3
    )
    rows = sample.select("stratum", "reported", "drawn", "inclusion_share").unique().sort("stratum").rows()
    assert [row[:3] for row in rows] == [
        ("consultant_leader", 60, 14),
        ("mentor_head", 9, 3),
        ("other", 2, 2),
    ]
    assert [row[3] for row in rows] == pytest.approx([14 / 60, 3 / 9, 1.0])
    assert sample.height == 19


def test_sizes_can_be_given_and_an_unknown_stratum_is_refused() -> None:
    there = entries({"mentor_head": 9, "other": 2})
    assert draw_sample(there, 1, sizes={"mentor_head": 4})["role"].to_list() == ["mentor_head"] * 4
    with pytest.raises(NotIdentified, match="mentor_head, other"):
        draw_sample(there, 1, sizes={"mentor": 4})
    with pytest.raises(NotIdentified, match="too few"):
        draw_sample(there, 1, size=3, minimum=5)
    with pytest.raises(NotIdentified, match="no role-holding"):
        draw_sample(there.clear(), 1, size=3)


@given(
    held=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    size=st.integers(0, 240),
    minimum=st.integers(0, 6),
)
def test_every_draw_is_shared_out_and_none_twice(held: list[int], size: int, minimum: int) -> None:
    counts = np.array(held)
    if size < np.minimum(counts, minimum).sum() and size < counts.sum():
        with pytest.raises(NotIdentified):
            allocate(counts, size, minimum)
        return
    drawn_n = allocate(counts, size, minimum)
    assert drawn_n.sum() == min(size, counts.sum())
    assert (drawn_n <= counts).all()
    assert (drawn_n >= np.minimum(counts, minimum)).all()


@settings(max_examples=25)
@given(st.integers(0, 5), st.integers(5, 40), st.integers(0, 40), st.integers(1, 12))
def test_later_entries_never_reshuffle_the_sample(seed: int, first: int, later: int, size: int) -> None:
    before = entries({"mentor_head": first})
    added = entries({"mentor_head": later}, prefix="M")
    sizes = {"mentor_head": size}
    old = set(draw_sample(before, seed, sizes=sizes)["entry_id"])
    new = set(draw_sample(pl.concat([added, before]), seed, sizes=sizes)["entry_id"])
    assert new <= old | set(added["entry_id"])
    assert len(old - new) == len(new - old) - max(0, min(size, first + later) - min(size, first))


def test_the_random_numbers_are_even_and_belong_to_the_seed() -> None:
    ids = pl.Series([f"L{n}" for n in range(4000)])
    numbers = random_numbers(ids, 2006)
    assert stats.kstest(numbers.to_numpy(), "uniform").pvalue > 0.001
    assert numbers.equals(random_numbers(ids, 2006))
    assert abs(np.corrcoef(numbers.to_numpy(), random_numbers(ids, 7).to_numpy())[0, 1]) < 0.06


# What the forms say


Fill = Callable[..., Path]


@pytest.fixture
def sample() -> pl.DataFrame:
    return draw_sample(entries({"mentor_head": 3, "other": 2}), 1, minimum=1)


@pytest.fixture
def fill(sample: pl.DataFrame, tmp_path: Path) -> Fill:
    """Fills in the form of Hill Top School: entry to heading to answer."""
    numbers = itertools.count()

    def filled(said: dict[str, dict[str, str]], name: str | None = None) -> Path:
        folder = tmp_path / f"forms{next(numbers)}"
        (form,) = write_forms(sample, folder, BOOK, kind="csv")
        page = pl.read_csv(form, infer_schema=False)
        for entry, cells in said.items():
            page = page.with_columns(
                pl.when(pl.col("Entry") == entry).then(pl.lit(text)).otherwise(heading).alias(heading)
                for heading, text in cells.items()
            )
        path = tmp_path / (name or f"back{next(numbers)}.csv")
        page.write_csv(path)
        return path

    return filled


def test_a_blank_form_comes_back_as_no_answer(sample: pl.DataFrame, tmp_path: Path) -> None:
    (form,) = write_forms(sample, tmp_path / "forms", BOOK)
    assert form.name == "100001.xlsx", "named by the school's number, never by a person"
    reading = read_answers((form,), sample)
    assert (reading.answers.height, len(reading.returned), reading.files) == (0, 0, 1)
    with pytest.raises(OutputBlocked, match="not an empty folder"):
        write_forms(sample, tmp_path / "forms", BOOK)


def test_answers_are_read_as_people_write_them(sample: pl.DataFrame, fill: Fill) -> None:
    path = fill(
        {
            "Lmentor_head0": {"Leads beyond their own school?": " Yes ", "Role right?": "correct",
                              "Home school right?": "don't know"},
            "Lmentor_head1": {"Role right?": "No", "Role should be": "SIP",
                              "Same person as another entry?": "yes", "Which entry": "Lother0"},
            "Lother0": {"This person objects": "yes"},
        }
    )  # fmt: skip
    reading = read_answers((path, path), sample)
    said = {
        (row["entry_id"], row["field"]): (row["answer"], row["correction"])
        for row in reading.answers.to_dicts()
    }
    assert said == {
        ("Lmentor_head0", "leads"): ("right", None),
        ("Lmentor_head0", "role"): ("right", None),
        ("Lmentor_head0", "home_school"): ("do_not_know", None),
        ("Lmentor_head1", "role"): ("wrong", "SIP"),
        ("Lmentor_head1", "duplicate"): ("wrong", "Lother0"),
    }
    assert reading.objections.to_list() == ["Lother0"]
    assert reading.returned.to_list() == ["Lmentor_head0", "Lmentor_head1", "Lother0"]


def test_everything_wrong_with_the_forms_is_told_at_once(
    sample: pl.DataFrame, fill: Fill, tmp_path: Path
) -> None:
    one = fill({"Lmentor_head0": {"Role right?": "right", "Role should be": "SIP"},
                "Lmentor_head1": {"Leads beyond their own school?": "no", "Role right?": "right"},
                "Lmentor_head2": {"Home school right?": "perhaps"},
                "Lother0": {"Role right?": "right"}}, "one.csv")  # fmt: skip
    two = fill({"Lother0": {"Role right?": "wrong"}}, "two.csv")
    stranger = tmp_path / "stranger.csv"
    stranger.write_text("Entry,Role right?\nL999,right\n", encoding="utf-8")
    paper = tmp_path / "paper.csv"
    paper.write_bytes(b"%PDF-1.7 not a table")
    nothing = tmp_path / "nothing.csv"
    nothing.write_bytes(b"")
    other = tmp_path / "other.csv"
    other.write_text("shoe size\n43\n", encoding="utf-8")
    with pytest.raises(TableProblem) as caught:
        read_answers((one, two, stranger, paper, nothing, other), sample)
    rules = " ".join(caught.value.problems["rule"])
    for expected in (
        "A correction goes with the answer wrong",
        "said not to lead",
        "Must be one of: right, wrong, do not know",
        "answered twice and differently",
        "Must be an entry of the sample",
        "PDF",
        "empty",
        "A column headed one of: Entry",
    ):
        assert expected in rules, expected
    assert set(caught.value.problems["file"]) == {
        "one.csv", "two.csv", "stranger.csv", "paper.csv", "nothing.csv", "other.csv",
    }  # fmt: skip


def test_the_sample_reads_back_as_it_was_written(sample: pl.DataFrame, tmp_path: Path) -> None:
    odd = sample.with_columns(leader_name=pl.lit("=Alice"))
    write_sample(odd, tmp_path / "sample.csv")
    assert read_sample(tmp_path / "sample.csv").equals(odd)
    (tmp_path / "half.csv").write_text("entry_id,role,stratum\nL1,other,other\n", encoding="utf-8")
    with pytest.raises(TableProblem, match="inclusion_share"):
        read_sample(tmp_path / "half.csv")


# How often they are wrong


@given(st.integers(0, 60), st.integers(1, 60))
def test_a_simple_sample_has_the_exact_interval(wrong: int, n: int) -> None:
    wrong = min(wrong, n)
    has = np.arange(n) < wrong
    share = estimate_share(has, np.full(n, 3.5), np.zeros(n, np.int64))
    reference = stats.binomtest(wrong, n).proportion_ci(0.95, "exact")
    assert (share.low, share.high) == pytest.approx((reference.low, reference.high))
    assert share.effective_n == n


def test_the_weighted_interval_follows_its_formula_step_by_step() -> None:
    # Stratum a: 3 of 20 wrong, each stands for 10; stratum b: 2 of 10 wrong, each stands for 1.
    y = np.array([1] * 3 + [0] * 17 + [1] * 2 + [0] * 8, dtype=bool)
    w = np.array([10.0] * 20 + [1.0] * 10)
    h = np.array([0] * 20 + [1] * 10)
    p = (30 + 2) / 210
    variance = 0.0
    for stratum in (0, 1):
        e = (w * (y - p) / 210)[h == stratum]
        variance += len(e) / (len(e) - 1) * ((e - e.mean()) ** 2).sum()
    m = p * (1 - p) / variance * (stats.t.ppf(0.025, 29) / stats.t.ppf(0.025, 28)) ** 2
    share = estimate_share(y, w, h)
    assert share.value == pytest.approx(p)
    assert share.effective_n == pytest.approx(m)
    assert (share.low, share.high) == pytest.approx(exact_interval(p * m, m))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.5, 40), st.integers(0, 3)), min_size=1, max_size=60))
def test_an_interval_holds_its_share_and_is_never_surer_than_the_answers(units: list) -> None:
    has, weight, stratum = (np.array(column) for column in zip(*units, strict=True))
    share = estimate_share(has.astype(bool), weight, stratum)
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert 0 < share.effective_n <= share.n


def test_a_planted_error_rate_is_recovered_where_strata_differ() -> None:
    # 900 consultant leaders of whom 4 % are none, 100 mentor heads of whom 40 % are none: 7.6 % in truth. Drawn 50 of
    # each, the plain share of wrong answers is near 22 %.
    world = entries({"consultant_leader": 900, "mentor_head": 100})
    false = set(world["entry_id"][:36]) | set(world["entry_id"][900:940])
    weighted, plain, covered = [], [], 0
    for seed in range(60):
        sample = draw_sample(world, seed, sizes={"consultant_leader": 50, "mentor_head": 50})
        said = frame_of(
            ValidationAnswers,
            [
                {"entry_id": one, "field": "leads", "answer": "wrong" if one in false else "right"}
                for one in sample["entry_id"]
            ],
        )
        reading = AnswersReading(said, sample["entry_id"], sample["entry_id"].clear(), 1)
        rates = rate_errors(judge_entries(sample, reading))
        row = rates.row(by_predicate=(pl.col("role") == "all") & (pl.col("field") == "leads"), named=True)
        weighted.append(row["rate"])
        plain.append(row["wrong"] / row["answered"])
        covered += row["low"] <= 0.076 <= row["high"]
    assert np.mean(weighted) == pytest.approx(0.076, abs=0.008)
    assert np.mean(plain) > 0.18
    assert covered >= 0.9 * 60


def test_what_nobody_said_is_counted_apart_and_bounds_the_rate(sample: pl.DataFrame) -> None:
    # | entry         | leads | role     |        5 entries, all drawn, no dates or partners stated
    # | Lmentor_head0 | right | right    |
    # | Lmentor_head1 | right | wrong    |
    # | Lmentor_head2 | right | do not know
    # | Lother0       | wrong | (not asked of somebody who does not lead)
    # | Lother1       nothing came back
    reading = answers_of("""
        entry         | leads | role
        Lmentor_head0 | r     | r
        Lmentor_head1 | r     | w SIP
        Lmentor_head2 | r     | ?
        Lother0       | w     | -
    """)
    rates = rate_errors(judge_entries(sample, reading))
    found = {row["field"]: row for row in rates.filter(pl.col("role") == "all").to_dicts()}
    assert set(found) == {"leads", "leader_name", "role", "home_school", "duplicate"}
    leads, role = found["leads"], found["role"]
    assert (leads["eligible"], leads["answered"], leads["wrong"], leads["not_returned"]) == (5, 4, 1, 1)
    assert (leads["if_missing_right"], leads["if_missing_wrong"]) == (1 / 5, 2 / 5)
    # Of the two other-role entries one answered: it stands for both, so 2 of 5 are put at wrong.
    assert leads["rate"] == pytest.approx(2 / 5)
    assert (role["eligible"], role["answered"], role["wrong"], role["do_not_know"]) == (4, 2, 1, 1)
    assert found["home_school"]["left_blank"] == 3
    assert (found["home_school"]["rate"], found["home_school"]["rate_status"]) == (None, "unknown")


# What may be corrected


def validated(sample: pl.DataFrame, said: dict[str, tuple[str, str | None]], **options):
    """Entry to what it is: right, a role's words, or none."""
    rows = []
    for entry, (what, words) in said.items():
        if what == "none":
            rows.append({"entry_id": entry, "field": "leads", "answer": "wrong"})
            continue
        rows += [
            {"entry_id": entry, "field": "leads", "answer": "right"},
            {"entry_id": entry, "field": "role", "answer": what, "correction": words},
        ]
    answers = frame_of(ValidationAnswers, rows)
    reading = AnswersReading(answers, answers["entry_id"].unique(), answers["entry_id"].clear(), 1)
    reported = options.pop("reported", None) or dict(
        sample.group_by("role").agg(pl.col("reported").first()).iter_rows()
    )
    return validate(sample, reading, reported, BOOK, **options)


def test_a_total_is_corrected_only_when_asked_and_only_where_enough_answered() -> None:
    sample = draw_sample(entries({"consultant_leader": 100, "mentor_head": 6}), 1, size=26, minimum=6)
    said = {one: ("none" if n < 2 else "right", None) for n, one in enumerate(sample["entry_id"])}
    assert validated(sample, said).corrected_totals.height == 0
    result = validated(sample, said, totals=True)
    totals = {row["role"]: row for row in result.corrected_totals.to_dicts()}
    low, high = exact_interval(2, 20)
    consultants = totals["consultant_leader"]
    assert consultants["corrected"] == pytest.approx(100 * 18 / 20)
    assert (consultants["low"], consultants["high"]) == pytest.approx((100 * (1 - high), 100 * (1 - low)))
    assert (totals["mentor_head"]["corrected"], totals["mentor_head"]["corrected_status"]) == (
        None,
        "unknown",
    )
    assert totals["all"]["reported"] == 106
    told = " ".join(result.sentences)
    assert "Not enough answers for a total of: Mentor head." in told
    assert "mentor_head" not in told
    assert "nothing about leaders whom nobody reported" in told


def test_roles_that_are_mixed_up_are_put_back_in_proportion() -> None:
    # Of 80 reported consultant leaders a quarter are mentor heads in truth; all 20 mentor heads are what they are.
    sample = draw_sample(entries({"consultant_leader": 80, "mentor_head": 20}), 3, size=50, minimum=10)
    said = {}
    for number, (entry, role) in enumerate(sample.select("entry_id", "role").iter_rows()):
        mixed = role == "consultant_leader" and number % 4 == 0
        said[entry] = ("wrong", "mentor headteacher") if mixed else ("right", None)
    result = validated(sample, said)
    shares = {row["role"]: row for row in result.role_shares.to_dicts()}
    assert shares["mentor_head"]["reported_share"] == pytest.approx(0.2)
    assert shares["mentor_head"]["corrected_share"] == pytest.approx(0.2 + 0.8 * 0.25)
    assert shares["mentor_head"]["low"] < 0.4 < shares["mentor_head"]["high"]
    assert sum(row["corrected_share"] for row in shares.values()) == pytest.approx(1)
    confusion = result.confusion.filter(pl.col("reported") == "consultant_leader")
    assert dict(confusion.select("confirmed", "entries").iter_rows()) == {
        "consultant_leader": 30,
        "mentor_head": 10,
    }


def test_shares_are_not_given_where_a_role_has_too_few_answers() -> None:
    sample = draw_sample(entries({"consultant_leader": 80, "mentor_head": 20}), 3, size=40)
    said = dict.fromkeys(sample.filter(pl.col("role") == "consultant_leader")["entry_id"], ("right", None))
    result = validated(sample, said)
    assert result.role_shares.height == 0
    told = " ".join(result.sentences)
    assert "of Mentor head there are fewer than 5 answers" in told
    assert "under that role are." in told


def test_one_role_holding_is_told_as_one() -> None:
    sample = draw_sample(entries({"consultant_leader": 2}), 3)
    said = dict.fromkeys(sample["entry_id"], ("right", None))
    now = validated(sample, said, reported={"consultant_leader": 1}, totals=True)
    told = " ".join(now.sentences)
    assert "drawn from 2 role-holdings and the study now has 1; " in told
    assert "1 role-holdings" not in told


def test_words_outside_the_codebook_and_wrong_without_correction_stay_apart() -> None:
    sample = draw_sample(entries({"other": 12}), 3)
    ids = sample["entry_id"].to_list()
    said = {
        **dict.fromkeys(ids[:6], ("right", None)),
        ids[6]: ("wrong", "chair of a choir"),
        ids[7]: ("wrong", None),
        **dict.fromkeys(ids[8:], ("none", None)),
    }
    result = validated(sample, said, config=ValidationConfig(least_a_role=5))
    counted = dict(result.confusion.select("confirmed", "entries").iter_rows())
    assert counted == {"not_a_leader": 4, "not_said": 1, "other": 6, "other_words": 1}
    shares = dict(result.role_shares.select("role", "corrected_share").iter_rows())
    assert shares == pytest.approx({"other": 6 / 8, "other_words": 1 / 8, "not_said": 1 / 8})


def test_a_sample_is_a_declared_table(sample: pl.DataFrame) -> None:
    assert ValidationSample.validate(sample).height == 5
