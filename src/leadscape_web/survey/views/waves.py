"""Waves: all of them, one of them, and the codebook that one of them used."""

from __future__ import annotations

import uuid

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from leadscape_web.accounts.rules import ANY_RIGHT, allow
from leadscape_web.govuk.listing import show_listing
from leadscape_web.govuk.panels import panels_of
from leadscape_web.register.models import Authority
from leadscape_web.survey.models import Response, Wave
from leadscape_web.survey.presenters.wave import AnswerCount, asked_in_words, response_listing, show_wave


@allow(ANY_RIGHT)
def waves(request: HttpRequest) -> HttpResponse:
    """Every wave, newest first."""
    found = Wave.objects.filter(superseded_at=None).defer("codebook_text", "provenance")
    found = found.order_by("-as_of", "-loaded_at")
    counted = Response.objects.values_list("wave_id", "kind", "response").annotate(respondents=Count("pk"))
    answers: dict[uuid.UUID, list[AnswerCount]] = {}
    for key, *answer in counted.order_by():
        answers.setdefault(key, []).append(tuple(answer))
    authorities = Authority.objects.count()
    shown = [(wave, asked_in_words(answers.get(wave.pk, []), authorities)) for wave in found]
    return render(request, "survey/waves.html", {"waves": shown})


@allow(ANY_RIGHT)
def wave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One wave: who was asked and answered, its codebook, and which files it was made from."""
    found = get_object_or_404(Wave, pk=key)
    responses = list(found.responses.order_by("kind", "respondent_name"))
    authorities = list(Authority.objects.order_by("name"))
    listing = show_listing(request, response_listing(found, responses, authorities))
    if isinstance(listing, HttpResponse):
        return listing
    context = {
        "wave": show_wave(found, ((one.kind, one.response, 1) for one in responses), len(authorities)),
        "listing": listing,
        "panels": panels_of("wave", request, found),
    }
    return render(request, "survey/wave.html", context)


@allow(ANY_RIGHT)
def codebook(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The codebook of a wave as it was used, byte for byte."""
    found = get_object_or_404(Wave, pk=key)
    answer = HttpResponse(found.codebook_text.encode(), content_type="application/toml")
    answer["Content-Disposition"] = f'attachment; filename="{found.codebook}.toml"'
    return answer
