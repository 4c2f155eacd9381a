"""One HTTP connection: what cannot be a request gets an answer that says so, and a slow one has its deadline."""

from typing import Any

import structlog
from daphne.http_protocol import HTTPFactory
from twisted.web import http

from config.serve import answers
from config.serve.requests import Request

LINGER = 5.0
# The head of a request must be here within so many seconds; of a body so many bytes in each turn.
HEAD_SECONDS = 20.0
BODY_TURN = 30.0
LEAST_PER_TURN = 4096

log = structlog.get_logger(__name__)
Untyped: Any = http.HTTPChannel  # its types describe only half of it


class Channel(Untyped):
    is_refused = False
    _deadline: Any = None
    _taken = 0
    # Also of a line that is refused. It decides in what form that is said, and nothing else.
    _asked = b""

    def dataReceived(self, data: bytes) -> None:
        if self.is_refused:
            return
        if self.line_mode and self._deadline is None:
            self._deadline = self.callLater(HEAD_SECONDS, self.refuse, 408)
        super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        if self.is_refused:
            return
        words = line.split(b" ", 2)
        if len(words) == 3 and words[2].startswith(b"HTTP/"):
            self._asked = words[1]
        if self._receivedHeaderSize + len(line) > self.totalHeadersSize:
            self.refuse(431 if self.requests else 414)
        else:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        self.refuse(431 if self.requests else 414)

    def headerReceived(self, line: bytes) -> bool:
        if self._receivedHeaderCount >= self.maxHeaders:
            self.refuse(431)
        return not self.is_refused and super().headerReceived(line)

    def allHeadersReceived(self) -> None:
        self._in_time()
        if self.is_refused:
            return
        super().allHeadersReceived()
        if self.length != 0 and not self.is_refused:
            self._deadline = self.callLater(BODY_TURN, self._look_at_the_body)

    def _look_at_the_body(self) -> None:
        """A body may take its time, but it must come."""
        taken = self.requests[-1].taken
        if taken - self._taken < LEAST_PER_TURN:
            self.refuse(408)
        else:
            self._taken = taken
            self._deadline = self.callLater(BODY_TURN, self._look_at_the_body)

    def allContentReceived(self) -> None:
        self._in_time()
        self._taken = 0
        if not self.is_refused:
            super().allContentReceived()

    def rawDataReceived(self, data: bytes) -> None:
        if not self.is_refused:
            super().rawDataReceived(data)

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(400)

    def refuse(self, status: int) -> None:
        """Answers at once and stops writing; what still arrives is thrown away for a moment, then cut off.

        Closing at once would reset the connection, and the client would never read the answer.
        """
        if self.is_refused:
            return
        self._in_time()
        self.is_refused, self.persistent = True, False
        for request in self.requests:
            request.is_refused = True
        log.warning("A request was refused before it was read.", status=status, client=self.transport.getPeer().host)
        self.transport.write(answers.whole(status, self._asked))
        self.transport.loseWriteConnection()
        self.callLater(LINGER, self.transport.abortConnection)

    def connectionLost(self, reason: Any) -> None:
        self._in_time()
        super().connectionLost(reason)

    def _in_time(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None


class Factory(HTTPFactory):
    protocol = Channel

    def buildProtocol(self, address: Any) -> Any:
        protocol = super().buildProtocol(address)
        protocol.requestFactory = Request
        return protocol
