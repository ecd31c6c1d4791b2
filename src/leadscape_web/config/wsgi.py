"""The service as gunicorn calls it. In production it looks at its settings and its role first."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadscape_web.config.settings")
application = get_wsgi_application()

from leadscape_web.config.checks import refuse_unfit  # noqa: E402 - needs Django to be set up

refuse_unfit()
