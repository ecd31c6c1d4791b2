"""Write what holds people: leaders, holdings, supports, nominations and the review file, apart from what is public.

Everything is made in a hidden folder beside the target and moved in at the end, so that a run that fails or is stopped
leaves the files of the one before. What a person has written into the review file is never written over.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from leadscape.core.errors import OutputBlocked
from leadscape.core.provenance import hash_file
from leadscape.core.writing import write_csv, write_text
from leadscape.landscape.network import write_graphml
from leadscape.survey import write_review

if TYPE_CHECKING:
    from leadscape.actions.gather_inputs import StudyInputs
    from leadscape.core.provenance import Provenance
    from leadscape.survey import Settlement

REVIEW: Final = "review.xlsx"
MANIFEST: Final = "manifest.json"
NOTE: Final = """\
Restricted: personal data
=========================

These files name people and say what they do. They are for those who work on the study, not for publication.
The folder beside this one holds what may be published.

  review.xlsx          What a person must decide. Copy it beside study.toml, fill in the column `decision`, name it
                       under [survey] decisions, and run again. The decisions made so far are in it.
  leaders.csv          One row a leader.
  role_holdings.csv    One row a leader and role in force on the study's date; ended_holdings.csv holds the others.
  supports.csv         Who supports which partner school. network.graphml is the same as a graph, by ids.
  nominations.csv      Every line returned, with the role and the school that were taken from it.
  people/, notices/    What `leadscape survey person` wrote: one person's record, what somebody must be told.
  provenance.json      The whole record of inputs, with the rows of each return.
  manifest.json        The files that leadscape wrote here. A later run replaces these and leaves any others alone.

Somebody named here by others has a right to be told, to object and to have it corrected (UK GDPR, Articles 14, 16, 21).
"""


@dataclass(frozen=True)
class RestrictedFiles:
    """Where they are; ``review`` is null when there is nothing to decide."""

    folder: Path
    review: Path | None


def check_restricted(folder: Path, decisions: Path | None) -> None:
    """Refuse a folder whose review file somebody has filled in and the study does not read.

    Parameters
    ----------
    folder
        Where restricted files will go.
    decisions
        The review file that the study names.

    Raises
    ------
    OutputBlocked
        When it is a file, or its review file was changed after it was written.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputBlocked(
            f"{folder} is a file, not a folder.",
            "What holds people goes into a folder of its own.",
            "Move the file away, or name another folder for the results.",
        )
    review = folder / REVIEW
    written = _listed(folder).get(REVIEW)
    if written is None or not review.is_file() or (decisions and decisions.resolve() == review.resolve()):
        return
    if hash_file(review) != written:
        raise OutputBlocked(
            f"{review} was changed after it was written, and the study does not read it.",
            "This run would write over the decisions in it.",
            "Copy it beside study.toml and name it under [survey] decisions, or delete it if they are of no use.",
        )


@contextmanager
def prepared_restricted(
    settled: Settlement, inputs: StudyInputs, record: Provenance, folder: Path
) -> Iterator[Callable[[], RestrictedFiles]]:
    """The files, whole and hidden beside ``folder``; calling what is yielded moves them in.

    Raises
    ------
    OutputBlocked
        When they cannot be written.
    """
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}.fresh")
    try:
        _sweep(folder)
        fresh.mkdir(parents=True)
        written = write_restricted(settled, inputs, record, fresh)
        names = sorted(path.name for path in fresh.iterdir())
        sums = {name: hash_file(fresh / name) for name in names}
        write_text(json.dumps({"files": sums}, indent=2, sort_keys=True) + "\n", fresh / MANIFEST)

        def move_in() -> RestrictedFiles:
            folder.mkdir(parents=True, exist_ok=True)
            # Personal data: for whoever runs the study, and nobody else on the machine.
            folder.chmod(0o700)
            for name in sorted(set(_listed(folder)) - set(names)):
                (folder / name).unlink(missing_ok=True)
            for name in (*names, MANIFEST):
                os.replace(fresh / name, folder / name)
            return RestrictedFiles(folder, folder / REVIEW if written.review else None)

        yield move_in
    except OSError as error:
        raise OutputBlocked(
            f"{folder} cannot be written ({error.strerror or error}).",
            "The leaders behind the figures are written there.",
            "Choose a folder you may write to, with enough room.",
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write_restricted(
    settled: Settlement, inputs: StudyInputs, record: Provenance, folder: Path
) -> RestrictedFiles:
    """Write the files into ``folder``, each whole or not at all."""
    nominations = (
        inputs.nominations.join(
            settled.codings.rename({"method": "role_method"}), on="nomination_id", maintain_order="left"
        )
        .rename({"home_urn": "home_urn_written"})
        .join(settled.linked.rename({"method": "school_method"}), on="nomination_id", maintain_order="left")
    )
    for name, table in (
        ("leaders", settled.leaders),
        ("role_holdings", settled.role_holdings),
        ("ended_holdings", settled.ended_holdings),
        ("supports", settled.supports),
        ("nominations", nominations),
    ):
        write_csv(table, folder / f"{name}.csv")
    write_graphml(settled.supports, inputs.schools, folder / "network.graphml")
    review = folder / REVIEW
    if settled.questions.height:
        write_review(settled.questions, review)
    write_text(record.as_json(), folder / "provenance.json")
    write_text(NOTE, folder / "READ-ME-FIRST.txt")
    waiting = settled.questions.filter(pl.col("decision").is_null()).height
    return RestrictedFiles(folder, review if waiting else None)


def _sweep(folder: Path) -> None:
    """Remove what a run left that was killed (no power, no memory): it holds people, and nobody would look there."""
    if os.name != "posix":
        return
    for left in folder.parent.glob(f".{folder.name}.*.fresh"):
        process = left.name.split(".")[-2]
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except (PermissionError, ValueError, OverflowError):
            continue


def _listed(folder: Path) -> dict[str, str]:
    """Files of the run before and their hashes; none where there is no readable manifest. Plain names only."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {name: sha256 for name, sha256 in listed.items() if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
