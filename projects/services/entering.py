"""Signing up, in and out without pages: allauth's own checks, throttles and steps, told as refusals."""

from typing import Any

from allauth.account import forms
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.signup import complete_signup
from allauth.account.stages import LoginStageController
from allauth.core import ratelimit
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest

from projects import errors
from projects.models import User
from projects.services import accounts

# allauth's names: of a failed sign-in too many, and of the step that asks for a second factor.
TOO_OFTEN = "too_many_login_attempts"
SECOND = "mfa_authenticate"
_WRONG_CODE = "This code is not right, or it was used already."


def sign_up(request: HttpRequest, *, email: str, password: str) -> User:
    """An account, signed in. Where sign-up is closed nobody makes one here either."""
    if not settings.SIGNUP_OPEN:
        raise errors.SignUpClosed
    _count(request, "signup")
    form = forms.SignupForm(data={"email": email, "password1": password, "password2": password})
    if not form.is_valid():
        raise _unfit(form)
    user, _ = form.try_save(request)
    complete_signup(request, user=user)
    return _entered(request)


def sign_in(request: HttpRequest, *, email: str, password: str) -> User:
    """The first step; WrongCredentials, or SecondFactor when there is another."""
    _count(request, "login")
    form = forms.LoginForm(data={"login": email, "password": password}, request=request)
    if not form.is_valid():
        raise errors.TooOften if form.has_error("__all__", TOO_OFTEN) else errors.WrongCredentials
    before = request.user
    form.login(request)
    # Who was signed in stays so until the second step: that is nobody's entrance.
    if request.user == before and form.user != before:
        raise errors.SecondFactor
    return _entered(request)


def confirm(request: HttpRequest, *, code: str) -> User:
    """The second step: a code of the app, or one kept for recovery."""
    stage = LoginStageController.enter(request, SECOND)
    if stage is None:
        raise errors.Closed("No sign-in waits for a code; begin with e-mail and password.")
    form = AuthenticateForm(user=stage.login.user, data={"code": code})
    _accept(form, _WRONG_CODE)
    form.save()
    stage.exit()
    return _entered(request)


def confirm_again(request: HttpRequest, user: User, *, password: str | None, code: str | None) -> None:
    """Somebody who is signed in shows once more who they are, by one of both; counted with the page that asks it."""
    if (password is None) == (code is None):
        raise errors.BadFields({"password": "Give either the password or a code of the second factor."})
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        raise errors.TooOften
    if code is None:
        _accept(forms.ReauthenticateForm(user=user, data={"password": password}), "This password is not right.")
        reauthentication.reauthenticate_by_password(request)
    else:
        _accept(form := ReauthenticateForm(user=user, data={"code": code}), _WRONG_CODE)
        form.save()


def _accept(form: Any, otherwise: str) -> None:
    if not form.is_valid():
        is_too_often = any(form.has_error(name, TOO_OFTEN) for name in form.errors)
        raise errors.TooOften if is_too_often else errors.WrongCredentials(otherwise)


def sign_out(request: HttpRequest) -> None:
    auth.logout(request)


def _entered(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise errors.SecondFactor
    accounts.ensure_handle(user)
    return user


def _count(request: HttpRequest, action: str) -> None:
    if not ratelimit.consume(request, action=action):
        raise errors.TooOften


def _unfit(form: Any) -> errors.BadFields:
    """What is wrong with each field, in allauth's words."""
    names = {"password1": "password", "password2": "password"}
    told = {names.get(name, name): " ".join(said) for name, said in form.errors.items()}
    return errors.BadFields(told)
