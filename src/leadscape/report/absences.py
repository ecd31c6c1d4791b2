"""Why a table, figure or measure is not on the page: one sentence each, true of this study.

The landscape in, sentences out. What was left out to protect people is said to be; so is what does not arise and what
too few returns can bear. A sentence never tells more about a hidden count than that something is hidden.
"""

from __future__ import annotations

import polars as pl

from leadscape.core.missing import REPORTED, SUPPRESSED
from leadscape.landscape.concentration import FEWEST_AUTHORITIES
from leadscape.landscape.results import Landscape
from leadscape.report.contents import ReportContents
from leadscape.report.wording import plural, whole

HIDDEN = "to protect people, because it would tell counts that are suppressed"


def absences(contents: ReportContents) -> dict[str, str]:
    """Name of a table to the sentence that stands in its place, or below it where it is only thinned out."""
    landscape = contents.landscape
    return {
        "estimates": _estimates(contents),
        "doubt": "What doubt about single roles does is left out where their count is suppressed."
        if "doubt" in landscape.withheld
        else "",
        "sensitivity": _sensitivity(contents),
        "models": _models(landscape),
        "network": f"The network is suppressed {HIDDEN.removeprefix('to protect people, ')}."
        if "network" in landscape.withheld
        else "",
        "reach": _reach(landscape),
        "concentration": _concentration(landscape),
        "cold_spots": _cold_spots(landscape),
        "consistency": _consistency(landscape),
        "responses": "No list of respondents was given, so nobody can say who was asked.",
        "reading": "No count of the rows read was kept.",
    }


def _estimates(contents: ReportContents) -> str:
    landscape = contents.landscape
    if "estimates" in landscape.withheld:
        which = "Some estimates are" if landscape.estimates.height else "The estimates are"
        return f"{which} left out {HIDDEN.replace('it would', 'they would')}."
    if landscape.estimates.height:
        return ""
    reasons = [note for note in contents.notes if note.startswith(("No adjustment", "No prevalence"))]
    return " ".join(["No estimate was made.", *reasons])


def _sensitivity(contents: ReportContents) -> str:
    landscape = contents.landscape
    if "sensitivity" in landscape.withheld:
        return f"What silent authorities could change is left out {HIDDEN}."
    if landscape.sensitivity.height:
        return ""
    answers = landscape.authorities["response"].cast(pl.String)
    if not answers.is_in(["silent", "answered", "answered_none"]).any():
        return "No authority was asked, so the question does not arise."
    if not answers.is_in(["answered", "answered_none"]).any():
        return "No authority answered, so nothing is known that silent ones could be compared with."
    if not (answers == "silent").any():
        return "No authority stayed silent, so there is nothing to vary."
    reasons = [note for note in contents.notes if note.startswith("No adjustment")]
    return " ".join(["What silent authorities could change was not worked out.", *reasons])


def _models(landscape: Landscape) -> str:
    if "models" in landscape.withheld:
        whose = "Models of roles whose number of people is suppressed are left out."
        return whose if landscape.models.height else f"Nothing can be shown of overlapping lists. {whose}"
    if landscape.models.height:
        return ""
    return "No role is named by two lists that share enough people, so nothing can be said about leaders on no list."


def _reach(landscape: Landscape) -> str:
    if "reach" in landscape.withheld:
        return (
            "How far single leaders and schools reach is left out to protect people: each figure would be that of one "
            "leader or one school."
        )
    return "No tie names a partner school that the register holds, so there is no reach to show."


def _shown(landscape: Landscape) -> tuple[int, int]:
    """Authorities whose total is shown, and whose total is suppressed."""
    status = landscape.authorities["holdings_status"].cast(pl.String)
    return int((status == REPORTED).sum()), int((status == SUPPRESSED).sum())


def _concentration(landscape: Landscape) -> str:
    if landscape.concentration is not None:
        return ""
    shown, hidden = _shown(landscape)
    if shown >= FEWEST_AUTHORITIES:
        return "No authority whose total is shown has a role-holding, so there is nothing to spread."
    also = f" That of {plural(hidden, 'authority')} is suppressed." if hidden else ""
    have = "have" if shown > 1 else "has"
    many = plural(shown, "authority") if shown else "No authority"
    return (
        f"{many} {have} a total that can be shown.{also} It takes {FEWEST_AUTHORITIES} to say how unevenly "
        "role-holdings are spread."
    )


def _cold_spots(landscape: Landscape) -> str:
    shown, _ = _shown(landscape)
    if landscape.concentration is None and shown >= FEWEST_AUTHORITIES:
        return "No authority whose total is shown has a role-holding, so none has fewer than others."
    if landscape.concentration is None:
        return "Cold spots were not looked for, since the totals of so few authorities can be compared."
    others = "" if shown == landscape.authorities.height else " Nothing is said of the other authorities."
    return (
        f"None of the {whole(shown)} authorities whose total is shown is far below what its number of schools would "
        f"lead one to expect.{others}"
    )


def _consistency(landscape: Landscape) -> str:
    if "consistency" in landscape.withheld:
        rest = "Some findings are" if landscape.consistency.height else "What was found is"
        return (
            f"{rest} left out to protect people, because findings quote counts, and some counts are "
            "suppressed or rounded."
        )
    if landscape.consistency.height:
        return ""
    return "The checks of the tables against themselves found nothing to query."
