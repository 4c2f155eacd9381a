"""Which Chromium takes the pictures."""

import shutil
from pathlib import Path

from django.conf import settings

NAMES = ("chromium", "chromium-browser", "google-chrome")
NONE = "none"


def find() -> Path | None:
    """The one that is set, or the first that PATH knows; nothing is taken where there is none."""
    if settings.CHROMIUM == NONE:
        return None
    names = (settings.CHROMIUM,) if settings.CHROMIUM else NAMES
    return next((Path(found).resolve() for name in names if (found := shutil.which(name))), None)
