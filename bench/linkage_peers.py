"""The peers of the linkage benchmark, each written as somebody who knows the tool would.

Each takes mentions (``mention_id``, ``name``, ``authority_code``) and a register (``urn``, ``name``,
``authority_code``, open schools first) and returns ``mention_id``, ``urn`` (its best answer, or null) and ``score``
(higher is surer). All get names folded in the same way, and of equals all take the first, which is open: nobody loses
to a closed namesake by chance.
"""

from __future__ import annotations

import logging

import numpy as np
import polars as pl

EXPANSIONS = {
    r"\bst\b": "saint",
    r"\b(?:cofe|c of e|ce|church of england)\b": "cofe",
    r"\b(?:rc|roman catholic)\b": "catholic",
    r"\b(?:jnr|jun)\b": "junior",
    r"\b(?:inf|infants)\b": "infant",
    r"\b(?:prim|pri)\b": "primary",
    r"\bsch\b": "school",
    r"\b(?:jmi|j and i|ji)\b": "junior and infant",
    r"\bcomm\b": "community",
    r"\bacad\b": "academy",
    r"\bcoll\b": "college",
}


def fold(names: pl.Series) -> list[str]:
    """Lower case, no accents or punctuation, the commonest short forms written out."""
    text = (
        names.fill_null("")
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.to_lowercase()
        .str.replace_all("&", " and ", literal=True)
        .str.replace_all(r"['’‘`´.]", "")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )
    for pattern, written in EXPANSIONS.items():
        text = text.str.replace_all(pattern, written)
    return text.to_list()


def exact(mentions: pl.DataFrame, register: pl.DataFrame, tuning: pl.DataFrame) -> pl.DataFrame:
    """Folded name and authority code are the same; without a code, a name that one school bears."""
    ours = mentions.with_columns(key=pl.Series(fold(mentions["name"]), dtype=pl.String))
    theirs = register.with_columns(key=pl.Series(fold(register["name"]), dtype=pl.String))
    inside = theirs.unique(["authority_code", "key"], keep="first", maintain_order=True)
    single = theirs.unique("key", keep="none", maintain_order=True)
    return (
        ours.join(
            inside.select("authority_code", "key", inside="urn"),
            on=["authority_code", "key"],
            how="left",
            maintain_order="left",
        )
        .join(single.select("key", single="urn"), on="key", how="left", maintain_order="left")
        .select(
            "mention_id",
            urn=pl.when(pl.col("authority_code").is_null()).then("single").otherwise("inside"),
            score=pl.lit(1.0),
        )
    )


def rapidfuzz(mentions: pl.DataFrame, register: pl.DataFrame, tuning: pl.DataFrame) -> pl.DataFrame:
    """Token-sort nearness to every school of the authority, in one matrix a block; without a known code, nationally."""
    from rapidfuzz import fuzz, process

    theirs = np.array(fold(register["name"]), dtype=object)
    ours = np.array(fold(mentions["name"]), dtype=object)
    urns, codes = register["urn"].to_numpy(), register["authority_code"].to_numpy()
    blocks: dict[str, np.ndarray] = {
        code: np.flatnonzero(codes == code) for code in set(codes.tolist()) if code
    }
    asked = mentions["authority_code"].to_list()
    best, score = np.empty(len(asked), dtype=object), np.zeros(len(asked))
    everywhere = np.arange(len(urns))
    groups: dict[str | None, list[int]] = {}
    for place, code in enumerate(asked):
        groups.setdefault(code if code in blocks else None, []).append(place)
    for code, places in groups.items():
        pool = blocks[code] if code is not None else everywhere
        for piece in np.array_split(np.array(places), max(len(places) * len(pool) // 4_000_000, 1)):
            near = process.cdist(ours[piece], theirs[pool], scorer=fuzz.token_sort_ratio, workers=-1)
            at = near.argmax(axis=1)
            best[piece], score[piece] = urns[pool[at]], near[np.arange(len(piece)), at]
    return pl.DataFrame({"mention_id": mentions["mention_id"], "urn": best.tolist(), "score": score / 100})


def splink(mentions: pl.DataFrame, register: pl.DataFrame, tuning: pl.DataFrame) -> pl.DataFrame:
    """Splink 5 on DuckDB: whole name, telling words with their frequency, shared words, authority; no labels."""
    import warnings

    from duckdb import connect
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as comparisons

    logging.getLogger("splink").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")

    def records(frame: pl.DataFrame, key: str) -> pl.DataFrame:
        names = fold(frame["name"])
        telling = [" ".join(w for w in n.split() if w not in COMMON) or n for n in names]
        return pl.DataFrame(
            {
                "unique_id": frame[key],
                "name": names,
                "telling": telling,
                "words": [sorted(set(t.split())) for t in telling],
                "first": [t.split()[0] if t else "" for t in telling],
                "last": [t.split()[-1] if t else "" for t in telling],
                "authority": frame["authority_code"],
            }
        )

    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            comparisons.JaroWinklerAtThresholds("name", [0.97, 0.92, 0.85, 0.75]),
            comparisons.JaroWinklerAtThresholds("telling", [0.99, 0.92, 0.85]).configure(
                term_frequency_adjustments=True
            ),
            comparisons.ArrayIntersectAtSizes("words", [3, 2, 1]),
            comparisons.ExactMatch("authority"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("authority", "first"),
            block_on("authority", "last"),
            block_on("authority", "substr(telling, 1, 3)"),
            block_on("telling"),
            block_on("first", "last"),
        ],
    )
    database = DuckDBAPI(connect())
    ours = database.register(records(mentions, "mention_id").to_arrow(), dataset_display_name="mentions")
    theirs = database.register(records(register, "urn").to_arrow(), dataset_display_name="register")
    linker = Linker([ours, theirs], settings)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("name", "authority")], recall=0.35)
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=2006)
    for rule in (
        block_on("authority", "first"),
        block_on("telling"),
        block_on("authority", "substr(name, 1, 4)"),
    ):
        training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=0.001)
    found = pl.DataFrame(pl.from_arrow(predicted.as_pyarrow_table()))
    left = pl.col("source_dataset_l") == "mentions"
    order = register.select("urn").with_row_index("order")
    best = (
        found.select(
            "match_weight",
            mention_id=pl.when(left).then("unique_id_l").otherwise("unique_id_r"),
            urn=pl.when(left).then("unique_id_r").otherwise("unique_id_l"),
        )
        .join(order, on="urn")
        .sort("match_weight", "order", descending=[True, False])
        .unique("mention_id", keep="first", maintain_order=True)
        .select("mention_id", "urn", score="match_weight")
    )
    return (
        mentions.select("mention_id")
        .join(best, on="mention_id", how="left", maintain_order="left")
        .with_columns(pl.col("score").fill_null(-99.0))
    )


