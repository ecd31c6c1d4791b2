"""Files that a study published, handed over as they are: the report, the workbook, the record, charts and shapes.

The report is one page with its own style and no script. It is shown under a policy that allows exactly that style and
nothing else, in a sandbox, so that nothing in it can act as the reader.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import condition

from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.landscape.models import PublishedFile, PublishedTable
from leadscape_web.landscape.published import read_figures
from leadscape_web.landscape.screens import SCREENS
from leadscape_web.landscape.waves import pick_wave, source_of

REPORT: Final = "report.html"
POLICY: Final = "Content-Security-Policy"
CLOSED: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
DRAWING: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""For a drawing opened by itself. An image in a page has no rights of its own anyway."""
ABOUT: Final[dict[str, tuple[str, str]]] = {
    REPORT: (
        "The report",
        "One page with every table and chart, to read, print or pass on. It needs no network.",
    ),
    "landscape.xlsx": ("The workbook", "Every published table as a sheet, with what each column means."),
    "provenance.json": (
        "The record",
        "Every input file with its hash, the codebook, all parameters and the seed.",
    ),
    "areas.geojson": (
        "Shapes of the authorities",
        "Drawn from the places of their schools, with published figures.",
    ),
    "home_points.geojson": ("Home schools on the map", "Those that may be shown."),
}
"""What the files are, in the order of the page."""
_STYLE: Final = re.compile(rb"<style[^>]*>(.*?)</style>", re.DOTALL)


@allow(ANY_RIGHT)
def report(request: HttpRequest) -> HttpResponse:
    """``/landscape/report/``: what the study published, and how to take it away."""
    picked = pick_wave(request)
    if picked.wave is None:
        return render(request, "landscape/nothing_loaded.html", {})
    kept = PublishedFile.objects.filter(wave=picked.wave).values_list("name", "media_type", "sha256")
    found = {name: (media_type, sha256) for name, media_type, sha256 in kept}
    tables = PublishedTable.objects.filter(wave=picked.wave).order_by("position")
    return render(
        request,
        "landscape/report.html",
        {
            "screens": SCREENS,
            "picked": picked,
            "source": source_of(picked.wave),
            "hidden_below": picked.wave.provenance.get("parameters", {}).get("suppress_below") or 0,
            "files": [
                {"name": name, "title": title, "about": about, "sha256": found[name][1]}
                for name, (title, about) in ABOUT.items()
                if name in found
            ],
            "has_report": REPORT in found,
            "drawings": list(read_figures(picked.wave).values()),
            "tables": list(tables.values_list("name", "title", "about")),
        },
    )


def _etag(request: HttpRequest, name: str) -> str | None:
    picked = pick_wave(request)
    kept = PublishedFile.objects.filter(wave=picked.wave, name=name).values_list("sha256", flat=True).first()
    return quote_etag(kept) if kept else None


@allow(ANY_RIGHT)
@condition(etag_func=_etag)
def file(request: HttpRequest, name: str) -> HttpResponse:
    """``/landscape/file/figures/extent.svg``: one file; ``?download=1`` to keep it rather than look at it."""
    picked = pick_wave(request)
    kept = PublishedFile.objects.filter(wave=picked.wave, name=name).first()
    if kept is None:
        raise Http404(f"The study did not publish a file {name!r}.")
    content = bytes(kept.content)
    answer = HttpResponse(content, content_type=_content_type(kept.media_type))
    shown = kept.media_type in ("text/html", "image/svg+xml", "image/png") and "download" not in request.GET
    base_name = name.rsplit("/", 1)[-1]
    answer["Content-Disposition"] = f'{"inline" if shown else "attachment"}; filename="{base_name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer[POLICY] = {
        "text/html": f"{CLOSED}; img-src data:; style-src {style_hashes(content)}",
        "image/svg+xml": DRAWING,
    }.get(kept.media_type, CLOSED)
    # The same address means another file once a later wave is loaded, so the hash is asked for every time.
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def style_hashes(page: bytes) -> str:
    """The sources that allow exactly the styles inside ``page``; none allows none."""
    found = [base64.b64encode(hashlib.sha256(style).digest()).decode() for style in _STYLE.findall(page)]
    return " ".join(f"'sha256-{one}'" for one in found) or "'none'"


def _content_type(media_type: str) -> str:
    text = media_type.startswith("text/") or media_type in ("image/svg+xml", "application/json")
    return f"{media_type}; charset=utf-8" if text else media_type
