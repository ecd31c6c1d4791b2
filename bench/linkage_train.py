"""Fit the linkage model and write ``model_england.toml``: which corpora, seeds and date, so that it can be made again.

No school list of the benchmark is read. Corpora are generated from the open schools of March 2018 (numbers, authorities
and phases of that date, names of April 2021), from the register of August 2022 and from the invented national
demonstration, with four mixes of noise. A third of them, with seeds of their own, is kept for the calibration and for
the probability from which links are accepted.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import minimize

import linkage_corpus as corpora
from leadscape.core.randomness import random_stream
from leadscape.register.reading import read_register_file
from leadscape.survey.linkage.asked import ask
from leadscape.survey.linkage.candidates import find_candidates
from leadscape.survey.linkage.evidence import Evidence, gather_evidence
from leadscape.survey.linkage.grammar import take_apart
from leadscape.survey.linkage.model import Model, discount_closed, measure_none, utilities, weigh
from leadscape.survey.linkage.register import prepare_register

ROOT = Path(__file__).parents[1]
REAL = Path(os.environ.get("LEADSCAPE_REAL_DATA", ROOT.parent / "shared" / "data"))
OUT = ROOT / "src" / "leadscape" / "codebooks" / "data" / "linkage" / "model_england.toml"
WORDS = OUT.with_name("words_england.toml")
OFTEN = 8
SEED = 20261124
MENTIONS = 4_000
PENALTY = 2.0
UNUSED = ("closed",)
TERMS, ROUNDS, BATCH, RATE, DECAY = 8, 12, 256, 3e-3, 1e-3
# Measures that the bent terms leave out: few training rows show them, so they keep one straight coefficient each.
STRAIGHT = (
    "former",
    "faith_of_character",
    "town_agrees",
    "town_differs",
    "postcode_whole",
    "postcode_sector",
    "postcode_outcode",
    "postcode_area",
    "postcode_differs",
    "number_same",
    "number_near",
    "number_differs",
    "number_contradicted",
    "phase_same",
    "phase_differs",
    "head_same",
    "head_differs",
)
# Sign that a coefficient must have where few corpora show the thing: a later fit may not turn common sense round.
AT_MOST_ZERO = (
    "kind_conflict",
    "faith_conflict",
    "former",
    "authority_differs",
    "town_differs",
    "postcode_differs",
    "number_differs",
    "phase_differs",
    "head_differs",
    "common",
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the linkage model.")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--words", type=Path, default=WORDS)
    parser.add_argument("--mentions", type=int, default=MENTIONS)
    options = parser.parse_args()
    registers = training_registers()
    mixes = [corpora.SURVEY, corpora.KEYS, corpora.CLERK, corpora.RICH, corpora.PLACED]
    write_words(options.words, registers)
    fitted, held = [], []
    for number, (name, schools) in enumerate(registers.items()):
        for place, mix in enumerate(mixes):
            seed = SEED + 100 * number + 10 * place
            for shift, store in ((0, fitted), (1, fitted), (2, held)):
                store.append(measured(schools, seed + shift, options.mentions, mix, namesakes=shift != 1))
            print(name, mix.name, "measured", flush=True)
    plain = fit(fitted)
    raw, right = judged(held, plain)
    points = calibrate(raw, right)
    calibrated = np.interp(raw, *zip(*points, strict=True))
    acceptance = acceptances(calibrated, right)
    write(options.out, plain, points, acceptance, list(registers), mixes, len(right))
    for target, threshold in acceptance:
        chosen = calibrated >= threshold
        print(
            f"{target:.4f}: from {threshold:.4f}, {chosen.mean():.3f} accepted, {right[chosen].mean():.5f} right"
        )


def write_words(path: Path, registers: dict[str, pl.DataFrame]) -> None:
    """How often each telling word stands in the names of the two real registers, from :data:`OFTEN` names on."""
    real = pl.concat([schools.select("urn", "name") for schools in list(registers.values())[:2]]).unique(
        "urn", keep="first"
    )
    apart = take_apart(real.sort("urn")["name"])
    often = np.bincount(apart.word_ids, minlength=len(apart.words))
    listed = sorted(
        (word, 10_000 * n / real.height) for word, n in zip(apart.words, often, strict=True) if n >= OFTEN
    )
    lines = [
        "# Made by bench/linkage_train.py, not by hand. Of 10,000 names in a large register, how many hold a word.",
        "",
        "[per_10_000]",
        *(f'"{word}" = {share:.1f}' for word, share in listed),
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def training_registers() -> dict[str, pl.DataFrame]:
    """Registers by name, as ``Schools`` with ``head`` added (invented surnames)."""
    found = {
        "open schools of 2018-03, names of 2021-04": register_2018(),
        "register of 2022-08": _register("derived/register_2022-08.csv.gz"),
    }
    found["national demonstration"] = demonstration()
    return {name: with_heads(schools) for name, schools in found.items()}


def demonstration() -> pl.DataFrame:
    """The register of the national demonstration; its returns are not needed and not written."""
    from leadscape.demo.plan import plan_of
    from leadscape.demo.register_files import register_rows, write_csv_gz
    from leadscape.demo.system import invent_system

    system = invent_system(plan_of("national"), SEED)
    ties = system.federations.select("at", "federation")
    rows = register_rows(
        system.schools, system.closed, system.in_register, ties, random_stream(SEED, "demo", "register")
    )
    with tempfile.TemporaryDirectory() as folder:
        write_csv_gz(rows, Path(folder) / "register.csv.gz")
        return read_register_file(Path(folder) / "register.csv.gz").frame


def register_2018() -> pl.DataFrame:
    """Schools open in March 2018, with the names, towns and postcodes of April 2021."""
    names = _register("register/rtt_schools_lead_flag_2021-04-26.csv")
    state = pl.read_csv(REAL / "derived/register_open_2018-03.csv.gz", infer_schema_length=0)
    codes = state.select(
        "urn",
        code=pl.col("laestab").str.slice(0, 3),
        la_name="la_name",
        phase_2018="phase",
        region_2018="region",
    )
    return (
        names.join(codes, on="urn")
        .filter(~pl.col("region_2018").fill_null("").str.contains("Wales"))
        .with_columns(
            authority_code="code",
            authority_name="la_name",
            phase=pl.col("phase_2018").replace_strict(PHASES, default=None),
            status=pl.lit("open").cast(names.schema["status"]),
            closed_on=pl.lit(None, pl.Date),
        )
        .select(names.columns)
    )


PHASES = {
    "Primary": "primary",
    "Secondary": "secondary",
    "Nursery": "nursery",
    "16 plus": "sixteen_plus",
    "All through": "all_through",
    "All-through": "all_through",
    "Middle deemed primary": "middle_primary",
    "Middle deemed secondary": "middle_secondary",
}


def _register(path: str) -> pl.DataFrame:
    return read_register_file(REAL / path).frame


def with_heads(schools: pl.DataFrame) -> pl.DataFrame:
    rng = random_stream(SEED, "heads")
    start, end = (
        (
            "Bar",
            "Cole",
            "Dan",
            "El",
            "Farn",
            "Gar",
            "Hol",
            "Ken",
            "Lang",
            "Mar",
            "Nor",
            "Pem",
            "Rad",
            "Sut",
            "Thorn",
            "Whit",
        ),
        (
            "ford",
            "man",
            "well",
            "ton",
            "ley",
            "worth",
            "by",
            "den",
            "croft",
            "shaw",
            "wick",
            "son",
            "ham",
            "field",
            "bury",
            "grave",
        ),
    )
    pick = rng.integers(0, 16, (schools.height, 2))
    return schools.with_columns(head=pl.Series([start[a] + end[b] for a, b in pick]))


def measured(
    schools: pl.DataFrame, seed: int, n: int, mix: corpora.Mix, *, namesakes: bool
) -> tuple[Evidence, np.ndarray, dict[str, np.ndarray]]:
    """Evidence of a corpus, which pair is right, and the measures of none."""
    corpus = corpora.draw_corpus(schools, seed, n, 0.08, mix, namesakes_too=namesakes)
    heads = corpus.register.select(
        "urn", "head", job_title=pl.lit(None, pl.String), seen_on=pl.lit(None, pl.Date)
    )
    register = prepare_register(
        corpus.register.drop("head"), headships=heads if mix.details else None, link_closed=True
    )
    asked = ask(corpus.mentions, register)
    evidence = gather_evidence(*find_candidates(asked, register), asked, register)
    meant = corpus.mentions.select("mention_id").join(
        corpus.truth, on="mention_id", how="left", maintain_order="left"
    )["urn"]
    right = (
        (meant.gather(evidence.mention) == register.schools["urn"].gather(evidence.school))
        .fill_null(False)
        .to_numpy()
    )
    # What a closed namesake takes is decided beforehand and not fitted.
    utility = np.zeros(evidence.mention.size)
    offset = discount_closed(utility, evidence, register, namesake_odds=1 / 400, closed_odds=1.0)
    evidence.measures["offset"] = offset
    return evidence, right, measure_none(asked)


@dataclass(frozen=True)
class Stacked:
    """All corpora as one: pairs x measures, mentions x measures of none, and which pair is right."""

    pairs: np.ndarray
    nones: np.ndarray
    offset: np.ndarray
    mention: np.ndarray
    right: np.ndarray
    found: np.ndarray
    names: list[str]
    none_names: list[str]


def stack(corpora_measured: list) -> Stacked:
    names = [n for n in corpora_measured[0][0].measures if n not in (*UNUSED, "offset")]
    none_names = list(corpora_measured[0][2])
    shift, mentions = 0, []
    for evidence, _, none in corpora_measured:
        mentions.append(evidence.mention + shift)
        shift += len(none["always"])
    right, mention = np.concatenate([r for _, r, _ in corpora_measured]), np.concatenate(mentions)
    return Stacked(
        pairs=np.vstack([np.column_stack([e.measures[n] for n in names]) for e, _, _ in corpora_measured]),
        nones=np.vstack([np.column_stack([z[n] for n in none_names]) for _, _, z in corpora_measured]),
        offset=np.concatenate([e.measures["offset"] for e, _, _ in corpora_measured]),
        mention=mention,
        right=right,
        found=np.bincount(mention, right, minlength=shift) > 0,
        names=names,
        none_names=none_names,
    )


def likelihood(
    u: np.ndarray, v: np.ndarray, mention: np.ndarray, right: np.ndarray, found: np.ndarray
) -> tuple:
    """Negative log likelihood and its derivatives by u and v. A right school that is no candidate counts as none."""
    top = v.copy()
    np.maximum.at(top, mention, u)
    e, e0 = np.exp(u - top[mention]), np.exp(v - top)
    whole = e0 + np.bincount(mention, e, minlength=v.size)
    value = -(
        np.sum(u[right] - top[mention[right]]) + np.where(found, 0.0, v - top).sum() - np.log(whole).sum()
    )
    return value, e / whole[mention] - right, e0 / whole - ~found


def fit(corpora_measured: list) -> Model:
    """Coefficients of greatest penalised likelihood: first the straight ones, then all of them together."""
    data = stack(corpora_measured)
    mean, spread = data.pairs.mean(axis=0), data.pairs.std(axis=0) + 1e-6
    x, z, k = (data.pairs - mean) / spread, data.nones, data.pairs.shape[1]

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        value, du, dv = likelihood(
            x @ beta[:k] + data.offset, z @ beta[k:], data.mention, data.right, data.found
        )
        return value + PENALTY * (beta @ beta) / 2, np.concatenate([x.T @ du, z.T @ dv]) + PENALTY * beta

    bounds = [(None, 0.0) if n in AT_MOST_ZERO else (None, None) for n in data.names] + [
        (None, None)
    ] * z.shape[1]
    done = minimize(
        loss, np.zeros(k + z.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}
    )
    print(
        f"straight: {done.fun / data.found.size:.4f} a mention; "
        f"{data.found.mean():.4f} have the right school among candidates"
    )
    straight, none, into, bias, out = descend(data, x, z, done.x[:k], done.x[k:])
    # The spread of a measure is taken into its coefficient; the means cancel, but for the terms' biases and none.
    weights = straight / spread
    none = none.copy()
    none[data.none_names.index("always")] += weights @ mean
    bent_names = [n for n in data.names if n not in STRAIGHT]
    chosen = [data.names.index(n) for n in bent_names]
    bent = tuple(
        (
            float(out[h]),
            float(bias[h] - (into[:, h] / spread[chosen]) @ mean[chosen]),
            dict(zip(bent_names, (into[:, h] / spread[chosen]).tolist(), strict=True)),
        )
        for h in range(TERMS)
    )
    flat = (np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    return Model(
        dict(zip(data.names, weights.tolist(), strict=True)),
        bent,
        dict(zip(data.none_names, none.tolist(), strict=True)),
        flat,
        flat,
        {},
    )


def descend(data: Stacked, x: np.ndarray, z: np.ndarray, straight: np.ndarray, none: np.ndarray) -> tuple:
    """Adam over batches of mentions, from the straight fit; the order is drawn from the seed."""
    rng = random_stream(SEED, "fit")
    chosen = [n for n, name in enumerate(data.names) if name not in STRAIGHT]
    parts = [
        straight.copy(),
        none.copy(),
        rng.normal(0, 0.25, (len(chosen), TERMS)),
        np.zeros(TERMS),
        rng.normal(0, 0.1, TERMS),
    ]
    first, second = [np.zeros_like(p) for p in parts], [np.zeros_like(p) for p in parts]
    start = np.searchsorted(data.mention, np.arange(data.found.size + 1))
    limited = [n for n, name in enumerate(data.names) if name in AT_MOST_ZERO and name in STRAIGHT]
    total, step = ROUNDS * (data.found.size // BATCH + 1), 0
    for _ in range(ROUNDS):
        order, value = rng.permutation(data.found.size), 0.0
        for at in range(0, data.found.size, BATCH):
            ids = np.sort(order[at : at + BATCH])
            sizes = start[ids + 1] - start[ids]
            rows = np.repeat(start[ids] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
            local = np.repeat(np.arange(ids.size), sizes)
            xs, zs = x[rows], z[ids]
            bent = np.tanh(xs[:, chosen] @ parts[2] + parts[3])
            u = xs @ parts[0] + bent @ parts[4] + data.offset[rows]
            part, du, dv = likelihood(u, zs @ parts[1], local, data.right[rows], data.found[ids])
            value += part
            du, dv = du / ids.size, dv / ids.size
            back = du[:, None] * parts[4] * (1 - bent**2)
            slopes = [xs.T @ du, zs.T @ dv, xs[:, chosen].T @ back, back.sum(axis=0), bent.T @ du]
            step += 1
            rate = RATE * (1 - step / (total + 1))
            for n, slope in enumerate(slopes):
                first[n] = 0.9 * first[n] + 0.1 * slope
                second[n] = 0.999 * second[n] + 0.001 * slope**2
                parts[n] -= rate * (
                    first[n] / (1 - 0.9**step) / (np.sqrt(second[n] / (1 - 0.999**step)) + 1e-8)
                    + DECAY * parts[n]
                )
            parts[0][limited] = np.minimum(parts[0][limited], 0.0)
        print(f"bent: {value / data.found.size:.4f} a mention", flush=True)
    return tuple(parts)


def judged(held: list, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Probability of the first candidate, and whether it is right, of every mention with a candidate."""
    raw, right = [], []
    for evidence, correct, none in held:
        utility = utilities(evidence, model) + evidence.measures["offset"]
        nothing = sum(model.none_weights[n] * none[n] for n in model.none_weights)
        chances = weigh(evidence, utility, nothing, model)
        order = np.lexsort((-chances.pair, evidence.mention))
        first = order[np.append(True, evidence.mention[order][1:] != evidence.mention[order][:-1])]
        raw.append(chances.pair[first])
        right.append(correct[first])
    return np.concatenate(raw), np.concatenate(right)


