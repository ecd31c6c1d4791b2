"""The screens of the landscape: which question each answers, and which published tables, charts and sentences it shows.

Declared as data, so that views, templates, the API and tests read the same list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadscape_web.landscape.published import needed_for


@dataclass(frozen=True)
class Part:
    """One part of a screen.

    Attributes
    ----------
    lead
        What the part shows, said before it.
    views
        Tables of the report, as ``leadscape.actions.show_published`` names them.
    figures
        Drawings of the study, by name; a name that ends in ``_`` stands for all that start so.
    subjects
        What the sentences shown are about.
    linked
        Tables that are too long for the screen, so that it leads to them.
    """

    id: str
    heading: str
    lead: str = ""
    views: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Screen:
    """One screen: a question of the landscape and its parts."""

    slug: str
    title: str
    question: str
    parts: tuple[Part, ...]

    @property
    def tables(self) -> set[str]:
        """Published tables that the screen reads."""
        return needed_for(view for part in self.parts for view in part.views) | {"statements"}


EXTENT: Final = Screen(
    "extent",
    "Extent",
    "How many lead beyond their own school, and in which roles?",
    (
        Part(
            "roles",
            "By role and origin",
            "A system leader takes on a role beyond their own school and shares responsibility for improvement "
            "elsewhere. Role-holdings, and the people who hold them, are counted apart: one person may hold several "
            "roles.",
            ("extent",),
            ("extent",),
            ("extent",),
        ),
        Part(
            "kinds",
            "By kind of leadership",
            "The taxonomy of Hopkins and Higham (2007) distinguishes five kinds. It is a second classification beside "
            "the roles, reached through a crosswalk in the codebook.",
            ("kinds",),
            (),
            ("kinds",),
        ),
        Part(
            "doubt",
            "If open questions are answered one way or another",
            "What respondents wrote is not always clear. Here every doubt is carried through to the counts.",
            ("doubt",),
            (),
            ("doubt",),
        ),
    ),
)
DISTRIBUTION: Final = Screen(
    "distribution",
    "Distribution",
    "Where do they lead, and how evenly are they spread?",
    (
        Part(
            "authorities",
            "Authorities",
            "Local roles reach the study through authorities, national ones through agencies. Where an authority did "
            "not answer, its total is unknown, whatever the agencies reported.",
            ("authorities",),
            ("map_rates",),
            ("authorities",),
        ),
        Part("bands", "Few, some and many", "", ("bands",), ("bands",), ("bands",)),
        Part(
            "inequality",
            "Inequality",
            "If every authority had the same number of role-holdings, the curve would be the straight line.",
            ("lorenz",),
            ("lorenz",),
            ("concentration",),
        ),
        Part("cold-spots", "Cold spots", "", ("cold_spots",), (), ("cold_spots",)),
        Part("regions", "Regions", "", ("regions",), (), ("regions",)),
        Part("phases", "Phases", "", ("phases",), ("phases",), ("phases",)),
    ),
)
PREVALENCE: Final = Screen(
    "prevalence",
    "Prevalence",
    "How many may there be in all, and how sure are we?",
    (
        Part(
            "estimates",
            "Estimates",
            "Counts are what was reported. Estimates say what may be there, and each stands with its interval, its "
            "method and what must be true for it to hold. An interval covers chance only, not a wrong assumption.",
            ("estimates", "assumptions"),
            ("estimates_",),
            ("estimates",),
        ),
        Part(
            "sensitivity",
            "If silent authorities differ from the others",
            "No data can say how many leaders an authority has that did not answer. This is the range of answers that "
            "the returns leave open.",
            ("sensitivity",),
            ("sensitivity",),
            ("sensitivity",),
        ),
        Part(
            "models",
            "What overlapping lists suggest",
            "Leaders who stand on several lists of one role tell how many may stand on none. The answer depends on how "
            "the lists depend on each other, which no data can settle, so each role has a range of models and no "
            "single figure. In the charts, a hollow dot is a model that the data rule out or cannot support.",
            ("models",),
            ("models_",),
            ("models",),
        ),
    ),
)
NETWORK: Final = Screen(
    "network",
    "Network",
    "Who supports whom, and which schools hang on a single person?",
    (
        Part(
            "ties",
            "Ties of support",
            "Returns may name the schools that a leader supports. Together these ties are a network: who gives, who "
            "receives, and which schools depend on a single person.",
            ("network",),
            (),
            ("network",),
        ),
        Part("reach", "Reach", "", ("reach",), (), ("reach",)),
    ),
)
WAVES: Final = Screen(
    "waves",
    "Waves",
    "What has changed since an earlier count?",
    (Part("baseline", "Beside the published count", views=("baseline",)),),
)
QUALITY: Final = Screen(
    "quality",
    "Quality",
    "How good are the data, and where do they come from?",
    (
        Part(
            "response",
            "Response",
            "Somebody who did not answer is unknown, never a zero.",
            ("responses", "response_rates", "schools_covered"),
            (),
            ("responses",),
        ),
        Part("reading", "Reading", "", ("reading",), (), ("reading",)),
        Part("understanding", "Understanding", "", ("understanding",), (), ("understanding",)),
        Part("questions", "Open questions", "", ("open_questions",), (), ("open_questions",)),
        Part("validation", "Validation", "", ("validation",), (), ("validation",)),
        Part("consistency", "Consistency", "", ("consistency",), (), ("consistency",)),
        Part("provenance", "Where the figures come from", "", ("run",), (), (), ("inputs",)),
    ),
)
SCREENS: Final = (EXTENT, DISTRIBUTION, PREVALENCE, NETWORK, WAVES, QUALITY)
BY_SLUG: Final = {screen.slug: screen for screen in SCREENS}
VIEWS: Final = tuple(
    dict.fromkeys(view for screen in SCREENS for part in screen.parts for view in part.views + part.linked)
)
"""Every table that has an address of its own."""
EMPTY: Final[dict[str, str]] = {
    "doubt": "Every question about the returns is decided, so there is no doubt to carry through.",
    "lorenz": "The points of the curve are suppressed, or too few totals can be shown.",
    "open_questions": "No question about a person, a school or a role is open.",
    "validation": "No sample of entries was checked with the leaders’ schools, so nobody can say how often they are "
    "wrong.",
    "understanding": "No count of how lines were understood was kept.",
    "cold_spots": "Cold spots were not looked for.",
    "network": "No return names a school that a leader supports.",
    "reach": "No tie names a partner school that the register holds, so there is no reach to show.",
    "responses": "No list of respondents was given, so nobody can say who was asked.",
    "estimates": "No estimate was made.",
    "sensitivity": "What silent authorities could change was not worked out.",
    "models": "No role is named by two lists that share enough people, so nothing can be said of leaders on no list.",
    "reading": "No count of the rows read was kept.",
    "consistency": "The checks of the tables against themselves found nothing to query.",
}
"""What stands in the place of a table that is not there, where the study itself gives no reason."""
