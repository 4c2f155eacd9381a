"""Every setting of Djinn, in one file read from top to bottom.

Values come from the environment through `config.env`, which refuses what cannot be meant.
`docs/settings.md` is generated from the comments beside the readers.
"""

import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext

from config import env, keys, logs, shape

django_stubs_ext.monkeypatch()  # lets Django's generic classes be written with their types

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where it lives, where it is reached -------------------------------------------------------
DJINN_HOME = env.home("DJINN_HOME", "~/.djinn")  # data, keys, sockets and logs of this installation
RUN_DIR = DJINN_HOME / "run"

SITE_PORT = env.integer("PORT", 8000, least=1, most=65535)  # the port of the site
BIND_ADDRESS = env.text("DJINN_BIND", "127.0.0.1")  # the address to listen on; loopback unless told otherwise
SITE_URL = env.text("DJINN_SITE_URL", f"http://localhost:{SITE_PORT}").rstrip("/")  # the address people type
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"
IS_HTTPS = SITE_URL.startswith("https://")
PREVIEW_DOMAIN = env.text("PREVIEW_DOMAIN", "localhost")  # previews live at p-<label>.<this>
PREVIEW_PORT = env.integer("PREVIEW_PORT", 0, least=0, most=65535)  # the port people reach them at; 0 = the site's
PROXIES = env.integer("DJINN_PROXIES", 0, least=0, most=9)  # reverse proxies in front, whose X-Forwarded-* is believed
DEBUG = env.boolean("DJINN_DEBUG")  # error pages with tracebacks; only for developing Djinn

# --- Several hosts -----------------------------------------------------------------------------
# Both given: PostgreSQL and Redis, and any number of processes. Neither: files in DJINN_HOME, on one machine.
DATABASE_URL = env.address("DATABASE_URL", schemes=shape.POSTGRES)  # postgres://user:password@host:port/name
REDIS_URL = env.address("REDIS_URL", schemes=shape.REDIS)  # redis://host:port/number; broker, bells and cache
REDIS_PREFIX = env.text(
    "REDIS_PREFIX"
)  # begins every key; otherwise made of the secret key, so installations never mix
shape.check(DATABASE_URL, REDIS_URL)
IS_SCALED = bool(DATABASE_URL)

# --- Secrets -----------------------------------------------------------------------------------
# Signing and encrypting are different risks with different lifetimes, hence two keys.
# Several hosts must share them, so there both are given; one machine makes them and keeps them in DJINN_HOME.
SECRET_KEY = env.text("DJINN_SECRET_KEY")  # signs sessions; 50 random characters
ENCRYPTION_KEY = env.text("DJINN_ENCRYPTION_KEY")  # encrypts what is secret at rest; belongs into the backup
former = env.text("DJINN_FORMER_ENCRYPTION_KEYS")  # keys used before it, with ; between, until `manage.py reseal` ran
if IS_SCALED:
    keys.require(DJINN_SECRET_KEY=SECRET_KEY, DJINN_ENCRYPTION_KEY=ENCRYPTION_KEY)
SECRET_KEY = SECRET_KEY or keys.read_or_make(DJINN_HOME / "keys" / "secret.key")
REDIS_PREFIX = REDIS_PREFIX or keys.mark(SECRET_KEY)
ENCRYPTION_KEY = ENCRYPTION_KEY or keys.read_or_make(DJINN_HOME / "keys" / "encryption.key")
# Only as long as `manage.py reseal` has not run: they open what the newer key has not sealed yet.
FORMER_ENCRYPTION_KEYS = [key.strip() for key in former.split(";") if key.strip()]

# --- The model ---------------------------------------------------------------------------------
# A setting may name several with commas between: the first is preferred, the others stand in when it fails.
DJINN_MODEL = env.models("DJINN_MODEL", "demo")  # any litellm name, such as openrouter/…; demo needs no key
MODEL_OF_STEP = {
    "design": env.models("DJINN_MODEL_DESIGN", like=DJINN_MODEL),  # another model for the plan; else DJINN_MODEL
    "implement": env.models("DJINN_MODEL_IMPLEMENT", like=DJINN_MODEL),  # another for the files of a first build
    "edit": env.models("DJINN_MODEL_EDIT", like=DJINN_MODEL),  # another for changes of what exists
    "repair": env.models("DJINN_MODEL_REPAIR", like=DJINN_MODEL),  # another for putting right what does not run
    "review": env.models("DJINN_MODEL_REVIEW", like=DJINN_MODEL),  # another for reading what was made
}
MODEL_CHOICES = env.words("DJINN_MODEL_CHOICES")  # others that people may choose for a job, with commas between
EFFORTS = ("own", "low", "medium", "high")
MODEL_EFFORT = env.choice("DJINN_MODEL_EFFORT", "own", among=EFFORTS)  # how hard to think, where a model can be told
DJINN_API_BASE = env.text("DJINN_API_BASE")  # base address of an OpenAI-compatible server
DJINN_API_KEY = env.text("DJINN_API_KEY")  # key for it; the providers' own variables work too
CONTEXT_TOKENS = env.integer("DJINN_CONTEXT_TOKENS", 50_000, least=8_000, most=2_000_000)  # longest prompt of one call
DEMO_PACE = env.number("DJINN_DEMO_PACE", 1.0, least=0, most=10)  # slowness of recordings; 0 = at once

