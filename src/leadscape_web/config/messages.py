"""Where e-mail goes: one address of a server, as settings of Django."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote, urlsplit

from leadscape.core.errors import ServiceBlocked

PORTS: Final = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
BACKENDS: Final = "django.core.mail.backends"


def message_settings(url: str) -> dict[str, Any]:
    """Settings for ``smtp://``, ``smtps://``, ``smtp+tls://`` or ``file:///folder``; the terminal when empty.

    Raises
    ------
    ServiceBlocked
        The address is none of these. It is not repeated, because it may hold a password.
    """
    if not url:
        return {"EMAIL_BACKEND": f"{BACKENDS}.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return {"EMAIL_BACKEND": f"{BACKENDS}.filebased.EmailBackend", "EMAIL_FILE_PATH": unquote(parts.path)}
    if parts.scheme not in PORTS or not parts.hostname:
        raise ServiceBlocked(
            "LEADSCAPE_EMAIL_URL is no address of a mail server.",
            "Invitations and password resets would not arrive.",
            "Write it as smtp+tls://user:password@host:587, with % codes for special characters in the password.",
        )
    return {
        "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        # A mail server that does not answer must not hold a request for longer than the database would.
        "EMAIL_TIMEOUT": 10,
    }
