"""The API as a program sees it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

ROOT = "/api/v2"
EVERYTHING = ("read", "write", "manage")


@dataclass
class Program:
    """Speaks JSON with a token; without one it is nobody."""

    secret: str | None

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret is not None:
            sent.setdefault("Authorization", f"Bearer {self.secret}")
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Client().generic(
            method, path if path.startswith("/api/") else ROOT + path, content,
            content_type=sent.pop("Content-Type", "application/json"), headers=sent,
        )  # fmt: skip

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self("DELETE", path, **headers)


Programs = Callable[..., Program]


def problem(answer: Any) -> dict[str, Any]:
    """What a refusal says, once its shape is right."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    told: dict[str, Any] = json.loads(answer.content)
    assert {"type", "title", "status", "detail", "code", "instance", "request_id"} <= told.keys()
    assert told["status"] == answer.status_code
    assert told["type"] == f"/api/v2/problems/{told['code']}"
    assert told["request_id"] == answer.headers["X-Request-ID"]
    return told