# --- Boxes -------------------------------------------------------------------------------------
BACKENDS = ("auto", "docker", "process", "none")
SANDBOX_BACKEND = env.choice("SANDBOX_BACKEND", "auto", among=BACKENDS)  # process is bubblewrap; none: plain pages only
SANDBOX_BASE_IMAGE = env.text("SANDBOX_BASE_IMAGE", "node:22-bookworm-slim")  # Debian, with or without Node; for docker
DOCKER_HOST = env.address("DOCKER_HOST", schemes=("unix", "tcp", "http", "https"))  # the engine; else its usual socket
DOCKER_TLS_VERIFY = bool(env.text("DOCKER_TLS_VERIFY"))  # anything but nothing: the engine's certificate is checked
DOCKER_CERT_PATH = env.text("DOCKER_CERT_PATH")  # folder with ca.pem, cert.pem and key.pem for the engine
SANDBOX_EGRESS_EXTRA_CIDRS = env.words("SANDBOX_EGRESS_EXTRA_CIDRS")  # private networks installs may reach

# --- Git elsewhere -----------------------------------------------------------------------------
GIT_EXTRA_CIDRS = env.words("DJINN_GIT_EXTRA_CIDRS")  # private networks that pushes and imports may reach

# --- Jobs --------------------------------------------------------------------------------------
PLAN_APPROVAL = env.choice("DJINN_PLAN_APPROVAL", "auto", among=("auto", "ask"))  # ask: a plan waits to be looked at
JOB_BUDGET = env.number("DJINN_JOB_BUDGET", 0, least=0, most=100_000)  # US dollars a job may spend; 0: no limit
ARTIFACTS_MB = env.integer("DJINN_ARTIFACTS_MB", 2048, least=1, most=1_000_000)  # of one project's jobs, in MiB in all
LEASE_SECONDS = env.integer("DJINN_LEASE_SECONDS", 15, least=3, most=600)  # a silent worker loses its job after this

# --- Django ------------------------------------------------------------------------------------
more_hosts = env.words("DJINN_ALLOWED_HOSTS")  # more names people reach the site by
ALLOWED_HOSTS = sorted({SITE_HOST, "localhost", "127.0.0.1", "[::1]", *more_hosts})
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "config",
    "agents",
    "sandboxes",
    "projects",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "heroicons",
    "ninja",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "projects.rest.entrance.Entrance",
    "config.csp.ContentSecurityPolicy",
    "config.refusals.Refusals",
    "config.origins.Origins",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

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
                "config.context.site",
            ],
        },
    }
]

DATABASES = {"default": shape.database(DATABASE_URL, DJINN_HOME)}
CACHES = {"default": shape.cache(REDIS_URL, REDIS_PREFIX)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Accounts ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "projects.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SIGNUP_OPEN = env.boolean("DJINN_SIGNUP_OPEN")  # whether strangers may make an account
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.accounts.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "config.accounts.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Djinn"
# The local owner's address gets no letters, and a second factor is theirs all the same.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers give passkeys to pages over HTTPS, and to localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_HOST == "localhost"

# --- Letters -----------------------------------------------------------------------------------
# Without a server of letters they are printed where Djinn was started.
MAIL_URL = env.address("DJINN_MAIL_URL", schemes=shape.MAIL)  # smtp://user:password@host:587 (TLS), or smtps://…:465
globals().update(shape.mail(MAIL_URL))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DJINN_MAIL_FROM", f"Djinn <djinn@{SITE_HOST}>")  # whom letters come from

# --- Cookies and headers -----------------------------------------------------------------------
SESSION_COOKIE_NAME = "djinn_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "djinn_csrf"
CSRF_FAILURE_VIEW = "config.refusals.old_form"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
# Without a proxy these headers are whatever a visitor cares to write.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES  # whose address the limits on signing in count
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains and
    "security.W021",  # preloading are promises about the whole domain, which is not ours to make
    "security.W008",  # Djinn speaks plain HTTP to a proxy; the redirect to HTTPS is the proxy's
]

# --- Static files ------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
BUNDLE_DIR = BASE_DIR / "static" / "dist"
mimetypes.add_type("text/javascript", ".js", strict=True)

# --- Uploads -----------------------------------------------------------------------------------
# The server refuses a longer body while it arrives; see config.serve.
MAX_BODY_BYTES = env.integer("DJINN_MAX_BODY_MB", 32, least=1, most=2048) * 1024 * 1024  # largest request, in MiB
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # the form for uploads takes fewer, and says so

# --- The API -----------------------------------------------------------------------------------
# Requests a minute, by token or user; for those without either by their address.
API_LIMITS = {
    "reads": env.integer("DJINN_API_READS", 1200, least=1, most=1_000_000),  # reading requests a minute for each caller
    "writes": env.integer("DJINN_API_WRITES", 300, least=1, most=1_000_000),  # the same for those that change something
    "anonymous": env.integer("DJINN_API_ANONYMOUS", 120, least=1, most=1_000_000),  # and for an address without sign-in
}

V1_SHIMS = env.boolean("DJINN_V1_SHIMS")  # whether clients of the earlier design find their addresses under /api/

# --- Live --------------------------------------------------------------------------------------
CHANNEL_LAYERS = {"default": shape.layer(REDIS_URL, REDIS_PREFIX, RUN_DIR / "bells")}

# --- Work --------------------------------------------------------------------------------------
# The job's row is the truth and the broker only a hint, so a lost message costs seconds.
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = shape.broker(REDIS_URL, REDIS_PREFIX, DJINN_HOME / "broker")
CELERY_TASK_PUBLISH_RETRY_POLICY = shape.BRIEFLY
WORKFORCE = "config.presence.workers"  # who says which workers are there

# --- Logs --------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("DJINN_LOG_LEVEL", "INFO", among=("DEBUG", "INFO", "WARNING", "ERROR"))  # how much is said
LOG_FORMAT = env.choice("DJINN_LOG_FORMAT", "plain", among=("plain", "json"))  # plain for people, json for machines
LOGGING = logs.configure(level=LOG_LEVEL, as_json=LOG_FORMAT == "json")
