"""Branches: the list with what each is ahead and behind, beginning one, comparing, merging, deleting."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects import access, errors
from projects.enums import Ability
from projects.forms.history import BranchForm, DeleteForm, MergeForm, MergeSeenForm
from projects.models import Branch, Project
from projects.services import branches, showing, versions
from projects.views.acting import attempt, found, project_of, user_of
from projects.views.history import shown


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    is_new = request.method == "POST"
    at = project_of(request, owner, project, Ability.EDIT if is_new else Ability.VIEW)
    form = BranchForm(request.POST or None)
    if is_new and form.is_valid() and _create(form, at, request):
        return redirect(_page(at))
    standings = branches.standings(at)
    context = {
        "project": at,
        "here": "branches",
        "standings": standings,
        "main": next((one.branch for one in standings if one.branch.name == branches.MAIN), None),
        "form": form,
        "can_edit": access.can(user_of(request), at, Ability.EDIT),
    }
    return render(request, "projects/branches.html", context, status=422 if form.errors else 200)


def _create(form: BranchForm, at: Project, request: HttpRequest) -> bool:
    number = form.cleaned_data["version"]
    try:
        version = versions.find(at, number) if number else None
        branches.create(at, form.cleaned_data["name"], by=user_of(request), at=version)
    except errors.Missing as refusal:
        form.add_error("version", str(refusal))
    except errors.Refusal as refusal:
        form.add_error("name", str(refusal))
    return not form.errors


@require_safe
@login_required
def compare(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """What merging the one into the other would bring."""
    at = project_of(request, owner, project, Ability.VIEW)
    form = MergeForm(request.GET)
    if not form.is_valid():
        raise Http404
    source, into = _both(form, at)
    context = {
        "project": at,
        "here": "branches",
        "source": source,
        "into": into,
        "can_edit": access.can(user_of(request), at, Ability.EDIT),
    }
    return render(request, "projects/branch_compare.html", context | shown(branches.compare(source, into)))


@require_POST
@login_required
def merge(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """After a conflict one is led to where it can be resolved."""
    at = project_of(request, owner, project, Ability.EDIT)
    form = MergeSeenForm(request.POST)
    if not form.is_valid():
        raise Http404
    source, into = _both(form, at)
    seen = branches.Looked(source=form.cleaned_data["source_head"], into=form.cleaned_data["head"])
    act = partial(branches.merge, source, into, by=user_of(request), seen=seen)
    answer = attempt(request, act, to=_page(at), said=f"{source.name} is merged into {into.name}.")
    waiting = showing.listed(at, state="open", branch=into.name).filter(merges=source.head).first()
    return answer if waiting is None else redirect("projects:change", at.owner.handle, at.slug, waiting.pk)


@require_POST
@login_required
def delete(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = project_of(request, owner, project, Ability.EDIT)
    form = DeleteForm(request.POST)
    if not form.is_valid():
        raise Http404
    branch = found(lambda: branches.find(at, form.cleaned_data["name"]))
    said = f"{branch.name} is deleted. Its versions stay in the history."
    act = partial(branches.delete, branch, by=user_of(request), seen=form.cleaned_data["head"])
    return attempt(request, act, to=_page(at), said=said)


def _both(form: MergeForm, at: Project) -> tuple[Branch, Branch]:
    source, into = form.cleaned_data["source"], form.cleaned_data["into"]
    return found(lambda: branches.find(at, source)), found(lambda: branches.find(at, into))


def _page(at: Project) -> str:
    return reverse("projects:branches", args=[at.owner.handle, at.slug])
