"""Schools that a mention may mean, side by side: what the register says of each, and how far away it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

from django.db.models import Avg
from django.urls import reverse

from leadscape_web.govuk.wording import NOT_KNOWN
from leadscape_web.register.models import School
from leadscape_web.register.wording import phase_words, status_words
from leadscape_web.review.models import Question
from leadscape_web.review.wording import likely

EARTH_KM: Final = 6371.0


@dataclass(frozen=True)
class Cell:
    """One fact about one candidate."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class Candidate:
    """One possible answer.

    Attributes
    ----------
    value
        The answer as a decision has it.
    label
        Its name beside the button.
    hint
        What tells it from the others, in a sentence.
    facts
        Label to what is known, in the order of the comparison.
    """

    value: str
    label: str
    hint: str
    facts: dict[str, Cell]


def school_candidates(question: Question) -> tuple[Candidate, ...]:
    """Candidates of a question about a school, best first; three queries."""
    schools = {
        school.urn: school
        for school in School.objects.filter(urn__in=question.answers)
        .select_related("authority")
        .prefetch_related("other_names")
    }
    middle = _middle_of(question.authorities)
    return tuple(
        _candidate(urn, pct, evidence, schools.get(urn), middle)
        for urn, pct, evidence in zip(question.answers, question.chances_pct, question.evidence, strict=False)
    )


def _candidate(
    urn: str, pct: int, evidence: str, school: School | None, middle: tuple[float, float] | None
) -> Candidate:
    facts = {"Evidence": Cell(evidence), "Probability": Cell(likely(pct))}
    if school is None:
        return Candidate(urn, f"School {urn}", f"URN {urn}. {evidence}", {"URN": Cell(urn), **facts})
    former = sorted({one.name for one in school.other_names.all() if one.name != school.name})  # type: ignore[attr-defined]
    return Candidate(
        value=urn,
        label=school.name or urn,
        hint=f"{', '.join(part for part in (school.town, f'URN {urn}') if part)}. {evidence.capitalize()}.",
        facts={
            "Name": Cell(school.name or urn, reverse("register:school", args=[urn])),
            "Other names": Cell("; ".join(former) or "None in the files"),
            "Town": Cell(school.town or NOT_KNOWN),
            "Authority": Cell(school.authority.name if school.authority else NOT_KNOWN),
            "Phase": Cell(phase_words(school.phase) or NOT_KNOWN),
            "Status": Cell(status_words(school.status)),
            "Distance from the middle of the authority that said it": Cell(_distance(school, middle)),
            "Map": Cell(
                f"Map of open {phase.lower()} schools" if (phase := phase_words(school.phase)) else "Map",
                f"{reverse('landscape:map')}?phase={school.phase or ''}",
            ),
            **facts,
        },
    )


def _middle_of(authorities: Sequence[str]) -> tuple[float, float] | None:
    """Mean longitude and latitude of the schools of one authority; null where there are several or none."""
    if len(authorities) != 1:
        return None
    rows = School.objects.filter(authority__in=authorities, status="open")
    means = rows.aggregate(longitude=Avg("longitude"), latitude=Avg("latitude"))
    found = (means["longitude"], means["latitude"])
    return None if None in found else found


def _distance(school: School, middle: tuple[float, float] | None) -> str:
    if middle is None or school.longitude is None or school.latitude is None:
        return NOT_KNOWN
    return f"{great_circle_km(middle[0], middle[1], school.longitude, school.latitude):.0f} km"


def great_circle_km(
    longitude: float, latitude: float, other_longitude: float, other_latitude: float
) -> float:
    """Kilometres between two places on a sphere, by the haversine formula; degrees."""
    east, north = radians(other_longitude - longitude), radians(other_latitude - latitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(chord))
