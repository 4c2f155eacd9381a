"""Signing in without pages: the steps that the API's own tests do not take."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from projects import errors
from projects.services import entering
from tests.people import People


def test_without_a_first_step_there_is_no_second(people: People) -> None:
    request = RequestFactory().post("/api/v2/auth/second-factor")
    request.session, request.user = {}, AnonymousUser()  # type: ignore[assignment]  # a session is a mapping
    with pytest.raises(errors.Closed):
        entering.confirm(request, code="000000")