def calibrate(raw: np.ndarray, right: np.ndarray) -> list[tuple[float, float]]:
    """A rising line through the observed shares of right answers, by groups of equal size in the log odds."""
    from sklearn.isotonic import IsotonicRegression

    odds = np.log(np.clip(raw, 1e-9, 1 - 1e-9) / np.clip(1 - raw, 1e-9, 1))
    edges = np.unique(np.quantile(odds, np.linspace(0, 1, 41)))
    group = np.clip(np.searchsorted(edges, odds, side="right") - 1, 0, len(edges) - 2)
    n = np.bincount(group)
    at = np.bincount(group, raw) / n
    share = (np.bincount(group, right) + 0.5 * at) / (n + 0.5)
    rising = IsotonicRegression().fit_transform(at, share, sample_weight=n)
    points = [
        (0.0, 0.0),
        *zip(at.tolist(), rising.tolist(), strict=True),
        (1.0, float(min(max(rising[-1], 0.9995), 0.9999))),
    ]
    return [(round(a, 6), round(b, 6)) for a, b in points]


def acceptances(calibrated: np.ndarray, right: np.ndarray) -> list[tuple[float, float]]:
    """For each target the lowest probability above which so large a share is right, with some errors to spare."""
    order = np.argsort(-calibrated, kind="stable")
    ours, good = calibrated[order], right[order]
    wrong = np.cumsum(~good)
    share = 1 - (wrong + 1) / (np.arange(len(good)) + 1)
    found = []
    for target in (0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999):
        # Lists differ from the corpora, so the software aims at half the errors that the target allows.
        aim = 1 - (1 - target) * SAFETY
        enough = np.flatnonzero(share >= aim)
        found.append((target, round(float(ours[enough[-1]]), 6) if enough.size else 0.9999))
    return found


