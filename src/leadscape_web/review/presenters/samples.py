"""Samples in words: entries, what was reported of one, and error rates with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from django.db.models import Count, Q

from leadscape_web.accounts.names import names_of
from leadscape_web.govuk.addresses import address_of
from leadscape_web.govuk.listing import Column, Filter, Listing
from leadscape_web.govuk.wording import NOT_KNOWN, written_date
from leadscape_web.register.models import Authority, School
from leadscape_web.review.models import Entry, Sample
from leadscape_web.review.sampling import FIELDS
from leadscape_web.survey.codebooks import Words
from leadscape_web.survey.presenters.words import NAME_NOT_KNOWN, span

if TYPE_CHECKING:
    from leadscape.actions.rate_validation import ValidationResult

ALL: Final = "all"
_SCHEMA: Final = {
    "key": pl.String, "name": pl.String, "role": pl.String, "school": pl.String, "authority": pl.String,
    "answers": pl.Int64, "answered": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class ShownRates:
    """Error rates for their table; ``sentences`` must stand beside them."""

    rows: tuple[tuple[Any, ...], ...]
    sentences: tuple[str, ...]


def entry_rows(sample: Sample, words: Words) -> pl.DataFrame:
    """Entries that the user sees, one row each."""
    said = Count("answers", filter=Q(answers__superseded_at=None))
    entries = list(
        sample.entries.annotate(said=said)
        .order_by("home_school_id", "holding_key")
        .values_list("pk", "person_id", "role", "home_school_id", "authority_id", "said")
    )
    names = names_of(person for _, person, *_ in entries if person)
    codes = {code for *_, code, _ in entries if code}
    places = dict(Authority.objects.filter(code__in=codes).values_list("code", "name"))
    urns = {urn for _, _, _, urn, _, _ in entries if urn}
    schools = dict(School.objects.filter(urn__in=urns).values_list("urn", "name"))
    rows = [
        (
            str(key),
            names.get(person, NAME_NOT_KNOWN),
            words.role(role),
            schools.get(urn) or urn,
            places.get(code) or code,
            answers,
            "Answered" if answers else "Not yet",
        )
        for key, person, role, urn, code, answers in entries
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def entries_listing(rows: pl.DataFrame, sample: Sample) -> Listing:
    """The entries, to ask their schools about."""
    return Listing(
        name="sample",
        title=f"Entries drawn on {written_date(sample.drawn_on)}",
        about="One row is one role-holding that was drawn. Ask the home school what is right of it.",
        columns=(
            Column("name", "Leader", href=address_of("review:entry", key="key")),
            Column("role", "Role, as reported"),
            Column("school", "Home school", missing=NOT_KNOWN),
            Column("authority", "Authority", missing=NOT_KNOWN),
            Column("answered", "What the school said"),
        ),
        rows=rows,
        source="The sample, and what schools said",
        filters=(
            Filter("answered", "What the school said"),
            Filter("authority", "Authority"),
            Filter("role", "Role"),
        ),
        empty="No entry of this sample is in your area.",
    )


def show_entry(
    entry: Entry, words: Words, names: Mapping[Any, str], schools: Mapping[str, str | None]
) -> dict[str, Any]:
    """What was reported of one entry."""
    name = names.get(entry.person_id, NAME_NOT_KNOWN)
    return {
        "title": f"What the school says of {name}, {words.role(entry.role)}",
        "facts": [
            {"label": "Name", "value": name},
            {"label": "Role", "value": words.role(entry.role)},
            {"label": "Dates", "value": span(entry.started_on, entry.ended_on).capitalize()},
            {
                "label": "Home school",
                "value": schools.get(entry.home_school_id or "") or entry.home_school_id,
                "missing": NOT_KNOWN,
            },
            {
                "label": "Schools supported",
                "value": [schools.get(urn) or urn for urn in entry.partner_schools] or None,
                "missing": "None reported",
            },
        ],
    }


def show_rates(result: ValidationResult, words: Words) -> ShownRates:
    """Error rates, of all entries and of each role."""
    rows = tuple(
        (
            "All roles" if row["role"] == ALL else words.role(row["role"]),
            FIELDS.get(row["field"], row["field"]),
            f"{row['wrong']:,} of {row['answered']:,}",
            f"{100 * row['rate']:.1f} %" if row["rate"] is not None else "Not known: nobody answered",
            f"{100 * row['low']:.1f} to {100 * row['high']:.1f} %" if row["low"] is not None else "None",
        )
        for row in result.error_rates.sort(pl.col("role") != ALL, "role", maintain_order=True).iter_rows(
            named=True
        )
    )
    return ShownRates(rows, result.sentences)
