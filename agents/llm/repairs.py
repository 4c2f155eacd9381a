"""Repairs of litellm 1.106.2, each shown by a test; look again when the version changes."""

from typing import Any

import httpx


def install(litellm: Any) -> None:
    _read_lines_exactly(litellm)
    # Counting tokens of a model named "…llama…" would fetch a tokenizer from the network, for minutes.
    litellm.disable_hf_tokenizer_download = True


def _read_lines_exactly(litellm: Any) -> None:
    """[DONE] gives no reason why a reply finished, a line that only mentions it is text, and a damaged one is an error.

    Unrepaired, any line with "[DONE]" in it is dropped and taken for the provider's finish reason, and a
    line that is not JSON is dropped in silence (OpenRouter, DeepSeek and others go this way).
    """
    lines = litellm.llms.base_llm.base_model_iterator.BaseModelResponseIterator
    unrepaired = lines._handle_string_chunk

    def handle(self: Any, str_line: str) -> Any:
        payload = str_line.removeprefix("data:").strip() if str_line.startswith("data:") else ""
        if payload in ("", "[DONE]"):
            return unrepaired(self, "")
        if (parsed := self.string_to_dict_parser(str_line)) is None:
            raise httpx.RemoteProtocolError("a piece of the reply arrived damaged")
        return self.chunk_parser(parsed)

    lines._handle_string_chunk = handle
