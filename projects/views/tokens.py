"""One's own tokens: which there are, making one, taking one away. A secret is shown on the answer that makes it."""

from datetime import timedelta
from typing import cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from projects import errors
from projects.forms.tokens import TokenForm
from projects.models import User
from projects.services import tokens


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, TokenForm())
    raise_if_reauthentication_required(request, app="")
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    days = form.cleaned_data["days"]
    try:
        secret = tokens.create(
            user=cast("User", request.user),
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=timezone.now() + timedelta(days=int(days)) if days else None,
        )[1]
    except errors.Refusal as refusal:
        form.add_error("name", str(refusal))
        return _page(request, form, status=422)
    return _page(request, TokenForm(), secret=secret)


@require_POST
@login_required
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    user = cast("User", request.user)
    try:
        token = tokens.find(user, token_id)
        tokens.revoke(token, by=user)
        messages.success(request, f"{token.name} does not work any more.")
    except errors.Missing as missing:
        messages.error(request, str(missing))
    return redirect("projects:tokens")


def _page(request: HttpRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    context = {"tokens": tokens.of_user(cast("User", request.user)), "form": form, "secret": secret}
    return render(request, "projects/tokens.html", context, status=status)
