"""The settings the suite runs under: the real ones, in a throw-away home."""

import os
import tempfile

os.environ["DJINN_HOME"] = tempfile.mkdtemp(prefix="djinn-tests-")
os.environ.setdefault("DJINN_DEMO_PACE", "0")
os.environ.setdefault("DJINN_LOG_LEVEL", "WARNING")

from config.settings import *  # noqa: F403

# The real hasher is slow by design; the suite makes hundreds of users.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]  # noqa: F405
