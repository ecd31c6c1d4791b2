"""Tables that only a report holds: what became of the rows read, who answered, what is still open."""

from __future__ import annotations

import dataframely as dy

from leadscape.core.tables import Table
from leadscape.survey.tables import RESPONDENT_KINDS, RESPONSES


class ReadingCounts(Table):
    """One row is one outcome of the rows of one file. The rows of a file add up to the rows read.

    A missing row means that no row of the file ended so.
    """

    file = dy.String(description="File as the study names it")
    outcome = dy.String(description="Used, out of scope, problem, duplicate …")
    reason = dy.String(nullable=True, description="Why, in the words of the format's rule")
    rows = dy.Int64(
        nullable=True, min=0, description="Rows; null where they would tell a suppressed number of people"
    )


class ResponseCounts(Table):
    """One row is one answer of one kind of respondent. A missing row means that no respondent answered so."""

    kind = dy.Enum(RESPONDENT_KINDS, primary_key=True)
    response = dy.Enum(RESPONSES, primary_key=True)
    respondents = dy.Int64(min=0)
    nominations = dy.Int64(
        nullable=True, min=0, description="Rows they returned; null where so few are suppressed"
    )


class UnderstoodLines(Table):
    """One row is one way in which lines of returns were understood: what was asked, and how it was answered.

    A missing row means that no line was understood in this way. The lines of one question add up to all of them.
    """

    question = dy.Enum(
        ("role", "home school", "partner school", "person"),
        primary_key=True,
        description="What a line had to tell",
    )
    how = dy.String(primary_key=True, description="By which rule, by a person's decision, or not yet")
    lines = dy.Int64(
        nullable=True,
        min=0,
        description="Lines, or mentions of partner schools; null where so few are suppressed",
    )
    expected_wrong = dy.Float64(
        nullable=True,
        min=0,
        description="How many of them are expected to be wrong, by the probabilities; null where none is known",
    )


class OpenQuestions(Table):
    """One row is one kind of question that nobody has settled yet. A missing row means that none is open."""

    question = dy.String(primary_key=True, description="The question as a sentence")
    open = dy.Int64(
        nullable=True,
        min=0,
        description="Times it is still open; null where every count of people is suppressed",
    )


class HomePoints(Table):
    """One row is the place of one role-holding's home school that may be shown.

    A missing row means that the holding has no located home school, or that showing it would give away a suppressed
    count; the number of those is stated beside the map.
    """

    x = dy.Float64(description="Planar metres, as the shapes of the authorities")
    y = dy.Float64(description="Planar metres, as the shapes of the authorities")
    origin = dy.String(
        description="Origin id of the codebook, or withheld where it would tell a suppressed count"
    )


class KeyFigures(Table):
    """One row is one figure that stands first in the report, in words, most important first.

    A missing row means that the figure is not known, or hidden.
    """

    label = dy.String(primary_key=True, description="What the figure is of")
    value = dy.String(description="The figure as it is written")
    basis = dy.String(description="What it rests on: its denominator or interval")
    source = dy.String(description="Where it comes from")


class Statements(Table):
    """One row is one sentence that the report says about a part of it.

    A missing row means that there is nothing to say. A sentence of the kind ``absence`` stands where its table is
    empty, or below it where the table is thinned out to protect people.
    """

    place = dy.Int64(primary_key=True, min=1, description="Order in the report")
    subject = dy.String(description="Table or part of the report that it is about")
    kind = dy.Enum(
        ("finding", "unknown", "note", "no bar", "key", "absence"),
        description="What it says: a finding, what is not known, what to bear in mind, what a chart leaves out, what "
        "a name means, why something is not there",
    )
    statement = dy.String(description="The sentence, with its figures")


class NetworkFigures(Table):
    """One row is one figure of the support network. Only ties that a return names.

    A missing row means that it is not known or hidden; no row at all, that the network is.
    """

    figure = dy.String(primary_key=True, description="What is counted")
    number = dy.Int64(min=0, description="Count")
    of = dy.Int64(nullable=True, min=0, description="Out of how many; null where the count is no part")


class ConcentrationFigures(Table):
    """The one row is how unevenly role-holdings are spread over authorities whose total is shown.

    No row where too few totals can be shown.
    """

    gini = dy.Float64(min=0, max=1, description="Gini coefficient: 0 all equal, 1 all in one authority")
    gini_low = dy.Float64(min=0, max=1, description="Lower end of its 95 % interval, bootstrap")
    gini_high = dy.Float64(min=0, max=1, description="Upper end")
    authorities = dy.Int64(min=1, description="Authorities whose total is shown")
