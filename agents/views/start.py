"""Where it begins: the wish, the examples, and the projects one has."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from agents import errors
from agents.enums import JobKind
from agents.forms import ChoiceForm, WishForm
from agents.recordings import catalogue
from agents.services import estimates, wishes
from projects.models import Project, User
from sandboxes import stacks

_PER_PAGE = 24
_ON_START = 12


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "agents/welcome.html")
    initial = {"wish": request.GET.get("wish", ""), "ask": settings.PLAN_APPROVAL == "ask"}
    return _page(request, WishForm(initial=initial))


@require_POST
@login_required
def send(request: HttpRequest) -> HttpResponse:
    form = WishForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        job = wishes.make(
            text=form.cleaned_data["wish"],
            by=cast("User", request.user),
            model=form.cleaned_data["model"],
            approval=form.approval,
            idempotency_key=form.idempotency_key,
        )
    except errors.NotPossible as refusal:
        form.add_error("wish", str(refusal))
        return _page(request, form, status=422)
    return redirect("agents:workbench", job.project.owner.handle, job.project.slug)


@require_safe
@login_required
def project_list(request: HttpRequest) -> HttpResponse:
    page = _projects(cast("User", request.user), _PER_PAGE, request.GET.get("page"))
    return render(request, "agents/project_list.html", {"projects": page})


def _page(request: HttpRequest, form: WishForm, *, status: int = 200) -> HttpResponse:
    choice = ChoiceForm({"model": form["model"].value()})
    context = {
        "form": form,
        "estimate": estimates.line(JobKind.GENERATE, choice.chosen()["model"]),
        "examples": _examples(),
        "projects": _projects(cast("User", request.user), _ON_START, None),
    }
    return render(request, "agents/start.html", context, status=status)


def _examples() -> list[dict[str, str]]:
    return [
        {"wish": one.wish, "title": one.title, "stack_title": stacks.BY_NAME[one.stack].title}
        for one in catalogue.all()
    ]


def _projects(user: User, per_page: int, number: str | None) -> "Page[Project]":
    mine = Project.objects.visible_to(user).active().select_related("owner", "agent_state")
    return Paginator(mine.order_by("-updated_at"), per_page).get_page(number)
