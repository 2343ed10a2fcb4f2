"""Django settings, all of them from environment variables (docs/settings.md lists each)."""

from logging import INFO
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from movierec_site import embedded, env, logs
from movierec_site.private_folder import close_to_others
from movierec_site.processes import machine

SITE_DIR = Path(__file__).resolve().parent
BASE_DIR = SITE_DIR.parent
PROGRAM = env.program(BASE_DIR)  # as messages call it
DATA_DIR = env.data_folder("MOVIEREC_DATA_DIR", env.default_data_folder(BASE_DIR))
DATABASE_URL = env.secret("DATABASE_URL")
close_to_others(DATA_DIR)
EMBEDDED = not DATABASE_URL
POSTGRES_PROGRAMS = embedded.program_folders()
BACKUP_TARGET = env.text("BACKUP_TARGET")
MOVIELENS_DATA = env.text("MOVIELENS_DATA")
IMPORT_FOLDERS = [Path(folder) for folder in env.comma_separated("IMPORT_FOLDERS", [])]
TMDB_API_KEY = env.secret("TMDB_API_KEY")
TMDB_URL = env.text("TMDB_URL", "https://api.themoviedb.org/3")
TMDB_RATE = env.number("TMDB_RATE", 20, low=1, high=40)
TMDB_COUNTRIES = env.countries("TMDB_COUNTRIES", ["AU", "CA", "DE", "ES", "FR", "GB", "IN", "US"])
TMDB_IMAGE_URL = env.address("TMDB_IMAGE_URL", "https://image.tmdb.org/t/p")
IMAGES = env.choice("IMAGES", "direct", ("OFF", "DIRECT", "PROXY")).lower()
IMAGE_CACHE_DIR = DATA_DIR / "pictures"
IMAGE_CACHE_BUDGET = env.size("IMAGE_CACHE_BUDGET", 500 << 20)
NEW_MOVIES_SINCE_DAYS = env.number("NEW_MOVIES_SINCE_DAYS", 90, low=1, high=3650)
NEW_MOVIES_AHEAD_DAYS = env.number("NEW_MOVIES_AHEAD_DAYS", 60, high=3650)
NEW_MOVIES_MIN_VOTES = env.number("NEW_MOVIES_MIN_VOTES", 50, low=1)
NEW_MOVIES_MIN_POPULARITY = env.amount("NEW_MOVIES_MIN_POPULARITY", 20.0)
IMDB_URL = env.text("IMDB_URL", "https://datasets.imdbws.com")
IMDB_TERMS_ACCEPTED = env.flag("IMDB_TERMS_ACCEPTED", default=False)
IMDB_MIN_VOTES = env.number("IMDB_MIN_VOTES", 200, low=1)
IMDB_SHORTS = env.flag("IMDB_SHORTS", default=False)

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY")
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured("SECRET_KEY is empty; set it to a long random text when DATABASE_URL is set.")
    SECRET_KEY = env.secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env.secrets("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.comma_separated("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.comma_separated("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "recommender",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "ninja",
    "csp",
    "django_celery_beat",
    "recommender.apps.Admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # for pages of allauth.mfa
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "movierec_site.middleware.probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "recommender.views.scrape.measured",
    "movierec_site.request_ids.RequestIds",
    "csp.middleware.CSPMiddleware",
    "movierec_site.middleware.headers",
    "movierec_site.middleware.api",
    "movierec_site.middleware.refuse_nul_bytes",
    "movierec_site.middleware.full_disk",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "movierec_site.sign_in.remember_device",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "movierec_site.urls"
WSGI_APPLICATION = "movierec_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "movierec_site.theme.theme",
                "movierec_site.registration.for_templates",
            ]
        },
    }
]

DATABASES = {
    "default": embedded.settings_for(DATA_DIR)
    if EMBEDDED
    else env.database(DATABASE_URL, env.secret("DATABASE_PASSWORD"))
}
MIGRATION_LOCK_TIMEOUT = env.number("MIGRATION_LOCK_TIMEOUT", 5, low=1)
MIGRATION_TRIES = 12
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits must be shared by all processes; a table needs no further service.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

