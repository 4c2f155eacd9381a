"""Packages of an app: what is there and since when, adding, upgrading, removing, and asking the registry."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from agents import errors
from agents.enums import JobKind
from agents.forms import PackagesForm
from agents.services import jobs, packages
from agents.services.packages import Changed
from agents.views import workbench
from projects import access
from projects import errors as refusals
from projects.enums import Ability
from projects.models import Branch, Project, User
from projects.services import branches
from sandboxes.services import packages as listing

PAGE = "packages"


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found, branch = _found(request, owner, project, Ability.VIEW)
    return _page(request, found, branch, PackagesForm())


@require_POST
@login_required
def add(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """What is refused is said beside the field it was written in."""
    found, branch = _found(request, owner, project, Ability.EDIT)
    form = PackagesForm(request.POST)
    if not form.is_valid():
        return _page(request, found, branch, form)
    try:
        changed = packages.add(branch, form.names(), by=_user(request), is_dev=form.cleaned_data["dev"])
    except (errors.NotPossible, refusals.Refusal) as refusal:
        form.add_error("packages", str(refusal))
        return _page(request, found, branch, form)
    return _done(request, found, branch, changed)


@require_POST
@login_required
def upgrade(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found, branch = _found(request, owner, project, Ability.EDIT)
    names = request.POST.getlist("package")
    return _act(request, found, branch, lambda: packages.upgrade(branch, names, by=_user(request)))


@require_POST
@login_required
def remove(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found, branch = _found(request, owner, project, Ability.EDIT)
    names = request.POST.getlist("package")
    return _act(request, found, branch, lambda: packages.remove(branch, names, by=_user(request)))


@require_POST
@login_required
def install(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """Once more, as the list is."""
    found, branch = _found(request, owner, project, Ability.EDIT)
    try:
        jobs.start(project=found, text="", by=_user(request), branch=branch, kind=JobKind.INSTALL)
    except errors.NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect(workbench.address(found, branch, page=PAGE))


@require_POST
@login_required
def check(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found, branch = _found(request, owner, project, Ability.EDIT)
    listing.ask_registry(branch)
    return redirect(workbench.address(found, branch, page=PAGE))


def _act(request: HttpRequest, found: Project, branch: Branch, act: Callable[[], Changed]) -> HttpResponse:
    try:
        changed = act()
    except (errors.NotPossible, refusals.Refusal) as refusal:
        messages.error(request, str(refusal))
        return redirect(workbench.address(found, branch, page=PAGE))
    return _done(request, found, branch, changed)


def _done(request: HttpRequest, found: Project, branch: Branch, changed: Changed) -> HttpResponse:
    if changed.version is None:
        messages.info(request, "All of that is in the list already.")
    else:
        messages.success(
            request, f"Version {changed.version.number}: {changed.version.message}. It is being installed."
        )
    return redirect(workbench.address(found, branch, page=PAGE))


def _page(request: HttpRequest, found: Project, branch: Branch, form: PackagesForm) -> HttpResponse:
    """`last_seq` is read before anything else: what happens meanwhile comes by the feed."""
    last_seq = found.last_seq
    told, job = listing.of(branch), packages.at_work(branch)
    is_running = told.last is not None and told.last.command.finished_at is None
    context = {
        "project": found,
        "here": PAGE,
        "branch": branch.name,
        "branches": list(found.branches.order_by("name").values_list("name", flat=True)),
        "address": workbench.address(found, branch, page=PAGE),
        "feed_path": f"/live/projects/{found.pk}/?branch={branch.pk}",
        "last_seq": last_seq,
        "listing": told,
        "rows": packages.with_titles(branch, told.packages),
        "job": job,
        "is_running": is_running,
        "is_waiting": job is not None and not is_running,
        "is_asking": listing.is_asking(told.report),
        "before": packages.before(branch) if told.last and told.last.trouble else None,
        "head": branches.number_of(branch),
        "form": form,
        "can_edit": access.can(_user(request), found, Ability.EDIT),
    }
    return render(request, "agents/packages.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, owner: str, project: str, ability: Ability) -> tuple[Project, Branch]:
    found = access.get_project(_user(request), owner, project, ability)
    return found, workbench.branch_of(request, found)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
