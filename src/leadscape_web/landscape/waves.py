"""Which survey round does a page show? The latest, or the one that its address names."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F
from django.http import Http404, HttpRequest

from leadscape_web.govuk.wording import written_date
from leadscape_web.survey.codebooks import words_in
from leadscape_web.survey.models import Wave

_PICKED: Final = "leadscape_wave"


@dataclass(frozen=True)
class WavePick:
    """The wave shown, and those that could be.

    Attributes
    ----------
    wave
        Null where no study has been loaded.
    waves
        Every wave, latest first; those that a later run of their study superseded at the end.
    named
        Whether the address names the wave.
    """

    wave: Wave | None
    waves: tuple[Wave, ...]
    named: bool

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Id of every wave and what it is called."""
        return tuple(
            (str(one.pk), f"{one.title}, {written_date(one.as_of)}")
            for one in self.waves
            if one.superseded_at is None or one == self.wave
        )

    @property
    def query(self) -> str:
        """What links to other pages carry, so that they show the same wave."""
        return f"?wave={self.wave.pk}" if self.wave and self.named else ""


def pick_wave(request: HttpRequest) -> WavePick:
    """The wave that ``?wave=`` names, else the latest; its codebook and record included.

    Raises
    ------
    Http404
        When the address names a wave that there is not.
    """
    known: WavePick | None = getattr(request, _PICKED, None)
    if known is not None:
        return known
    waves = list(Wave.objects.order_by(F("superseded_at").asc(nulls_first=True), "-as_of", "-loaded_at"))
    asked = request.GET.get("wave", "")
    wave = _find(waves, asked) if asked else (waves[0] if waves else None)
    picked = WavePick(wave, tuple(waves), bool(asked))
    setattr(request, _PICKED, picked)
    return picked


def latest_wave() -> Wave | None:
    """The wave that pages show where no other is asked for."""
    return Wave.objects.filter(superseded_at=None).order_by("-as_of", "-loaded_at").first()


def source_of(wave: Wave) -> str:
    """Where figures of the wave come from, in one line: study, date, codebook, seed, what is hidden."""
    kept: dict[str, Any] = wave.provenance
    parts = [
        f"{wave.title}, as of {written_date(wave.as_of)}",
        f"codebook {wave.codebook}",
        f"seed {kept['seed']}" if "seed" in kept else "",
        "every count of people hidden"
        if kept.get("parameters", {}).get("every_count_hidden")
        else hidden_in_words(kept.get("parameters", {}).get("suppress_below")),
        kept.get("software", ""),
    ]
    return "; ".join(part for part in parts if part)


def hidden_in_words(suppress_below: int | None) -> str:
    """Which counts a study hid, for a line beside what it published."""
    if suppress_below is None or suppress_below < 2:
        return "small counts are not hidden"
    return f"counts of people from 1 to {suppress_below - 1} hidden"


def origins_of(wave: Wave) -> Mapping[str, str]:
    """Origin id to its label in the wave's codebook."""
    return words_in(wave.codebook_text, wave.codebook).origins


def _find(waves: list[Wave], asked: str) -> Wave:
    try:
        wanted = uuid.UUID(asked)
    except ValueError:
        raise Http404("There is no such wave.") from None
    for wave in waves:
        if wave.pk == wanted:
            return wave
    raise Http404("There is no such wave.")
