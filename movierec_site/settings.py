"""Django settings, all of them from environment variables (docs/settings.md lists each)."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from movierec_site import embedded, env
from movierec_site.processes import machine

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.path("MOVIEREC_DATA_DIR", BASE_DIR / "var")
DATABASE_URL = env.text("DATABASE_URL")
EMBEDDED = not DATABASE_URL
MOVIELENS_DATA = env.text("MOVIELENS_DATA")
TMDB_API_KEY = env.text("TMDB_API_KEY")
TMDB_URL = env.text("TMDB_URL", "https://api.themoviedb.org/3")
TMDB_RATE = env.number("TMDB_RATE", 20)

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured("SECRET_KEY is empty; set it to a long random text when DATABASE_URL is set.")
    SECRET_KEY = env.secret_key(DATA_DIR)
ALLOWED_HOSTS = env.comma_separated("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.comma_separated("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "recommender",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "ninja",
    "csp",
    "django_celery_beat",
    "recommender.apps.Admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "movierec_site.urls"
WSGI_APPLICATION = "movierec_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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

DATABASES = {"default": embedded.settings_for(DATA_DIR) if EMBEDDED else env.database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits must be shared by all processes; a table needs no further service.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

ARTIFACT_BUCKET = env.text("ARTIFACT_BUCKET")
AWS_ENDPOINT_URL = env.text("AWS_ENDPOINT_URL")
ARTIFACT_BUDGET = env.size("ARTIFACT_BUDGET", 20 << 30)
MODEL_VERSIONS_KEPT = env.number("MODEL_VERSIONS_KEPT", 5)
GATE_MARGIN = env.fraction("GATE_MARGIN", 0.005)
ARTIFACT_CACHE_DIR = DATA_DIR / "artifact-cache"
_S3 = {"bucket_name": ARTIFACT_BUCKET, "endpoint_url": AWS_ENDPOINT_URL or None, "file_overwrite": False}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "media"}},
    "staticfiles": {"BACKEND": "movierec_site.storage.StaticFiles"},
    "artifacts": (
        {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _S3}
        if ARTIFACT_BUCKET
        else {"BACKEND": "movierec_site.storage.ArtifactFolder", "OPTIONS": {"location": DATA_DIR / "artifacts"}}
    ),
}
FILE_UPLOAD_HANDLERS = [
    "movierec_site.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "filesystem://")
SQS_QUEUE_URL = env.text("SQS_QUEUE_URL")
BROKER_DIR = DATA_DIR / "broker"
IMPRESSION_RETENTION_DAYS = env.number("IMPRESSION_RETENTION_DAYS", 180)
N_THREADS = env.number("MOVIEREC_THREADS", 0) or machine.n_cores()
JOB_KINDS = "recommender.services.job_kinds.KINDS"
JOB_LOST_AFTER = env.number("JOB_LOST_AFTER", 30)
if JOB_LOST_AFTER < 2:
    raise ImproperlyConfigured(f"JOB_LOST_AFTER is {JOB_LOST_AFTER}; set it to 2 seconds or more.")

SESSION_ENGINE = "recommender.models.session"

# Cookies are sent only over TLS, except with the embedded database on somebody's own machine.
HTTPS = env.flag("HTTPS", default=not EMBEDDED)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
TRUST_PROXY = env.flag("TRUST_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUST_PROXY else 0  # rate limits need the client's address
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "https://image.tmdb.org"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

AUTHENTICATION_BACKENDS = ["movierec_site.sign_in.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SIGNUP_REDIRECT_URL = "welcome"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = "strict"  # a sign-up with a known address looks like any other (ADR 0026)
ACCOUNT_ADAPTER = "movierec_site.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"login": "movierec_site.sign_in.LoginForm"}
HEADLESS_CLIENTS = ("browser",)  # API clients use the same sessions as the pages
HEADLESS_SERVE_SPECIFICATION = True
HEADLESS_SPECIFICATION_TEMPLATE_NAME = None  # its page would load scripts from another site
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "movierec <movierec@localhost>")
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_HOST else "none"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"kombu.connection": {"level": "ERROR"}},  # it complains about the missing host name in filesystem://
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO").upper()},
}
