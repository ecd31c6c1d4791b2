"""When is the second factor of this service asked for, on the way in?"""

from __future__ import annotations

from typing import Any

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from leadscape_web.accounts.second_factor import proved_elsewhere


class CodeStage(AuthenticateStage):
    """Not where the provider asked for one and its settings say that this counts."""

    def handle(self) -> Any:
        """Ask; what the session keeps until the answer holds the user's id and no address."""
        self.login.email = None
        return super().handle()

    def _should_handle(self, request: HttpRequest) -> bool:
        return super()._should_handle(request) and not proved_elsewhere(request, self.login.user)
