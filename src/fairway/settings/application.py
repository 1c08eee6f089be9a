"""What Django is told: the applications, the middleware, cookies, logging."""

import logging
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from fairway.settings.databases import database
from fairway.settings.node import NodeSettings
from fairway.settings.workspace import read_provider_secret, read_secret


def django_settings(node: NodeSettings) -> dict[str, Any]:
    """Return what `django.conf.settings.configure` is given for a node."""
    web = Path(__file__).parent.parent / "web"
    return {
        "DEBUG": False,
        "SECRET_KEY": read_secret(node, "django").hex(),
        "ALLOWED_HOSTS": list(node.hosts),
        "DATABASES": {"default": database(node.database, node.workspace)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.staticfiles",
            "axes",
            *(_PROVIDER_APPS if node.sign_in.issuer else ()),
            "fairway.store",
            "fairway.ledger",
            "fairway.search",
        ],
        "MIDDLEWARE": [
            "fairway.web.headers.Headers",
            "django.middleware.security.SecurityMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "fairway.web.sessions.Sessions",
            *(("allauth.account.middleware.AccountMiddleware",) if node.sign_in.issuer else ()),
            "fairway.web.doors.Doors",
        ],
        "ROOT_URLCONF": "fairway.web.urls",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [web / "templates"],
                "APP_DIRS": False,
                "OPTIONS": {"environment": "fairway.web.environment.environment"},
            }
        ],
        "AUTH_USER_MODEL": "store.PersonRecord",
        "PASSWORD_HASHERS": ["fairway.store.passwords.Argon2"],
        "SESSION_ENGINE": "fairway.store.sessions",
        "SESSION_COOKIE_AGE": node.session_hours * 3600,
        "FAIRWAY_IDLE_SECONDS": node.idle_minutes * 60,
        "FAIRWAY_CONFIRM_SECONDS": node.confirm_minutes * 60,
        "FAIRWAY_BREACHED": (
            str(node.workspace / node.sign_in.breached) if node.sign_in.breached else ""
        ),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_FAILURE_VIEW": "fairway.web.errors.views.csrf_failure",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        **_transport(node),
        **_signing_in(node),
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2 * 1024 * 1024,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2000,
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [web / "static"] if (web / "static").is_dir() else [],
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "USE_TZ": True,
        "TIME_ZONE": "Europe/London",
        "LANGUAGE_CODE": "en-gb",
        "USE_I18N": False,
        "LOGGING": _LOGGING,
    }


def _signing_in(node: NodeSettings) -> dict[str, Any]:
    """Return what django-allauth and django-axes are told. Of allauth, only the exchange with a
    provider is used: accounts and sessions stay ours.
    """
    provider = {
        "provider_id": PROVIDER,
        "name": node.sign_in.label,
        "client_id": node.sign_in.client,
        "secret": read_provider_secret(node) if node.sign_in.issuer else "",
        "settings": {
            "server_url": node.sign_in.issuer,
            "fetch_userinfo": False,  # the signed ID token says who it is
            "oauth_pkce_enabled": True,
            "scope": ["openid", "profile", "email"],
        },
    }
    return {
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": "id",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "SOCIALACCOUNT_ADAPTER": "fairway.web.people.provider.Adapter",
        "SOCIALACCOUNT_PROVIDERS": {
            "openid_connect": {"APPS": [provider] if node.sign_in.issuer else []}
        },
        "SOCIALACCOUNT_QUERY_EMAIL": False,
        # no tables of allauth's: it keeps nothing here
        "MIGRATION_MODULES": {"account": None, "socialaccount": None},
        "AXES_ENABLED": True,
        "AXES_FAILURE_LIMIT": FAILURES_OF_AN_ADDRESS,
        "AXES_COOLOFF_TIME": timedelta(minutes=15),
        "AXES_LOCKOUT_PARAMETERS": ["ip_address"],
        "AXES_RESET_ON_SUCCESS": False,
        "AXES_DISABLE_ACCESS_LOG": True,  # the ledger is the record
        "AXES_VERBOSE": False,
        "AXES_HTTP_RESPONSE_CODE": 429,
        "SILENCED_SYSTEM_CHECKS": ["axes.W003"],  # verbs ask it, not an authentication backend
    }


PROVIDER = "provider"
"""The one OpenID Connect provider of a node, by its name in our addresses."""

_PROVIDER_APPS = (
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
)
"""Loaded where a provider is set, and only there: they take a third of a second to start."""

FAILURES_OF_AN_ADDRESS = 50
"""Failed tries to sign in from one address in fifteen minutes: an office shares one."""


def _transport(node: NodeSettings) -> dict[str, Any]:
    """Cookies and headers that follow from whether people come over TLS."""
    origins = [f"https://{'*' if host.startswith('.') else ''}{host}" for host in node.hosts]
    host_only = "__Host-" if node.https else ""
    return {
        # The prefix has browsers refuse the cookie from any other host, path or plain HTTP.
        "SESSION_COOKIE_NAME": f"{host_only}sessionid",
        "CSRF_COOKIE_NAME": f"{host_only}csrftoken",
        "SESSION_COOKIE_SECURE": node.https,
        "CSRF_COOKIE_SECURE": node.https,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600 if node.https else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": node.https,
        "CSRF_TRUSTED_ORIGINS": [o for o in origins if o != "https://*"] if node.https else [],
    }


class Line(logging.Formatter):
    """A line of the log; its time is UTC and says so (OWASP ASVS 5.0, 16.2.2)."""

    converter = time.gmtime  # type: ignore[assignment] # as the library documents it
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"


_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": Line, "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # a request's text may hold what somebody asked for; only the ledger keeps that
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "fairway": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "axes": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}
"""Messages go to the standard error stream; SQL and its values are never logged."""
