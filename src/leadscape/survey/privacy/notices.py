"""What somebody who was named by others must be told (UK GDPR, Article 14), written for each person.

Sources
-------
Regulation (EU) 2016/679 as it forms part of the law of the United Kingdom, Articles 14 (what must be told), 15
(access), 16 (correction), 17 (erasure), 18 (restriction), 21 (objection), 77 (complaint).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.core.errors import FileProblem, StudyProblem
from leadscape.survey.privacy.pages import page

if TYPE_CHECKING:
    from collections.abc import Mapping

BASES: Final[dict[str, str]] = {
    "consent": "you agreed to it (Article 6(1)(a))",
    "public_task": "it is needed for a task carried out in the public interest (Article 6(1)(e))",
    "legitimate_interests": "it is needed for a legitimate interest that your own interests do not outweigh "
    "(Article 6(1)(f))",
    "recognised_legitimate_interests": "it is needed for a recognised legitimate interest (Article 6(1)(ea))",
    "legal_obligation": "the law requires it (Article 6(1)(c))",
}
SENDERS: Final = {"authority": "your local authority", "agency": "a national agency", "network": "a network"}


@dataclass(frozen=True)
class NoticeSettings:
    """Who answers for the study and how; every entry is text of ``notice.toml``.

    Attributes
    ----------
    controller, contact
        Name, and an address that a person can write to.
    data_protection_officer
        How to reach them, or ``none``.
    purpose
        What the study is for, to go on from "The study is for".
    lawful_basis
        One of :data:`BASES`.
    basis_explained
        Which task, interest or law it is, in a sentence.
    recipients
        Who sees the data, to go on from "It is seen by".
    transfers
        Whether data leave the country and with which safeguards; ``none`` if they do not.
    retention
        How long it is kept, to go on from "It is kept".
    complaints
        Name and address of the supervisory authority.
    """

    controller: str
    contact: str
    data_protection_officer: str
    purpose: str
    lawful_basis: str
    basis_explained: str
    recipients: str
    transfers: str
    retention: str
    complaints: str


def read_notice_settings(path: Path) -> NoticeSettings:
    """The ``[notice]`` section of a TOML file.

    Raises
    ------
    FileProblem
        When it cannot be read as TOML.
    StudyProblem
        Listing every entry that is missing, blank or not understood: a notice with a gap is no notice.
    """
    try:
        raw: Any = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileProblem(
            f"{path.name} cannot be read as TOML ({getattr(error, 'strerror', None) or error}).",
            "The notices take from it who answers for the study.",
            "Write one with a section [notice]; the page `Answer a person` of the documentation shows it.",
        ) from error
    section = raw.get("notice")
    given: Mapping[str, Any] = section if isinstance(section, dict) else {}
    names = [field.name for field in fields(NoticeSettings)]
    problems = [f"[notice] lacks {name!r}." for name in names if name not in given]
    problems += [
        f"[notice] {name} must be text, and not blank."
        for name in names
        if name in given and not (isinstance(given[name], str) and given[name].strip())
    ]
    problems += [f"[notice] {name!r} is not understood." for name in given if name not in names]
    basis = given.get("lawful_basis")
    if isinstance(basis, str) and basis.strip() and basis not in BASES:
        problems.append(f"[notice] lawful_basis must be one of {', '.join(BASES)}, not {basis!r}.")
    if problems:
        raise StudyProblem(
            f"{path.name} has {len(problems)} problem{'s' * (len(problems) != 1)}: {' '.join(problems)}",
            "Somebody who is told with gaps is not told.",
            "Fill in every entry.",
            tuple(problems),
        )
    return NoticeSettings(**{name: given[name].strip() for name in names})


def notice_html(
    leader_id: str,
    lines: pl.DataFrame,
    holdings: pl.DataFrame,
    study: str,
    dated: date,
    settings: NoticeSettings,
) -> str:
    """The notice for one person.

    Parameters
    ----------
    lines
        What was said about them, as :func:`~leadscape.survey.privacy.record.describe_lines` gives it.
    holdings
        ``role`` (its label) and ``school`` (name; may be null): what the study takes from it.
    dated
        Date that the notice bears.
    """
    said = "".join(f"<li>{_statement(line)}</li>\n" for line in lines.iter_rows(named=True))
    taken = "".join(
        f"<li>{escape(role)}{f', {escape(school)}' if school else ''}</li>\n"
        for role, school in holdings.select("role", "school").unique().sort("role", "school").iter_rows()
    )
    officer = (
        ""
        if settings.data_protection_officer.lower() == "none"
        else f" The data protection officer: {escape(settings.data_protection_officer)}."
    )
    transfers = (
        "It does not leave the country."
        if settings.transfers.lower() == "none"
        else f"It leaves the country: {escape(_ended(settings.transfers))}"
    )
    consent = "<li>take back your consent at any time;</li>\n" if settings.lawful_basis == "consent" else ""
    body = f"""<h1>You have been named in a study</h1>
