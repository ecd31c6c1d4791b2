"""What production must not start with: settings that a laptop may have, and a database role that sees everything.

Django's own list (``check --deploy``) holds as well. These run with it, and again whenever a process starts to serve.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Critical, Error, Tags, register, run_checks
from django.core.checks import Warning as Doubt
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

from leadscape.core.errors import ServiceBlocked
from leadscape_web.config.environment import DEVELOPMENT_KEY, Environment
from leadscape_web.config.readiness import plain_role
from leadscape_web.config.roles import SERVICE_SETTINGS

TAG: Final = "leadscape"


@register(TAG)
def check_environment(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """What can be told from the environment alone."""
    environment: Environment = settings.ENVIRONMENT
    told = unnamed(environment)
    if environment.production:
        return told + unfit(environment)
    # Under a name that others can reach it by, the key in the code is as bad as in production.
    return told if all(map(_only_here, environment.hosts)) else told + _key_of_the_code(environment)


def unnamed(environment: Environment) -> list[CheckMessage]:
    """Whether the map has a background whose maker it does not name."""
    if not environment.tile_url or environment.tile_attribution:
        return []
    return [Doubt(
            "LEADSCAPE_TILE_URL is set and LEADSCAPE_TILE_ATTRIBUTION is not.",
            "Makers of backgrounds mostly demand to be named on every map; set it to the words of their terms.",
            id="leadscape.W004",
        )]  # fmt: skip


def _key_of_the_code(environment: Environment) -> list[CheckMessage]:
    if environment.secret_key != DEVELOPMENT_KEY:
        return []
    return [Critical(
            "LEADSCAPE_SECRET_KEY is not set.",
            "Anybody could sign in as anybody with the key that stands in the code; set one of 50 random characters.",
            id="leadscape.E001",
        )]  # fmt: skip


def unfit(environment: Environment) -> list[CheckMessage]:
    """Every reason why the environment is not one of production."""
    found = _key_of_the_code(environment)
    if not environment.database_url:
        found.append(Critical("DATABASE_URL is not set.", "Set it to the plain role.", id="leadscape.E002"))
    if environment.owner_url != environment.database_url and _role("owner") == _role(DEFAULT_DB_ALIAS):
        found.append(Critical(
            "LEADSCAPE_OWNER_URL names the role that serves.",
            "The owner of a table is not stopped by row-level security; make two roles with deploy/roles.sql.",
            id="leadscape.E003",
        ))  # fmt: skip
    if not environment.hosts or "*" in environment.hosts or all(map(_only_here, environment.hosts)):
        found.append(Critical(
            "LEADSCAPE_HOSTS does not say under which name the service is reached.",
            "Links in messages would lead elsewhere; set it to the name that people type.",
            id="leadscape.E004",
        ))  # fmt: skip
    if environment.demonstration:
        found.append(Critical(
            "LEADSCAPE_DEMONSTRATION is 1.",
            "A demonstration is for a laptop (leadscape serve --demo); unset it, or LEADSCAPE_PRODUCTION.",
            id="leadscape.E005",
        ))  # fmt: skip
    return found


@register(TAG, deploy=True)
def check_surroundings(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """What only the processes that serve need; a migration does without."""
    return lacking(settings.ENVIRONMENT) if settings.ENVIRONMENT.production else []


def lacking(environment: Environment) -> list[CheckMessage]:
    """What is missing around the service, though it would protect everybody."""
    found: list[CheckMessage] = []
    if environment.email_url.startswith("file:") or not environment.email_url:
        found.append(Doubt(
            "LEADSCAPE_EMAIL_URL names no mail server.",
            "Invitations and password resets will not arrive; set it to smtp+tls://user:password@host:587.",
            id="leadscape.W001",
        ))  # fmt: skip
    if settings.STATIC_ROOT is None or not (settings.STATIC_ROOT / "staticfiles.json").is_file():
        found.append(Error(
            "The static files are not collected.",
            "Pages would come without styles; run 'leadscape service collectstatic --no-input'.",
            id="leadscape.E006",
        ))  # fmt: skip
    return found


@register(TAG, Tags.database)
def check_role(
    app_configs: Any = None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """What the database says of the role that serves. Asked where databases are checked, and before serving."""
    if not databases or DEFAULT_DB_ALIAS not in databases or not settings.ENVIRONMENT.production:
        return []
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            found: list[CheckMessage] = [
                Critical(sentence, "Make the roles with deploy/roles.sql.", id="leadscape.E007")
                for sentence in plain_role(cursor)
            ]
            for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute("select current_setting(%s)", [setting])
                if cursor.fetchone() == ("0",):
                    found.append(Doubt(
                        f"The role that serves has no {setting}.",
                        f"deploy/roles.sql sets it to {SERVICE_SETTINGS[setting]}.",
                        id="leadscape.W002",
                    ))  # fmt: skip
            return found
    except DatabaseError:
        # A database that is not there yet is no reason not to start: /ready tells when it is.
        return [Doubt("The database does not answer.", "/ready tells when it does.", id="leadscape.W003")]


def refuse_unfit() -> None:
    """Stop before anything is served.

    Raises
    ------
    ServiceBlocked
        With every reason.
    """
    if settings.ENVIRONMENT.production:
        found = run_checks(tags=[TAG], include_deployment_checks=True, databases=[DEFAULT_DB_ALIAS])
    else:
        found = check_environment()
    grave = [message for message in found if message.level >= Error("").level]
    connections.close_all()
    if grave:
        raise ServiceBlocked(
            " ".join(message.msg for message in grave),
            "The service would be open to people it must be closed to, so it does not start.",
            " ".join(dict.fromkeys(message.hint or "" for message in grave)),
        )


def _role(alias: str) -> str:
    return settings.DATABASES[alias].get("USER", "")


def _only_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
