"""Loads litellm when a model is first called, quiet and with nothing of its own switched on.

It costs seconds and 170 MB, so nobody else may import it.
"""

import functools
import importlib
import logging
import os
import sys
from typing import Any

from agents.llm import repairs

# Read by litellm while it is imported: no price list from the network, no .env of this folder.
BEFORE_IMPORT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOG": "CRITICAL",
}
# Its loggers repeat whole requests; httpx logs addresses, and some providers take the key there.
QUIET = {
    "LiteLLM": logging.CRITICAL,
    "LiteLLM Router": logging.CRITICAL,
    "LiteLLM Proxy": logging.CRITICAL,
    "httpx": logging.WARNING,
    "openai": logging.WARNING,
}


@functools.cache
def load() -> Any:
    os.environ.update(BEFORE_IMPORT)
    litellm: Any = importlib.import_module("litellm")
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    # What a model does not take is refused: a wish dropped in silence is a wrong answer.
    litellm.drop_params = False
    for name in ("callbacks", "success_callback", "failure_callback"):
        setattr(litellm, name, [])
    # Plain httpx: cuts, read timeouts and closing behave as documented.
    litellm.disable_aiohttp_transport = True
    # It takes a hundred equal pieces ("----") for a loop; `live` has its own, wider limit.
    litellm.REPEATED_STREAMING_CHUNK_LIMIT = sys.maxsize
    repairs.install(litellm)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    return litellm
