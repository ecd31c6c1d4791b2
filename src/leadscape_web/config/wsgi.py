"""The service as gunicorn calls it. In production it looks at its settings and its role first."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadscape_web.config.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402 - both need Django to be set up

from leadscape_web.config.checks import refuse_unfit  # noqa: E402

refuse_unfit()
# Every view is imported before the first reader comes, so that nobody waits for it; a fault in one stops the start.
_ = get_resolver().url_patterns
