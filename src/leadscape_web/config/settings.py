"""Django settings, from the environment. One file for a laptop, for tests and for production."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from leadscape_web.config.environment import read_environment
from leadscape_web.config.logs import logging_settings
from leadscape_web.config.messages import message_settings

ENVIRONMENT = read_environment()
PACKAGE = Path(__file__).resolve().parents[1]

SECRET_KEY = ENVIRONMENT.secret_key
SECRET_KEY_FALLBACKS = list(ENVIRONMENT.former_secret_keys)
DEBUG = False
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ENVIRONMENT.hosts] if ENVIRONMENT.production else []
CSRF_FAILURE_VIEW = "leadscape_web.config.errors.forgery_refused"
ROOT_URLCONF = "leadscape_web.config.urls"
WSGI_APPLICATION = "leadscape_web.config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "ninja",
    "procrastinate.contrib.django",
    "leadscape_web.govuk",
    "leadscape_web.accounts",
    "leadscape_web.audit",
    "leadscape_web.jobs",
    "leadscape_web.register",
    "leadscape_web.survey",
    "leadscape_web.landscape",
    "leadscape_web.studies",
    "leadscape_web.imports",
    "leadscape_web.review",
    "leadscape_web.rounds",
    "leadscape_web.privacy",
    "leadscape_web.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "leadscape_web.config.probes.ProbeMiddleware",
    "leadscape_web.config.request_log.RequestLogMiddleware",
    "leadscape_web.config.headers.PrivateMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "leadscape_web.accounts.sessions.SessionLimitMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "leadscape_web.imports.arrival.ArrivalMiddleware",
    "leadscape_web.accounts.context.ContextMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "leadscape_web.config.unreadable.UnreadableMiddleware",
    "leadscape_web.accounts.gate.GateMiddleware",
    "leadscape_web.accounts.limits.CostlyMiddleware",
    "leadscape_web.accounts.api_access.ApiMiddleware",
    "leadscape_web.config.errors.MistakeMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "leadscape_web.govuk.jinja.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# All are the same database. The service and its tests use the plain role, for attempts that are counted through a
# connection of its own; migrations, loads and jobs use the owner, who tells through another how far a job is.
_served = dj_database_url.parse(
    ENVIRONMENT.database_url or "postgresql:///leadscape", conn_max_age=60, conn_health_checks=True
)
DATABASES: dict[str, Any] = {
    "default": _served,
    "counters": {**_served, "OPTIONS": {**_served.get("OPTIONS", {})}},
    "owner": dj_database_url.parse(ENVIRONMENT.owner_url or "postgresql:///leadscape"),
    "progress": dj_database_url.parse(ENVIRONMENT.owner_url or "postgresql:///leadscape"),
}
for _database in DATABASES.values():
    # A database that cannot be reached is told within seconds, not after the system's minutes.
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DATABASE_ROUTERS = ["leadscape_web.accounts.counters.CounterRouter"]
PROCRASTINATE_DATABASE_ALIAS = "owner"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "queue_tasks"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        # Shared by every worker, so that attempts to sign in are counted once.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "KEY_FUNCTION": "leadscape_web.accounts.counters.cache_key",
        # Beyond this many, entries are thrown away: few enough would let somebody wash out the count of their attempts.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_IDLE_MINUTES = 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# People come by invitation: nothing here lets anybody sign up, and what is not offered has no address.
SECOND_FACTOR = ENVIRONMENT.second_factor
ACCOUNT_ADAPTER = "leadscape_web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the link of the invitation was sent to the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())
# Five attempts in five minutes for an address, ten a minute from one place. To a provider, by whoever has no session:
# as many as come at once from a large office.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/300s/key", "openid": "120/m/ip"}
ACCOUNT_FORMS = {
    "login": "leadscape_web.accounts.sign_in_forms.SignInForm",
    "reauthenticate": "leadscape_web.accounts.sign_in_forms.ConfirmForm",
    "change_password": "leadscape_web.accounts.sign_in_forms.ChangePasswordForm",
    "reset_password": "leadscape_web.accounts.sign_in_forms.AskForPasswordForm",
    "reset_password_from_key": "leadscape_web.accounts.sign_in_forms.NewPasswordForm",
}
MFA_ADAPTER = "leadscape_web.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "leadscape"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "leadscape_web.accounts.sign_in_forms.CodeForm",
    "reauthenticate": "leadscape_web.accounts.sign_in_forms.ConfirmCodeForm",
    "activate_totp": "leadscape_web.accounts.sign_in_forms.SetUpForm",
    "deactivate_totp": "leadscape_web.accounts.sign_in_forms.RemoveForm",
    "generate_recovery_codes": "leadscape_web.accounts.sign_in_forms.NewRecoveryCodesForm",
}

LIMITS = ENVIRONMENT.limits

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.static_root or (
    PACKAGE / "static" / "collected" if ENVIRONMENT.production else None
)
STATICFILES_DIRS = [("", PACKAGE / "static" / "built")] if (PACKAGE / "static" / "built").is_dir() else []
# Production serves what was collected: compressed, and under names that change with the content, so that browsers keep
# it for ever. Everywhere else files come from where they are, so that nothing has to be collected first.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT.production
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not ENVIRONMENT.production
WHITENOISE_ALLOW_ALL_ORIGINS = False

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_settings()
globals().update(message_settings(ENVIRONMENT.email_url))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# gunicorn tells whether a request came by HTTPS, believing the proxies of LEADSCAPE_PROXIES only; so no header here.
if ENVIRONMENT.production:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health$", r"^ready$"]
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Browsers refuse these names from any other host, and without HTTPS.
    SESSION_COOKIE_NAME = "__Host-leadscape"
    CSRF_COOKIE_NAME = "__Host-leadscape-csrf"
# Whether browsers are to know the domain by heart is for the owner of the whole domain to say.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

_tiles = urlsplit(ENVIRONMENT.tile_url)
_TILE_SERVER = [f"{_tiles.scheme}://{_tiles.netloc}"] if _tiles.netloc else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_TILE_SERVER],
        "worker-src": [SELF],
        "connect-src": [SELF, *_TILE_SERVER],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
