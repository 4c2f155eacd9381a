"""litellm's own list of models and prices, read from the disk without importing it."""

import functools
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FILE: Final = "model_prices_and_context_window_backup.json"

Entry = Mapping[str, Any]


@functools.cache
def entries() -> Mapping[str, Entry]:
    """Empty when the list is not there: then everything is unknown, nothing breaks."""
    found = importlib.util.find_spec("litellm")
    if found is None or found.origin is None:
        return {}
    path = Path(found.origin).parent / FILE
    loaded: dict[str, Entry] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    loaded.pop("sample_spec", None)  # explains the columns
    return loaded
