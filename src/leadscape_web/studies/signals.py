"""What others hear when a study was stored."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

study_stored: Final = Signal()
"""Sent inside the transaction that stores a run, as the owner role, so that whoever keeps something of it does so with
it or not at all. Carries ``study`` (:class:`~leadscape_web.studies.models.Study`), ``opened``
(:class:`~leadscape.actions.open_study.OpenedStudy`), ``wave_id`` (text), ``using`` (alias) and ``cursor`` (the driver's
own, for COPY)."""
