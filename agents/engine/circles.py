"""A model that answers the same again, with the same outcome, goes round in circles: it is not asked a third time."""

from agents.engine.calls import Call

_TO_ITS_END = "stop"


class Circle:
    """Of the calls of one step."""

    def __init__(self) -> None:
        self._before: tuple[str, str] | None = None

    def is_closed_by(self, call: Call, outcome: str) -> bool:
        """Whether it was so the time before. A reply that was cut off has not said all it had to say."""
        is_whole = call.finish is not None and call.finish.reason == _TO_ITS_END
        now = (call.text.strip(), outcome)
        is_same, self._before = is_whole and now == self._before, now if is_whole else None
        return is_same
