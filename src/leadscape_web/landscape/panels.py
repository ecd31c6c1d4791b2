"""What the landscape has to say on pages of other rooms: figures that were published for an authority, or by a wave."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest

from leadscape_web.accounts.models import Organisation
from leadscape_web.govuk.panels import Panel
from leadscape_web.landscape.home_beside import TABLES, beside
from leadscape_web.landscape.published import read_published
from leadscape_web.landscape.screens import SCREENS
from leadscape_web.landscape.waves import latest_wave, source_of

POSITION: Final = 60


def authority_panel(request: HttpRequest, authority: Any) -> Panel | None:
    """Published figures of an authority beside those of its region and of the whole system; none without a study."""
    wave = latest_wave()
    if wave is None:
        return None
    published = read_published(wave, TABLES)
    if published.row("authorities", authority_code=authority.code) is None:
        return None
    figures = beside(published, Organisation.Kind.AUTHORITY, authority.code, authority.name)
    return Panel(
        "Published figures",
        "landscape/panel_authority.html",
        {"beside": figures, "source": source_of(wave), "as_of": wave.as_of},
        POSITION,
    )


def wave_panel(request: HttpRequest, wave: Any) -> Panel:
    """Where to see what the wave published."""
    return Panel(
        "What it published", "landscape/panel_wave.html", {"screens": SCREENS, "wave": wave}, POSITION
    )
