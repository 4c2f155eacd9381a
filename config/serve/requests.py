"""One HTTP request of Daphne's, with a bounded body and a writer that waits for its reader."""

from typing import Any

from daphne.http_protocol import WebRequest
from django.conf import settings

from config.serve import answers
from config.serve.gates import Gate


class Request(WebRequest):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._parsePOSTFormSubmission = False  # Django parses forms; twice would be double the memory
        self.gate: Gate | None = None
        self.taken = 0
        self.is_refused = False

    # --- the body, counted while it arrives -------------------------------------------------
    def gotLength(self, length: int | None) -> None:
        if length is not None and length > settings.MAX_BODY_BYTES:
            self.refuse(413)
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:
        self.taken += len(data)
        if self.is_refused:
            return
        if self.taken > settings.MAX_BODY_BYTES:
            self.refuse(413)
        else:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Which site is meant must be said, once; guessing it is how caches are poisoned."""
        # Daphne believes in it whoever sends it: every address in pages and letters would begin with it.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        hosts = self.requestHeaders.getRawHeaders(b"host", [])
        if not self.is_refused and (len(hosts) > 1 or (version == b"HTTP/1.1" and not hosts)):
            self.refuse(400)
        elif not self.is_refused:
            super().requestReceived(command, path, version)

    def refuse(self, status: int) -> None:
        if self.content is not None:
            self.content.close()
        self.requestHeaders.removeHeader(b"expect")
        self.channel.refuse(status)

    # --- the answer, written no faster than it is read --------------------------------------
    def handle_reply(self, message: dict[str, Any]) -> None:
        if message.get("more_body") and self.gate is None and not self.finished and self.channel is not None:
            self.gate = Gate(self.transport)
            self.registerProducer(self.gate, True)
        super().handle_reply(message)

    def finish(self) -> None:
        if self.gate is not None and self.producer is not None:
            self.unregisterProducer()
        super().finish()

    def handle_exception(self, exception: Exception) -> None:
        """An answer under way cannot become an error page; cut off, it is not taken for a whole one."""
        if self.finished or self.channel is None:
            return
        if self._response_started:
            self.channel.transport.abortConnection()
        else:
            super().handle_exception(exception)

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Daphne's own refusals, in our words."""
        told, page = answers.parts(status, self.uri)
        lines = [(name.encode(), value.encode()) for name, value in told.items()]
        self.handle_reply({"type": "http.response.start", "status": status, "headers": lines})
        self.handle_reply({"type": "http.response.body", "body": page})

    def connectionLost(self, reason: Any) -> None:
        if self.gate is not None:
            self.gate.stopProducing()
        super().connectionLost(reason)

    __hash__ = WebRequest.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other
