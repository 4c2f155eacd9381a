"""Whether a model of this name could be called: its provider exists, and there is a key for it.

Asked without importing litellm. A door asks only for the name: keys are where the workers are.
"""

import functools
import importlib.util
import os
import re
from pathlib import Path
from typing import Final

from django.conf import settings

from agents import chains

PROVIDERS_FILE: Final = "types/utils.py"
PROVIDERS: Final = re.compile(r"^class LlmProviders\(.*?\n(?=class )", re.DOTALL | re.MULTILINE)
NAME: Final = re.compile(r'= "([a-z0-9_\-]+)"')
# Where a provider's key may stand. Those not listed here have ways of their own, and are believed.
KEYS: Final = {
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    "cohere": ("COHERE_API_KEY", "CO_API_KEY"),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "groq": ("GROQ_API_KEY",),
    "mistral": ("MISTRAL_API_KEY",),
    "openai": ("OPENAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY", "OR_API_KEY"),
    "xai": ("XAI_API_KEY",),
}


def unknown_provider(model: str) -> str:
    """Why no provider can have this name; nothing when one might."""
    provider, slash, _ = model.partition("/")
    known = _providers()
    if not slash or provider == chains.DEMO or provider in known or not known or settings.DJINN_API_BASE:
        return ""
    return (
        f"There is no model provider called “{provider}”. "
        "A model is named provider/model, such as openrouter/…; choose another, or set DJINN_MODEL."
    )


def missing_key(model: str) -> str:
    """What to set, in a sentence; nothing when there is a key, or we cannot know."""
    provider = model.partition("/")[0]
    names = KEYS.get(provider, ())
    is_ours = provider == settings.DJINN_MODEL.partition("/")[0]
    if settings.DJINN_API_BASE or (settings.DJINN_API_KEY and is_ours) or any(map(os.environ.get, names)):
        return ""
    return f"There is no key for {provider}: set {names[0]}, or DJINN_API_KEY." if names else ""


@functools.cache
def _providers() -> frozenset[str]:
    """All that litellm knows; empty where it is not there, and then every name is believed."""
    found = importlib.util.find_spec("litellm")
    if found is None or found.origin is None:
        return frozenset()
    file = Path(found.origin).parent / PROVIDERS_FILE
    listed = PROVIDERS.search(file.read_text("utf-8")) if file.is_file() else None
    return frozenset(NAME.findall(listed[0])) if listed else frozenset()
