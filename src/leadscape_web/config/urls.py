"""Addresses: the stage word first, so that whoever knows the rooms knows the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from leadscape_web.config import probes

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", probes.health, name="health"),
    path("ready", probes.ready, name="ready"),
    path("", include("leadscape_web.config.about")),
    path("", include("leadscape_web.config.api")),
    path("", include("leadscape_web.accounts.urls")),
    path("", include("leadscape_web.audit.urls")),
    path("", include("leadscape_web.jobs.urls")),
    path("", include("leadscape_web.register.urls")),
    path("", include("leadscape_web.survey.urls")),
    path("", include("leadscape_web.landscape.urls")),
    path("", include("leadscape_web.studies.urls")),
    path("", include("leadscape_web.imports.urls")),
    path("", include("leadscape_web.review.urls")),
    path("", include("leadscape_web.rounds.urls")),
    path("", include("leadscape_web.privacy.urls")),
]

handler400 = "leadscape_web.config.errors.bad_request"
handler403 = "leadscape_web.config.errors.refused"
handler404 = "leadscape_web.config.errors.not_found"
handler500 = "leadscape_web.config.errors.failed"
