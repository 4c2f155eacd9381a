"""litellm's own list of models and prices, read from the disk without importing it."""

import functools
import importlib.util
import json
from collections.abc import Iterator, Mapping
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


@functools.lru_cache(maxsize=256)
def find(model: str) -> Entry:
    """What is known of it, whoever sells it; nothing when it stands nowhere."""
    listed = entries()
    return next((listed[name] for name in _names(model) if name in listed), {})


def _names(model: str) -> Iterator[str]:
    """Its name as it stands, then without who sells it; OpenRouter writes 4.5 where the maker writes 4-5."""
    name, slash = model.partition(":")[0], "/"
    while slash:
        yield name
        yield name.replace(".", "-")
        _, slash, name = name.partition("/")
