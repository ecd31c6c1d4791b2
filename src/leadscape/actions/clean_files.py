"""Review file, validation and notices without one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.actions.write_notices import NOTICES, REGISTER, read_register
from leadscape.core.errors import OutputBlocked
from leadscape.core.tabular import read_text_table
from leadscape.core.writing import write_csv
from leadscape.survey.privacy.ledger import REMOVED_MENTION
from leadscape.survey.privacy.redaction import MARK, blank_rows, can_rewrite, rewrite_table
from leadscape.survey.privacy.search import name_words, names_person
from leadscape.survey.validation.answers import read_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from leadscape.actions.find_person import StudyPeople

PEOPLE: Final = "people"
ERASED: Final = "(erased)"


def clean_review(path: Path | None, lines: pl.DataFrame, names: Sequence[str] = ()) -> list[Path]:
    """The review file without questions about the person, and without their name beside others.

    Parameters
    ----------
    names
        Names of the person besides those that the lines give.
    """
    if path is None:
        return []
    words = name_words(pl.concat([lines["leader_name"], pl.Series(names, dtype=pl.String)]).unique())
    hashes = [one[1:] for one in lines["nomination_id"]]

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        texts = [name for name in frame.columns if name != "row"]
        known = pl.col("question_id") if "question_id" in frame.columns else pl.lit("")
        of_pair = known.fill_null("").str.starts_with("person-") & known.str.contains_any(
            pl.Series(hashes, dtype=pl.String).implode()
        )
        named = pl.any_horizontal(names_person(pl.col(name), words) for name in texts)
        pair_named = known.fill_null("").str.starts_with("person-") & named
        blanked = blank_rows(frame, frame.filter((of_pair | pair_named).fill_null(value=False))["row"])
        keep = [name for name in texts if name not in ("question_id", "decision")]
        return blanked.with_columns(
            pl.when(names_person(pl.col(name), words))
            .then(pl.lit(REMOVED_MENTION))
            .otherwise(name)
            .alias(name)
            for name in keep
        )

    return _rewrite_if_changed(path, change)


def clean_validation(people: StudyPeople, person: str) -> list[Path]:
    """Forms and sample without the person's entries; the numbers drawn stay, since others were drawn with them."""
    study = people.study
    if study.validation_sample is None:
        return []
    entries = read_sample(study.validation_sample).filter(pl.col("leader_id") == person)["entry_id"]

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        heads = [name for name in frame.columns if name.casefold() in ("entry", "entry_id")]
        if not heads or not len(entries):
            return frame
        return blank_rows(frame, frame.filter(pl.col(heads[0]).is_in(entries.implode()))["row"])

    def drop(frame: pl.DataFrame) -> pl.DataFrame:
        theirs = pl.col("entry_id").is_in(entries.implode())
        # The row stays, since its chance of being drawn counts; nothing in it says whose it was.
        token = pl.format("erased-{}", pl.int_range(1, pl.len() + 1))
        taken = {"entry_id": token, "leader_id": token, "leader_name": pl.lit(ERASED)}
        taken |= {
            name: pl.lit(None, pl.String)
            for name in ("home_urn", "home_school", "partner_schools", "started_on", "ended_on")
        }
        return frame.with_columns(
            pl.when(theirs).then(word).otherwise(pl.col(name)).alias(name)
            for name, word in taken.items()
            if name in frame.columns
        )

    cleaned = [path for form in study.validation for path in _rewrite_if_changed(form, change)]
    return [*cleaned, *_rewrite_if_changed(study.validation_sample, drop)]


def clean_notices(people: StudyPeople, person: str) -> list[Path]:
    """No notice and no record of the person in the usual folders any more."""
    restricted = people.study.output / "restricted"
    for left in (restricted / NOTICES / f"{person}.html", restricted / PEOPLE / f"{person}.html",
                 restricted / PEOPLE / f"{person}.json"):  # fmt: skip
        left.unlink(missing_ok=True)
    register = read_register(restricted / NOTICES)
    others = register.filter(pl.col("leader_id") != person)
    if others.height == register.height:
        return []
    write_csv(others, restricted / NOTICES / REGISTER)
    return [restricted / NOTICES / REGISTER]


def _rewrite_if_changed(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> list[Path]:
    frame = read_text_table(path).frame
    texts = [name for name in frame.columns if name != MARK]
    if change(frame).select(texts).equals(frame.select(texts)):
        return []
    if not can_rewrite(path):
        raise OutputBlocked(
            f"{path.name} cannot be written again by leadscape.",
            "It names the person.",
            "Take the rows out with the program it came from.",
        )
    rewrite_table(path, path, change)
    return [path]


def check_rewritable(people: StudyPeople) -> None:
    """Refuse an erasure that would have to stop half-way: a file of decisions or of the validation in another format.

    Raises
    ------
    OutputBlocked
        Naming every file that cannot be written again.
    """
    study = people.study
    kept = [study.decisions, study.validation_sample, *study.validation]
    fixed = sorted(path.name for path in kept if path is not None and not can_rewrite(path))
    if fixed:
        raise OutputBlocked(
            f"{', '.join(fixed)} cannot be written again.",
            "They may name the person, and nothing is changed unless everything can be.",
            "Save them as .csv or .xlsx, name those in study.toml, and give the command again.",
        )
