"""Words of the form itself, in English; an instrument in another language brings its own."""

from __future__ import annotations

from typing import Final

ENGLISH_WORDS: Final[dict[str, str]] = {
    "yes": "Yes",
    "no": "No",
    "start": "Start here",
    "answers": "Answers",
    "number": "No.",
    "question": "Question",
    "how": "How to answer",
    "answer": "Answer",
    "consent": "Consent",
    "notice": "People named here",
    "for": "For",
    "required": "Needed.",
    "choose_one": "Choose one.",
    "choose_or_write": "Choose one, or write your own words.",
    "choose_several": "Choose all that apply.",
    "several_in_a_cell": "Several are separated by a semicolon.",
    "as_date": "A date such as 2005-09-01.",
    "as_number": "A number.",
    "between": "From {low} to {high}.",
    "only_if": "Only if you answered {answers} to question {number}.",
    "or": "or",
    "own_words": "Or in your own words",
    "shown": "We hold: {value}",
    "nothing_held": "nothing",
    "line": "Line",
    "lines": "One line each. Add lines on another sheet if you need more.",
    "lines_workbook": "One line each, on the sheet {sheet}.",
    "print": "This page sends and keeps nothing. Fill it in on paper, or on the screen and print it.",
    "skip_link": "Skip to the questions",
    "made_from": "Form {id}, version {version} ({hash})",
}
"""Key to word; ``{…}`` is filled in by the form."""