SAFETY = 0.6


def write(
    path: Path, model: Model, points: list, acceptance: list, registers: list, mixes: list, n: int
) -> None:
    lines = [
        "# Made by bench/linkage_train.py; not to be edited by hand. See docs/methods/linkage.md.",
        "",
        "[model]",
        'id = "england"',
        'version = "1"',
        f"seed = {SEED}",
        f"made_on = {MADE_ON}",
        f"registers = {registers!r}".replace("'", '"'),
        f"mixes = {[m.name for m in mixes]!r}".replace("'", '"'),
        f"held_out_mentions = {n}",
        "",
        "[weights]",
        *(f"{name} = {value:.4f}" for name, value in model.weights.items()),
        "",
        "[none]",
        *(f"{name} = {value:.4f}" for name, value in model.none_weights.items()),
        "",
        *(line for term in model.bent for line in _term(*term)),
        "[calibration]",
        "# Raw probability of the first candidate, calibrated probability.",
        f"points = {[list(p) for p in points]}",
        "",
        "[acceptance]",
        "# Precision target, calibrated probability from which a link is accepted.",
        f"points = {[list(p) for p in acceptance]}",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def _term(out: float, bias: float, weights: dict[str, float]) -> list[str]:
    inside = ", ".join(f"{name} = {value:.4f}" for name, value in weights.items())
    return ["[[bent]]", f"out = {out:.4f}", f"bias = {bias:.4f}", f"weights = {{ {inside} }}", ""]


MADE_ON = "2026-11-25"

if __name__ == "__main__":
    main()
