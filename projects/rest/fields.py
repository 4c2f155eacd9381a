"""Building blocks of schemas that say in OpenAPI exactly what they take."""

from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from projects import storable

# No null: PostgreSQL takes none in a text.
PLAIN = r"^[^\x00]*$"


class In(Schema):
    """What an operation takes: a field it does not know is a mistake of the caller's, and told."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation in {int, int | None}:
            raise ValueError("must be a whole number")
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _can_be_kept(cls, value: Any) -> Any:
        if isinstance(value, str) and storable.text(value) != value:
            raise ValueError("holds a character that cannot be kept")
        return value


class Out(Schema):
    """What an operation gives, read from rows or dicts."""


def Text(default: Any = ..., *, least: int = 0, most: int, pattern: str = PLAIN, **more: Any) -> Any:  # noqa: N802 - it stands where a type does
    """The field of a text of so many characters that every database takes."""
    return Field(default, min_length=least, max_length=most, pattern=pattern, **more)


def Int(default: Any = ..., *, least: int = 0, most: int = 2**63 - 1, **more: Any) -> Any:  # noqa: N802 - it stands where a type does
    """The field of a whole number that every database takes."""
    return Field(default, ge=least, le=most, **more)
