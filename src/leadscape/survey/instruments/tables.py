"""Tables that instruments make: answers, forms as they were recognised, problems in them, changes between versions."""

from __future__ import annotations

import dataframely as dy

from leadscape.core.tables import Table

ANSWER_STATUSES = (
    "answered",
    "answered_against_rule",
    "not_answered",
    "skipped_by_rule",
    "not_understood",
    "not_asked",
    "withheld",
)
RECOGNISED_BY = ("hidden_sheet", "headings")
CONSENTS = ("given", "refused", "blank", "not_asked")
USES = ("used", "no_consent", "not_eligible", "eligibility_unknown")
SEVERITIES = ("problem", "notice")
CHANGES = (
    "added",
    "removed",
    "reworded",
    "help_reworded",
    "retyped",
    "options_changed",
    "limits_changed",
    "skip_rule_changed",
    "requirement_changed",
    "language_added",
    "language_removed",
    "consent_reworded",
)
COMPARABLE = ("yes", "check", "no")


class Answers(Table):
    """One row is one question of one form, or of one line of a section that repeats. Personal data.

    A missing row means that the form does not reach the question: another part of a dyad is asked it, or the line was
    left blank. A question that was asked and not answered has a row that says so. ``value`` is there for ``answered``
    and ``answered_against_rule`` only; it is never made up.

    ``not_asked``: the form lacks the question, so nobody was asked. ``skipped_by_rule``: an earlier answer says that it
    does not arise. ``answered_against_rule``: it was answered all the same, which is kept and reported.
    ``withheld``: consent was refused or left blank, so the answer is not used and not held here.
    """

    file = dy.String(description="File name of the form", primary_key=True)
    respondent_id = dy.String(nullable=True)
    instrument = dy.String()
    version = dy.Int64(min=1)
    question = dy.String(primary_key=True, description="Question id of the instrument")
    item = dy.Int64(
        primary_key=True, min=0, description="Row of the line on its sheet; 0 for a question asked once"
    )
    status = dy.Enum(ANSWER_STATUSES)
    value = dy.String(
        nullable=True,
        description="Option id, ISO date, number, or the words; several options are joined with '; '",
    )
    written = dy.String(nullable=True, description="As written, where it was not understood or differs")


class Forms(Table):
    """One row is one form that came back, as it was recognised. A missing row means that no such file was given."""

    file = dy.String(primary_key=True)
    instrument = dy.String()
    version = dy.Int64(min=1)
    content_hash = dy.String(description="Of the instrument that the form was made from")
    respondent_id = dy.String(nullable=True, description="Null where neither the form nor its file name says")
    entry_id = dy.String(nullable=True, description="What the form asks about, such as a role-holding")
    dyad_id = dy.String(nullable=True)
    part = dy.String(nullable=True, description="Part of the dyad")
    language = dy.String()
    recognised_by = dy.Enum(RECOGNISED_BY)
    certainty_share = dy.Float64(
        min=0, max=1, description="Questions of the instrument that the form holds, out of those it should"
    )
    consent = dy.Enum(CONSENTS)
    use = dy.Enum(USES, description="Whether its answers are used, or why not")
    answered = dy.Int64(min=0, description="Questions answered, lines of repeating sections included")


class FormProblems(Table):
    """One row is one thing to look at in a form. A ``problem`` must be settled; a ``notice`` says what was assumed.

    A missing row means that nothing was found. Rows count as a spreadsheet does.
    """

    file = dy.String()
    severity = dy.Enum(SEVERITIES)
    sheet = dy.String(nullable=True)
    row = dy.Int64(nullable=True, description="Null for the whole form")
    column = dy.String(nullable=True, description="Question id, or the column as the file names it")
    value = dy.String(nullable=True, description="As written")
    rule = dy.String(description="What was expected, or what was assumed, as a sentence")


class InstrumentChanges(Table):
    """One row is one difference between two versions of an instrument. A missing row means no difference."""

    question = dy.String(description="Question id; `instrument` for what belongs to none")
    change = dy.Enum(CHANGES)
    language = dy.String(nullable=True)
    before = dy.String(nullable=True)
    after = dy.String(nullable=True)
    comparable = dy.Enum(
        COMPARABLE,
        description="Whether answers to both versions may be put together: yes; only after a person looked; no",
    )
