"""Secrets as the API takes and gives them: names go out, values never do."""

from datetime import datetime

from projects.rest import In, Out, Text
from projects.services.secrets import MOST_BYTES


class SecretIn(In):
    value: str = Text(least=1, most=MOST_BYTES, json_schema_extra={"writeOnly": True, "format": "password"})


class SecretOut(Out):
    name: str
    created_at: datetime
    updated_at: datetime
