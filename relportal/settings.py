"""Django's settings, made of what `env` has read and checked."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from relportal import env as environment
from relportal import logging as log

env = environment.load()

BASE_DIR = environment.BASE_DIR
VAR_DIR = BASE_DIR / "var"

SECRET_KEY = env.SECRET_KEY
SECRET_KEY_FALLBACKS = env.PREVIOUS_SECRET_KEYS
DEBUG = env.DEBUG
ALLOWED_HOSTS = env.ALLOWED_HOSTS
CSRF_TRUSTED_ORIGINS = env.CSRF_TRUSTED_ORIGINS

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "csp",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "releases",
]

MIDDLEWARE = [
    "relportal.metrics.MetricsMiddleware",
    "relportal.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "relportal.middleware.PermissionsPolicyMiddleware",
    # Before the log, which would have two lines for every file of a page.
    "relportal.middleware.StaticFilesMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "relportal.on_record.AccessRecordMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.sessions.SessionActivityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "relportal.urls"
ASGI_APPLICATION = "relportal.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before those of the apps: it holds what takes the place of theirs.
        "DIRS": [BASE_DIR / "relportal" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


# What processes tell each other of releases, which is all that goes through it. A process that does not empty its
# channel loses what comes past the capacity, or after the expiry (in seconds, by the clock of whoever sends), and asks
# for the whole when it is back.
CHANNEL_LAYERS: dict[str, Any] = (
    {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {
                # Receiving waits for 5 seconds at a time: a socket that is silent for longer is dead.
                "hosts": [
                    {
                        "address": env.REDIS_URL,
                        "socket_timeout": 10,
                        "socket_connect_timeout": 2,
                        "health_check_interval": 5,
                    }
                ],
                "prefix": "relportal:channel:",
                "capacity": 500,
                "expiry": 60,
            },
        }
    }
    if env.REDIS_URL
    else {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
)


def _database(url: str) -> dict[str, Any]:
    # No connection outlives its request: under ASGI each has a thread of its own, where none would find it again.
    config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    if config["ENGINE"].endswith("sqlite3"):
        Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        config["OPTIONS"] = {
            # WAL: readers and the one writer do not wait for each other. IMMEDIATE: a transaction that will write
            # waits its turn at its start, where failing later with "database is locked" could not be retried.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
        }
    if config["ENGINE"].endswith("postgresql"):
        # A connection is tried before it is handed out: after a restart of the database the next request has a new one.
        config["CONN_HEALTH_CHECKS"] = True
        config.setdefault("OPTIONS", {})["pool"] = {
            "min_size": 0,
            "max_size": env.DATABASE_POOL_SIZE,
            # Seconds that a request waits for one. Then it is refused, where others would pile up behind it.
            "timeout": 3,
            # Seconds that one is tried for. Longer, with the pool's growing pauses, and it is down for a while more
            # after the database is up; the next request tries anew.
            "reconnect_timeout": 1,
        }
    return config


DATABASES = {"default": _database(env.DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

if env.OTEL_EXPORTER_OTLP_ENDPOINT:
    # After the one that counts requests, and before all that a request's time is spent in.
    MIDDLEWARE.insert(1, "relportal.tracing.TracingMiddleware")

LOGGING = log.configure(env.LOG_LEVEL, env.LOG_FORMAT)
DJANGO_STRUCTLOG_COMMAND_LOGGING_ENABLED = False
# It is RequestIdMiddleware's by then, checked or made up, and the one that the answer carries.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
# Who asks is bound where they sign in (`accounts.authentication`): the middleware would read the database for each
# request with a cookie, health checks and pages among them.
DJANGO_STRUCTLOG_USER_ID_FIELD = None

# Browsers

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.HTTPS
# Whoever watches over this process asks it without the proxy.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^metrics$", "^readyz$"]
if env.HTTPS:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
if env.PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # The nonce is in the header of pages that ask for one: the app's, whose styles are made as it runs.
        "style-src": [SELF, NONCE],
        # Swagger UI and the administration have small pictures in their style sheets.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        # Its WebSockets, too.
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
FILE_UPLOAD_HANDLERS: list[str] = []  # Nothing is uploaded here: what comes as a file is thrown away as it comes.

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.lockouts.LockoutBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_HANDLER = "accounts.lockouts.LockoutHandler"
# Its pages show what requests held, its log whom they named: ours do without.
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# Tries while locked out are no failures: nobody can keep somebody else locked out for as long as they like.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Its middleware, which would answer in place of the API's one problem body.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.BCryptPasswordHasher",
]
_RULES = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": f"{_RULES}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": f"{_RULES}.MinimumLengthValidator"},
    {"NAME": f"{_RULES}.CommonPasswordValidator"},
    {"NAME": f"{_RULES}.NumericPasswordValidator"},
]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = env.SESSION_MAX_HOURS * 3600  # The server ends idle sessions before.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "relportal.pages.csrf_failure"
PASSWORD_RESET_TIMEOUT = 3600

# Mails: to the mail server that is named, else to files, else to where the log goes.
_MAIL = "smtp" if env.EMAIL_HOST else "filebased" if env.EMAIL_DIRECTORY else "console"
EMAIL_BACKEND = f"django.core.mail.backends.{_MAIL}.EmailBackend"
EMAIL_FILE_PATH = env.EMAIL_DIRECTORY
EMAIL_HOST, EMAIL_PORT = env.EMAIL_HOST, env.EMAIL_PORT
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.EMAIL_USER, env.EMAIL_PASSWORD
EMAIL_USE_TLS, EMAIL_USE_SSL = env.EMAIL_SECURITY == "starttls", env.EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.EMAIL_FROM

JWT_SECRETS = [env.JWT_SECRET, *env.JWT_PREVIOUS_SECRETS]
SIMPLE_JWT = {
    "SIGNING_KEY": env.JWT_SECRET,
    "AUTH_TOKEN_CLASSES": ["accounts.tokens.AccessToken"],
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.JWT_EXPIRE_MINUTES),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=1),
    # Seconds that the clocks of two servers of one portal may differ by.
    "LEEWAY": 5,
}

# The API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.SignedIn"],
    # JSON first: it is what a program gets that asks for nothing; browsers ask for text/html.
    "DEFAULT_RENDERER_CLASSES": [
        "releases.renderers.ORJSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": ["releases.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "releases.problems.exception_handler",
    # By address and minute, before anything is hashed: a bound on the work that guesses make, at once or not.
    "DEFAULT_THROTTLE_RATES": dict.fromkeys(("sign_in", "sign_in_callback"), f"{env.SIGN_INS_PER_MINUTE}/min"),
    # What proxies of ours add to the header counts; what anybody can write there would give each guess an address of
    # its own.
    "NUM_PROXIES": env.PROXIES,
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # The largest body that the API reads is a sign-in.
CORS_ALLOWED_ORIGINS = env.API_CORS_ORIGINS
CORS_URLS_REGEX = r"^/api/"
CORS_EXPOSE_HEADERS = ["Content-Disposition", "ETag", "Retry-After", "X-Request-ID"]

SPECTACULAR_SETTINGS = {
    "TITLE": "Relportal API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "The live state of releases that run as Temporal workflows. It reads them, and never changes one.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "releases.schema.document_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "PhaseEnum": "releases.phases.Phase",
        "EntityTypeEnum": "releases.domain.EntityType",
        "FreshnessEnum": "releases.domain.Freshness",
        "StatusEnum": "releases.domain.RunStatus",
    },
}

# Static files: the built front end, the admin's and the API pages' own, served by this process.

STATIC_URL = "/static/"
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
WHITENOISE_USE_FINDERS = True
# Vite puts a hash of its content into each file's name: what has a name never changes.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8,}\.\w+$"

# Temporal and the reading of it

RELPORTAL = env
RELEASES_GATEWAY = "releases.gateway.TemporalGateway"
"""What makes a gateway of a GatewayConfig. Tests put one in its place that needs no server."""