def hybrid(mentions: pl.DataFrame, register: pl.DataFrame, tuning: pl.DataFrame) -> pl.DataFrame:
    """Character tf-idf for the ten nearest, fuzzy measures of each, a logistic model trained on the tuning third."""
    from rapidfuzz import distance, fuzz, process
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    ours, theirs = fold(mentions["name"]), fold(register["name"])
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32, sublinear_tf=True)
    across = vectors.fit_transform(theirs).T.tocsr()
    asked = vectors.transform(ours)
    codes, wanted = register["authority_code"].to_numpy(), mentions["authority_code"].to_numpy()
    kept, near = [], []
    for start in range(0, len(ours), 200):
        block = (asked[start : start + 200] @ across).toarray()
        block += 0.15 * (wanted[start : start + 200, None] == codes[None, :])
        top = np.argsort(-block, axis=1, kind="stable")[:, :10]
        kept.append(top)
        near.append(np.take_along_axis(block, top, axis=1))
    pool, cosine = np.vstack(kept), np.vstack(near)
    left, right = np.repeat(np.arange(len(ours)), 10), pool.ravel()
    first, second = [ours[i] for i in left], [theirs[i] for i in right]
    same = (wanted[left] == codes[right]).astype(float)
    blank = np.array([code is None for code in wanted])[left].astype(float)
    measures = np.column_stack(
        [
            cosine.ravel() - 0.15 * same,
            same,
            blank,
            *(
                process.cpdist(first, second, scorer=scorer) / 100
                for scorer in (fuzz.ratio, fuzz.token_sort_ratio, fuzz.token_set_ratio, fuzz.partial_ratio)
            ),
            process.cpdist(first, second, scorer=distance.JaroWinkler.similarity),
            (cosine.max(axis=1, keepdims=True) - cosine).ravel(),
            np.tile(np.arange(10), len(ours)),
            np.array([len(text) for text in first]),
            [abs(len(a) - len(b)) for a, b in zip(first, second, strict=True)],
        ]
    )
    urns = register["urn"].to_numpy()
    meant = mentions.join(tuning, on="mention_id", how="left", maintain_order="left")
    in_third = meant["mention_id"].is_in(tuning["mention_id"].implode()).to_numpy()[left]
    label = meant["urn"].fill_null("").to_numpy()[left] == urns[right]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000, C=1.0))
    model.fit(measures[in_third], label[in_third])
    score = model.predict_proba(measures)[:, 1].reshape(-1, 10)
    at = score.argmax(axis=1)
    rows = np.arange(len(ours))
    return pl.DataFrame(
        {"mention_id": mentions["mention_id"], "urn": urns[pool[rows, at]], "score": score[rows, at]}
    )


COMMON = frozenset(
    (
        *(
            "the",
            "and",
            "of",
            "school",
            "primary",
            "junior",
            "infant",
            "academy",
            "college",
            "community",
            "church",
        ),
        *(
            "england",
            "cofe",
            "catholic",
            "saint",
            "nursery",
            "va",
            "vc",
            "aided",
            "controlled",
            "voluntary",
            "high",
        ),
        *("secondary", "special", "first", "middle", "lower", "upper", "foundation"),
    )
)
