"""Fixtures of tests that sign in with an account elsewhere."""

from __future__ import annotations

from tests.support.elsewhere import listening, provider

__all__ = ["listening", "provider"]
