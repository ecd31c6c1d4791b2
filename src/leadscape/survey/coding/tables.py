"""Tables of coding: what was written, what is coded in it, who said so, what was suggested, and what it amounts to."""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from leadscape.core.tables import Table

PERMISSIONS: Final = ("given", "with_pseudonym", "not_given", "unknown")
STEPS: Final = ("coding", "adjudication")
METHODS: Final = ("label", "alias", "example", "same_words", "nearest")
OUTCOMES: Final = ("accepted_first", "accepted_other", "overruled", "none_right")
CHANGES: Final = ("renamed", "merged", "split", "dropped")


class Sources(Table):
    """One row is one answer in somebody's own words. Personal data.

    A missing row means that nothing was written. Answers of respondents who withdrew are left out.
    """

    source_id = dy.String(primary_key=True, description="From question, respondent and text, unless given")
    text = dy.String(min_length=1, description="As written; positions in it count characters")
    respondent_id = dy.String(nullable=True)
    question = dy.String(nullable=True, description="Id of the question it answers")
    dyad = dy.String(nullable=True, description="Shared by a leader and the second respondent of the school")
    pseudonym = dy.String(nullable=True, description="What the respondent is called wherever words are shown")
    permission = dy.Enum(
        PERMISSIONS, description="To quote: given, only with pseudonym, not given, or unknown (shown never)"
    )


class Segments(Table):
    """One row is one stretch of an answer that is coded by itself. Personal data.

    A missing row means that the stretch is no segment, so nobody is asked about it. Positions are half-open.
    """

    segment_id = dy.String(primary_key=True, description="From source, positions and text")
    source_id = dy.String()
    start = dy.Int64(min=0, description="First character, counted from 0")
    end = dy.Int64(min=1, description="Character after the last")
    text = dy.String(min_length=1)

    @dy.rule()
    def text_is_as_long_as_its_place(cls) -> pl.Expr:
        return pl.col("text").str.len_chars().cast(pl.Int64) == pl.col("end") - pl.col("start")


class SegmentCodings(Table):
    """One row is one code that one decision gives to a segment. Rows are added and never changed.

    A decision is everything a coder says about a segment at one time: its rows share ``decision_id``. A later decision
    of the same coder replaces an earlier one whole by naming it. The code ``none`` says that the segment was read and
    no code applies; a missing row says that nobody has decided.
    """

    decision_id = dy.String(primary_key=True, description="From all that the decision says")
    segment_id = dy.String()
    code = dy.String(primary_key=True, description="Code of the scheme of its time, or none")
    coder = dy.String(description="Who decided")
    coded_on = dy.Date(description="As the coder states it")
    round = dy.Int64(min=1, description="Round of coding")
    step = dy.Enum(
        STEPS,
        description="Independent coding, a decision between coders, or a change of the scheme carried out",
    )
    memo = dy.String(nullable=True, description="The coder's note; of an adjudication, why")
    supersedes = dy.String(nullable=True, description="The decision that this one replaces")
    recoded_by = dy.String(
        nullable=True,
        description="Who carried a change of the scheme through; null for a decision of the coder's own",
    )

    @dy.rule()
    def an_adjudication_says_why(cls) -> pl.Expr:
        return (pl.col("step") != "adjudication") | pl.col("memo").is_not_null()


class Recodes(Table):
    """One row is what became of one code of a scheme. A missing row means that the code stayed as it was."""

    code = dy.String(primary_key=True)
    change = dy.Enum(
        CHANGES, description="Renamed or merged: carried out; split or dropped: a person codes again"
    )
    becomes = dy.List(
        dy.String(), description="Codes of the new scheme; one for renamed and merged, none for dropped"
    )
    why = dy.String()
    decided_by = dy.String()
    decided_on = dy.Date()

    @dy.rule()
    def becomes_as_many_codes_as_its_change_says(cls) -> pl.Expr:
        many = pl.col("becomes").list.len()
        return (
            pl.when(pl.col("change").is_in(["renamed", "merged"]))
            .then(many == 1)
            .when(pl.col("change") == "split")
            .then(many >= 2)
            .otherwise(many == 0)
        )


class Suggestions(Table):
    """One row is one code that the software offers for a text. A suggestion is not a coding until a person accepts it.

    A missing row means that nothing came near enough.
    """

    text_id = dy.String(primary_key=True)
    rank = dy.Int64(primary_key=True, min=1)
    code = dy.String()
    nearness = dy.Float64(min=0, max=100, description="0-100; how near the words are, no probability")
    method = dy.Enum(METHODS)
    reason = dy.String(description="Why it is offered, for the coder")


