"""What to do where there is no school, authority or trust of a number."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leadscape_web.register.records.lineage import named_by_links

LONGEST: Final = 40
WORDS: Final = {
    "school": ("school", "number", "URN"),
    "authority": ("authority", "code", "code"),
    "trust": ("trust or federation", "number", "unique id"),
}


def unknown_record(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """A page that says why there may be none, and how to go on. Answers 404."""
    called, number, short = WORDS[kind]
    context = {
        "kind": kind,
        "called": called,
        "number": number,
        "short": short,
        "key": key[:LONGEST],
        "links": named_by_links(key) if kind == "school" else (),
    }
    return render(request, "register/unknown.html", context, status=404)
