"""How good the data are and where they come from: reading, response, open questions, consistency, provenance."""

from __future__ import annotations

import polars as pl

from leadscape.core.provenance import InputFile
from leadscape.report.contents import ReportContents
from leadscape.report.views import Shown, TableView, show_rows, show_table
from leadscape.report.wording import listed, plural, spaced, whole

ANSWER_WORDS = {
    "answered": "answered",
    "answered_none": "answered that there are none",
    "silent": "did not answer",
}


REASON_WORDS = {
    "childrens_centre": "children’s centre",
    "declaration": "row is not as its format declares it",
    "welsh": "in Wales",
    "blank_urn": "no number of a school",
    "aggregate": "sum over several schools",
    "offshore": "not in the country",
}


def settled_sentence(decisions: int) -> str:
    """How many questions were settled by decisions; empty where none was."""
    if not decisions:
        return ""
    were = "was settled by a decision that is" if decisions == 1 else "were settled by decisions that are"
    return f"{plural(decisions, 'question')} {were} kept with the study."


def view_reading(contents: ReportContents) -> TableView | None:
    """What became of every row of every file."""
    if not contents.reading.height:
        return None
    return show_table(
        contents.reading.with_columns(pl.col("reason").replace(REASON_WORDS)),
        "reading",
        "What became of every row that was read",
        (
            Shown("file", "File"),
            Shown("outcome", "Outcome", "words"),
            Shown("reason", "Reason", "words", absent="not_applicable"),
            Shown("rows", "Rows", "count", absent="suppressed"),
        ),
        "The rows of a file add up to the rows it holds: nothing is left out in silence.",
    )


def view_responses(contents: ReportContents) -> TableView | None:
    """Who was asked and who answered."""
    if not contents.responses.height:
        return None
    worded = contents.responses.with_columns(pl.col("response").cast(pl.String).replace(ANSWER_WORDS))
    return show_table(
        worded,
        "responses",
        "Who was asked, and who answered",
        (
            Shown("kind", "Respondents", "words"),
            Shown("response", "Answer"),
            Shown("respondents", "Number", "count"),
            Shown("nominations", "Rows returned", "count", absent="suppressed"),
        ),
    )


UNDERSTOOD_WORDS = {
    "label": "the codebook’s own words",
    "alias": "another known wording",
    "review": "a person’s decision",
    "uncoded": "not known yet",
    "urn": "the school’s number",
    "exact_name": "a name that one open school of the authority bears",
    "probable": "the most probable, beyond the threshold",
    "in_review": "not known yet: candidates wait for a person",
    "not_in_register": "something else than an open school",
    "no_match": "nothing in the register is near",
    "not_stated": "no school stated",
    "alone": "no other line is like it",
    "exact": "same name and school as another line",
}


def view_understanding(contents: ReportContents) -> TableView | None:
    """How every line of the returns was understood, and how many of the answers are expected to be wrong."""
    if not contents.understanding.height:
        return None
    return show_table(
        contents.understanding.with_columns(
            pl.col("question").cast(pl.String), pl.col("how").replace(UNDERSTOOD_WORDS)
        ),
        "understanding",
        "How the lines of the returns were understood",
        (
            Shown("question", "What a line says", "words"),
            Shown("how", "How it was understood"),
            Shown("lines", "Lines", "count", absent="suppressed"),
            Shown("expected_wrong", "Expected to be wrong", "decimal", absent="not known"),
        ),
        "Partner schools are counted by mention, not by line. What is expected to be wrong follows from the "
        "probabilities of what the software accepted by itself; of decisions by people nothing is known.",
    )


def view_questions(contents: ReportContents) -> TableView | None:
    """Questions that are still open."""
    if not contents.open_questions.height:
        return None
    return show_table(
        contents.open_questions,
        "open_questions",
        "Questions still open",
        (Shown("question", "Question", "words"), Shown("open", "Open", "count", absent="suppressed")),
        settled_sentence(contents.decisions),
    )


def view_consistency(contents: ReportContents) -> TableView | None:
    """What a careful reader would query."""
    found = contents.landscape.consistency
    if not found.height:
        return None
    labels = {**contents.codebook.labels("kinds"), **contents.codebook.labels("roles")}
    return show_table(
        found.with_columns(pl.col("subject").replace(labels)),
        "consistency",
        "What a careful reader would query",
        (
            Shown("severity", "Weight", "words"),
            Shown("subject", "Concerns", absent="the whole table"),
            Shown("finding", "Finding"),
            Shown("source", "Source"),
        ),
    )


def view_inputs(contents: ReportContents) -> TableView:
    """Every input file with its hash."""
    rows = [
        (
            file.name,
            file.purpose,
            _count_of(file, file.rows_read),
            _count_of(file, file.rows_used),
            _count_of(file, file.size_bytes),
            file.sha256,
        )
        for file in contents.provenance.inputs
    ]
    columns = (
        Shown("name", "File"),
        Shown("purpose", "Read as"),
        Shown("rows_read", "Rows read", "count"),
        Shown("rows_used", "Rows used", "count"),
        Shown("size", "Bytes", "count"),
        Shown("sha256", "SHA-256"),
    )
    return show_rows("inputs", "Input files", columns, rows)


def view_run(contents: ReportContents) -> TableView:
    """Codebook, seed, version and parameters."""
    record = contents.provenance
    rows = [
        ("Study", record.title),
        ("Describes", record.as_of),
        ("Codebook", f"{record.codebook} (SHA-256 {record.codebook_sha256[:12]}…)"),
        ("Seed", str(record.seed)),
        ("Software", record.software),
        ("Fingerprint of this record", record.fingerprint),
    ]
    rows += [(spaced(name).capitalize(), _plain(value)) for name, value in sorted(record.parameters.items())]
    return show_rows(
        "run", "How the figures were made", (Shown("what", "What"), Shown("value", "Value")), rows
    )


def _count_of(file: InputFile, count: int | None) -> str:
    if file.withheld:
        return "withheld"
    return "not a table" if count is None else whole(count)


def _plain(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(_entry(entry) for entry in value) or "none"
    if isinstance(value, dict):
        return (
            "; ".join(f"{spaced(str(name))}: {_plain(entry)}" for name, entry in sorted(value.items()))
            or "none"
        )
    return str(value)


def _entry(entry: object) -> str:
    """One entry of a list: a list within it as ``a and b``, an id in words."""
    if isinstance(entry, list | tuple):
        return listed([_entry(part) for part in entry])
    return spaced(entry) if isinstance(entry, str) else _plain(entry)