class SuggestionOutcomes(Table):
    """One row is what a coder made of the suggestions for one segment.

    A missing row means that the segment was coded without suggestions, or is not decided.
    """

    segment_id = dy.String(primary_key=True)
    coder = dy.String(primary_key=True)
    round = dy.Int64(primary_key=True, min=1)
    suggested = dy.List(dy.String(), description="Codes offered, best first")
    method = dy.Enum(
        METHODS, nullable=True, description="How the first was found; null where not known any more"
    )
    codes = dy.List(dy.String(), description="Codes given")
    outcome = dy.Enum(
        OUTCOMES, description="The first was taken, another was, a code not offered was, or no code applies"
    )


class AcceptanceShares(Table):
    """One row is how often one outcome came about, over all methods (``method`` null) or where one found the first."""

    method = dy.Enum(METHODS, nullable=True)
    outcome = dy.Enum(OUTCOMES)
    segments = dy.Int64(min=0)
    of = dy.Int64(min=1, description="Segments decided that had suggestions")
    outcome_share = dy.Float64(min=0, max=1)
    low = dy.Float64(min=0, max=1, description="Exact (Clopper-Pearson) 95 % interval")
    high = dy.Float64(min=0, max=1)


class RoleSuggestions(Table):
    """One row is how probable one role is for one wording. Probabilities of a wording add up to 1, ``none`` included.

    A missing row does not occur: every wording has every role of the codebook.
    """

    role_text = dy.String(primary_key=True, description="As written")
    rank = dy.Int64(min=1, description="1 is the most probable")
    role = dy.String(primary_key=True, description="Role id of the codebook, or none: the words name no role")
    probability = dy.Float64(min=0, max=1)
    reason = dy.String()


class CodeBySource(Table):
    """One row is how often one code stands in one answer that was read. Personal data.

    A source without rows was not read: unknown, never zero. Where fewer segments are ``decided`` than ``cut``, the
    count is the least it can be.
    """

    source_id = dy.String(primary_key=True)
    respondent_id = dy.String(nullable=True)
    code = dy.String(primary_key=True)
    segments = dy.Int64(min=0, description="Segments that bear it")
    is_present = dy.Bool()
    decided = dy.Int64(min=1, description="Segments of the source with a settled coding")
    cut = dy.Int64(min=1, description="Segments of the source")


class ThemeSummary(Table):
    """One row is what was found under one theme, or under one code (``code`` not null) of it.

    Counts of people and words, not of how common something is: respondents of such a study are chosen, not drawn.
    """

    theme = dy.String(nullable=True, description="Null for a code outside every theme")
    theme_label = dy.String(nullable=True)
    code = dy.String(nullable=True)
    code_label = dy.String(nullable=True)
    respondents = dy.Int64(min=0, description="Respondents in whose answers it stands")
    of_respondents = dy.Int64(min=0, description="Respondents of whom anything was read")
    sources = dy.Int64(min=0)
    segments = dy.Int64(min=0)
    codes = dy.Int64(min=0, description="Different codes that were used")
    is_small = dy.Bool(description="Fewer than five respondents")
    note = dy.String(nullable=True)


class CoOccurrence(Table):
    """One row is a pair of codes that stand together on at least one segment."""

    code = dy.String(primary_key=True)
    other = dy.String(primary_key=True)
    segments = dy.Int64(min=1, description="Segments that bear both")
    sources = dy.Int64(min=1, description="Sources of those segments")
    code_segments = dy.Int64(min=1, description="Segments that bear the first")
    other_segments = dy.Int64(min=1)


class Quotes(Table):
    """One row is one segment under one code in words that may be shown: permission given, names taken out.

    A missing row means that its source's permission does not allow it, or that no segment bears the code.
    """

    code = dy.String(primary_key=True)
    segment_id = dy.String(primary_key=True)
    said_by = dy.String(description="Pseudonym, or a respondent; never a name or an id")
    quote = dy.String(description="With [name] where a listed name stood")
    names_removed = dy.Int64(min=0)


class QuoteCounts(Table):
    """One row is how many segments of one code are shown as quotes, and why the others are not."""

    code = dy.String(primary_key=True)
    segments = dy.Int64(min=0)
    shown = dy.Int64(min=0)
    no_permission = dy.Int64(min=0, description="Not shown: permission not given or unknown")
    no_pseudonym = dy.Int64(min=0, description="Not shown: allowed with a pseudonym only, and there is none")
