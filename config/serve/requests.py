"""One HTTP request of Daphne's, with a bounded body and a writer that waits for its reader."""

from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.internet import reactor as installed_reactor

from config.serve.gates import Gate

LINGER = 5.0
reactor: Any = installed_reactor  # its type describes only half of it
BODY = b"This request is larger than this site accepts.\n"
TOO_LARGE = (
    b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


class Request(WebRequest):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._parsePOSTFormSubmission = False  # Django parses forms; twice would be double the memory
        self.gate: Gate | None = None
        self.taken = 0
        self.is_refused = False

    # --- the body, counted while it arrives -------------------------------------------------
    def gotLength(self, length: int | None) -> None:  # noqa: N802
        if length is not None and length > settings.MAX_BODY_BYTES:
            self.refuse()
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self.taken += len(data)
        if self.is_refused:
            return
        if self.taken > settings.MAX_BODY_BYTES:
            self.refuse()
        else:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        if not self.is_refused:
            super().requestReceived(command, path, version)

    def refuse(self) -> None:
        """Answers at once and stops writing; what still arrives is thrown away for a moment, then cut off.

        Closing at once would reset the connection, and the client would never read the answer.
        """
        self.is_refused = True
        if self.content is not None:
            self.content.close()
        self.requestHeaders.removeHeader(b"expect")
        self.channel.persistent = False
        transport = self.channel.transport
        transport.write(TOO_LARGE)
        transport.loseWriteConnection()
        reactor.callLater(LINGER, transport.abortConnection)

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

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        if self.gate is not None:
            self.gate.stopProducing()
        super().connectionLost(reason)

    __hash__ = WebRequest.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class Factory(HTTPFactory):
    def buildProtocol(self, address: Any) -> Any:  # noqa: N802
        protocol = super().buildProtocol(address)
        protocol.requestFactory = Request
        return protocol
