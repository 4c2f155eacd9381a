"""The settings the suite runs under: the real ones, in a throw-away home."""

import os
import sys
import tempfile
from pathlib import Path

# The type checker reads the settings too and cleans up after nobody: it has one place for ever.
TOOLS_HOME = Path(tempfile.gettempdir()) / f"djinn-tools-{os.getuid()}"
os.environ["DJINN_HOME"] = tempfile.mkdtemp(prefix="djinn-tests-") if "pytest" in sys.modules else str(TOOLS_HOME)
os.environ.setdefault("DJINN_DEMO_PACE", "0")

# What the stacks need is fetched once per run of the suite: its workers look where its head does.
templates = Path(os.environ["DJINN_HOME"]) / "templates"
shared = Path(os.environ.setdefault("DJINN_TESTS_TEMPLATES", str(templates)))
shared.mkdir(parents=True, exist_ok=True)
if shared != templates and not templates.exists():
    templates.symlink_to(shared)

os.environ.setdefault("SANDBOX_BACKEND", "process")  # whatever engine this machine happens to run
os.environ["REDIS_PREFIX"] = f"djinn-tests-{os.getpid()}"  # nobody hears the bells of another run
os.environ.setdefault("DJINN_LOG_LEVEL", "WARNING")
os.environ["DJINN_V1_SHIMS"] = "yes"  # every door is tried; that they are shut without it has tests of its own

from config.settings import *  # noqa: E402, F403

if IS_SCALED:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": f"djinn_tests_{os.getpid()}"}  # noqa: F405

# The real hasher is slow by design; the suite makes hundreds of users.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# There is a server of letters, and it keeps them.
MAIL_URL = "smtp://letters.example"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]  # noqa: F405