<p>{dated.isoformat()} · {escape(study)} · your reference: {escape(leader_id)}</p>
<p>Somebody told a study that you lead improvement beyond your own school. You did not tell us yourself, so we are
telling you what we hold, where it comes from, and what you can do about it.</p>
<h2>Who answers for it</h2>
<p>{escape(settings.controller)}. Write to: {escape(settings.contact)}.{officer}</p>
<h2>Who named you, and what they said</h2>
<p>We took none of this from a public source. It was sent to us by those who were asked:</p>
<ul>
{said}</ul>
<h2>What we take from it</h2>
{f"<ul>{chr(10)}{taken}</ul>" if taken else "<p>Nothing yet: somebody must first decide what is meant.</p>"}
<p>We hold your name, your role, your school, the schools that you are said to support, dates and notes as quoted above,
what we take from them, and nothing else about you.</p>
<h2>What it is for</h2>
<p>The study is for {escape(_ended(settings.purpose))} We may hold it because {BASES[settings.lawful_basis]}:
{escape(_ended(settings.basis_explained))}</p>
<p>No decision about you is made by a computer alone, and nobody is ranked in this study.</p>
<h2>Who sees it</h2>
<p>It is seen by {escape(_ended(settings.recipients))} {transfers}
What is published is counts, in which nobody is named.</p>
<h2>How long</h2>
<p>It is kept {escape(_ended(settings.retention))}</p>
<h2>What you can do</h2>
<p>Write to the address above and give your reference. You may:</p>
<ul>
<li>object to being in the study at all; we then leave you out, and out of later rounds as far as we can tell;</li>
<li>have anything that is wrong put right;</li>
<li>see everything that is held about you, as a copy;</li>
<li>have it erased, or have its use limited while you and we look into it;</li>
{consent}<li>complain to {escape(_ended(settings.complaints))}</li>
</ul>
<p>You need give no reason, and it has no consequence for you or your school.</p>
"""
    return page("You have been named in a study", body)


def _statement(line: Mapping[str, Any]) -> str:
    """One line of a return as a sentence with the exact words in it."""
    sender = SENDERS.get(str(line["sender"]), "a respondent")
    who = f"{sender}, {line['said_by']}" if line["said_by"] else f"{sender} ({line['respondent_id']})"
    words = [f"name “{line['leader_name']}”"]
    for label, key in (
        ("role", "role_text"),
        ("school", "home_school"),
        ("school number", "home_urn"),
        ("authority", "authority"),
        ("schools supported", "partner_schools"),
        ("from", "started_on"),
        ("to", "ended_on"),
        ("notes", "notes"),
    ):
        if line[key] is not None:
            words.append(f"{label} “{line[key]}”")
    return escape(f"{who[0].upper()}{who[1:]}, wrote: {', '.join(words)}.")


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
