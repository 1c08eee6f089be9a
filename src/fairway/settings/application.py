"""What Django is told: the applications, the middleware, cookies, logging."""

from pathlib import Path
from typing import Any

from fairway.settings.databases import database
from fairway.settings.node import NodeSettings
from fairway.settings.workspace import read_secret


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
            "django.contrib.sessions",
            "django.contrib.staticfiles",
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
        "SESSION_ENGINE": "django.contrib.sessions.backends.db",
        "SESSION_COOKIE_AGE": node.session_hours * 3600,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_FAILURE_VIEW": "fairway.web.errors.views.csrf_failure",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        **_transport(node),
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


def _transport(node: NodeSettings) -> dict[str, Any]:
    """Cookies and headers that follow from whether people come over TLS."""
    origins = [f"https://{'*' if host.startswith('.') else ''}{host}" for host in node.hosts]
    return {
        "SESSION_COOKIE_SECURE": node.https,
        "CSRF_COOKIE_SECURE": node.https,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600 if node.https else 0,
        "CSRF_TRUSTED_ORIGINS": [o for o in origins if o != "https://*"] if node.https else [],
    }


_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # a request's text may hold what somebody asked for; only the ledger keeps that
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "fairway": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
"""Messages go to the standard error stream; SQL and its values are never logged."""