ARTIFACT_BUCKET = env.text("ARTIFACT_BUCKET")
AWS_ENDPOINT_URL = env.text("AWS_ENDPOINT_URL")
ARTIFACT_BUDGET = env.size("ARTIFACT_BUDGET", 20 << 30)
MODEL_VERSIONS_KEPT = env.number("MODEL_VERSIONS_KEPT", 5, low=1)
GATE_MARGIN = env.fraction("GATE_MARGIN", 0.005)
DRIFT_RATING_MIX = env.fraction("DRIFT_RATING_MIX", 0.15)
DRIFT_NEW_MOVIES = env.fraction("DRIFT_NEW_MOVIES", 0.1)
DRIFT_NEW_RATERS = env.fraction("DRIFT_NEW_RATERS", 0.5)
DRIFT_COVERAGE = env.fraction("DRIFT_COVERAGE", 0.9)
DRIFT_BIAS = env.fraction("DRIFT_BIAS", 0.25)
ARTIFACT_CACHE_DIR = DATA_DIR / "artifact-cache"
ARTIFACT_CACHE_BUDGET = env.size("ARTIFACT_CACHE_BUDGET", 4 << 30)
BUCKET_STORAGE = "movierec_site.artifact_bucket.ArtifactBucket"
_S3 = {"bucket_name": ARTIFACT_BUCKET, "endpoint_url": AWS_ENDPOINT_URL or None}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "media"}},
    "staticfiles": {"BACKEND": "movierec_site.storage.StaticFiles"},
    "artifacts": (
        {"BACKEND": BUCKET_STORAGE, "OPTIONS": _S3}
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
STATICFILES_DIRS = [SITE_DIR / "static"]

CELERY_BROKER_URL = env.secret("CELERY_BROKER_URL") or "filesystem://"
SQS_QUEUE_URL = env.text("SQS_QUEUE_URL")
BROKER_DIR = DATA_DIR / "broker"
AUTO_SCALING_GROUP = env.text("AUTO_SCALING_GROUP")
LIFECYCLE_HOOK = env.text("LIFECYCLE_HOOK", "hand-back")
CLOUDWATCH_NAMESPACE = env.text("CLOUDWATCH_NAMESPACE")
IMPRESSION_RETENTION_DAYS = env.number("IMPRESSION_RETENTION_DAYS", 180, low=1)
N_CORES = machine.n_cores()
N_THREADS = env.number("MOVIEREC_THREADS", 0) or N_CORES
THREADS_ARE_SET = env.number("MOVIEREC_THREADS", 0) > 0
CONCURRENCY_IS_AUTO = env.text("WORKER_CONCURRENCY").lower() == "auto"
WORKER_MEMORY = env.size("WORKER_MEMORY", 0) or machine.memory_bytes() * 4 // 5
JOB_KINDS = "recommender.services.job_kinds.KINDS"
PRICE_PER_HOUR = env.amount("PRICE_PER_HOUR", 0.0)
PRICE_CURRENCY = env.text("PRICE_CURRENCY", "USD")
JOB_LOST_AFTER = env.number("JOB_LOST_AFTER", 30, low=2)
WORKER_HEARTBEAT_FILE = env.path("WORKER_HEARTBEAT_FILE", DATA_DIR / "worker-heartbeat")
for _processes in ("WEB_WORKERS", "WEB_THREADS"):  # read where they start; told here if wrong
    env.number(_processes, 1, low=1)
if not CONCURRENCY_IS_AUTO:
    env.number("WORKER_CONCURRENCY", 1, low=1)

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
        "img-src": [SELF, "data:", *([env.origin(TMDB_IMAGE_URL)] if IMAGES == "direct" else [])],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

AUTHENTICATION_BACKENDS = ["movierec_site.sign_in.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"movierec_site.passwords.{name}"}
    for name in ("UnlikeTheUser", "LongEnough", "NotCommon", "NotOnlyDigits")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SIGNUP_REDIRECT_URL = "welcome"
REGISTRATION = env.choice("REGISTRATION", "open", ("OPEN", "INVITATION", "CLOSED")).lower()
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = "strict"  # a sign-up with a known address looks like any other (ADR 0026)
ACCOUNT_ADAPTER = "movierec_site.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"login": "movierec_site.sign_in.LoginForm"}
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key,20/h/key",  # the key is a name and an address (ADR 35)
    "login_failed_everywhere": "100/h/key",  # the key is a name; devices from which its owner signed in do not count
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "movierec_site.second_factor.PasskeyForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # without an e-mail server no address is confirmed
MFA_TOTP_ISSUER = "movierec"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers allow passkeys without TLS on localhost only
ADMIN_MFA = env.flag("ADMIN_MFA", default=False)
ADMIN_ADDRESSES = env.networks("ADMIN_ADDRESSES")
METRICS_TOKEN = env.secret("METRICS_TOKEN")
METRICS_ADDRESSES = env.networks("METRICS_ADDRESSES", ("127.0.0.0/8", "::1"))
HEADLESS_CLIENTS = ("browser",)  # API clients use the same sessions as the pages
HEADLESS_SERVE_SPECIFICATION = True
HEADLESS_SPECIFICATION_TEMPLATE_NAME = None  # its page would load scripts from another site
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587, low=1, high=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "movierec <movierec@localhost>")
ADMINS = [("", address) for address in env.comma_separated("ADMIN_EMAILS", [])]
EMAIL_SUBJECT_PREFIX = "[movierec] "
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_HOST else "none"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
LOGGING = logs.configuration()
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = None  # it would read the session of every request
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = INFO
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = TRUST_PROXY
SETTINGS_GIVEN = env.names_given()
