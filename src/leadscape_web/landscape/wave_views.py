"""What changed: two waves side by side, and this one beside a published count. What cannot be compared is said."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from leadscape.actions.compare_published import baseline_before, compare_published
from leadscape.core.errors import LeadscapeError
from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.govuk.listing import Listing, render_listing
from leadscape_web.landscape.presenters import shown_table
from leadscape_web.landscape.published import Published, TableView, read_published, record_of
from leadscape_web.landscape.screens import SCREENS, WAVES
from leadscape_web.landscape.tables import listing_of
from leadscape_web.landscape.waves import WavePick, pick_wave, source_of
from leadscape_web.survey.models import Wave

ABOUT: Final = (
    "One row is one role, in both waves. A change is shown only where both count the same thing; why not, where there "
    "is none."
)


@allow(ANY_RIGHT)
def waves(request: HttpRequest) -> HttpResponse:
    """``/landscape/waves/``: the wave shown beside ``?earlier=``, else beside the one before it."""
    picked = pick_wave(request)
    if picked.wave is None:
        return render(request, "landscape/nothing_loaded.html", {})
    published = read_published(picked.wave, ["comparison", "extent", "statements"])
    earlier, compared, problem = _compared(request, picked, published)
    return render(
        request,
        "landscape/waves.html",
        {
            "screen": WAVES,
            "screens": SCREENS,
            "picked": picked,
            "source": source_of(picked.wave),
            "earlier": earlier,
            "earlier_choices": _older(picked),
            "compared": shown_table(compared, ABOUT) if compared else None,
            "problem": problem,
            "beside": shown_table(beside, ABOUT) if (beside := published.tables.get("baseline")) else None,
            "baseline": _baseline(picked.wave),
        },
    )


@allow(ANY_RIGHT)
def changes(request: HttpRequest) -> HttpResponse:
    """``/landscape/waves/changes/``: the comparison of two waves as a list and as a file."""
    picked = pick_wave(request)
    if picked.wave is None:
        raise Http404("No study has been loaded yet.")
    published = read_published(picked.wave, ["extent"])
    earlier, compared, _ = _compared(request, picked, published)
    if earlier is None or compared is None:
        raise Http404("There are no two waves that can be compared.")
    source = f"{source_of(earlier)}; beside {source_of(picked.wave)}"
    return render_listing(
        request,
        _listing(compared, source),
        "landscape/table.html",
        {"picked": picked, "screen": WAVES, "needed": []},
    )


def _listing(view: TableView, source: str) -> Listing:
    return listing_of(view, ABOUT, source)


def _compared(
    request: HttpRequest, picked: WavePick, published: Published
) -> tuple[Wave | None, TableView | None, LeadscapeError | None]:
    """The earlier wave, the two side by side, and why they cannot be, where they cannot."""
    earlier = _earlier(request, picked)
    if earlier is None or picked.wave is None:
        return None, None, None
    before = read_published(earlier, ["extent"])
    try:
        return (
            earlier,
            compare_published(
                record_of(earlier),
                before.rows.get("extent", []),
                record_of(picked.wave),
                published.rows.get("extent", []),
            ),
            None,
        )
    except LeadscapeError as problem:
        return earlier, None, problem


def _older(picked: WavePick) -> list[Wave]:
    """Waves that may come before the one shown, latest first."""
    shown = picked.wave
    return [one for one in picked.waves if shown and one.pk != shown.pk and one.as_of <= shown.as_of]


def _earlier(request: HttpRequest, picked: WavePick) -> Wave | None:
    older = _older(picked)
    asked = request.GET.get("earlier", "")
    if not asked:
        return older[0] if older else None
    for wave in older:
        if str(wave.pk) == asked:
            return wave
    raise Http404("There is no such earlier wave.")


def _baseline(wave: Wave) -> dict[str, Any] | None:
    """The published count that came first, in words, with what a careful reader would query."""
    found = baseline_before(record_of(wave))
    if found is None:
        return None
    return {
        "title": found.title,
        "source": found.source,
        "unit": found.unit,
        "heads": [{"text": name, "number": name not in ("Role", "Origin")} for name in found.printed.columns],
        "rows": [[_cell(text) for text in row] for row in found.printed.iter_rows()],
        "queries": found.consistency["finding"].to_list(),
    }


def _cell(text: str) -> dict[str, Any]:
    missing = text in ("not collected", "not printed") or not text
    return {"text": None, "missing": text.capitalize() or "Not applicable"} if missing else {"text": text}
