"""History: versions on a line of time, one of them, what lies between two, and the way back."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from projects import access
from projects.enums import Ability
from projects.forms.history import BranchForm, CompareForm, LabelForm, RestoreForm
from projects.models import Branch, Project, Version
from projects.services import branches, checkpoints, comparing, versions
from projects.views.acting import attempt, found, project_of, user_of

PER_PAGE = 50


@require_safe
@login_required
def show_list(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = project_of(request, owner, project, Ability.VIEW)
    # Read before the versions: what happens meanwhile comes by the feed.
    last_seq = at.last_seq
    branch = found(lambda: branches.find(at, request.GET.get("branch") or branches.MAIN))
    rows = Paginator(versions.listed(at, branch), PER_PAGE).get_page(request.GET.get("page"))
    rows.object_list = versions.detailed(rows.object_list)
    context = {
        "project": at,
        "here": "history",
        "branch": branch,
        "branches": branches.of_project(at),
        "versions": rows,
        "checkpoints": checkpoints.listed(at)[:20],
        "compare": CompareForm(),
        "feed_path": f"/live/projects/{at.pk}/",
        "last_seq": last_seq,
        "can_edit": access.can(user_of(request), at, Ability.EDIT),
    }
    return render(request, "projects/history.html", context)


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str, number: int) -> HttpResponse:
    at = project_of(request, owner, project, Ability.VIEW)
    version = found(lambda: versions.find(at, number))
    branch = found(lambda: branches.find(at, request.GET.get("branch") or branches.MAIN))
    context = _difference(versions.first_parent(version), version) | {
        "project": at,
        "here": "history",
        "version": versions.detailed([version])[0],
        "branch": branch,
        "label": LabelForm(),
        "begin": BranchForm(initial={"version": number}),
        "restore": RestoreForm(initial={"branch": branch.name, "head": branches.number_of(branch)}),
        "can_edit": access.can(user_of(request), at, Ability.EDIT),
    }
    return render(request, "projects/version.html", context)


@require_safe
@login_required
def compare(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = project_of(request, owner, project, Ability.VIEW)
    form = CompareForm(request.GET)
    if not form.is_valid():
        raise Http404
    before, after = (_version(at, form.cleaned_data[name]) for name in ("before", "after"))
    context = _difference(before, after) | {"project": at, "here": "history", "before": before, "after": after}
    return render(request, "projects/compare.html", context)


def _version(at: Project, number: int) -> Version | None:
    return found(lambda: versions.find(at, number)) if number else None


def _difference(before: Version | None, after: Version | None) -> dict[str, Any]:
    return shown(versions.compare(before, after))


def shown(compared: comparing.Comparison) -> dict[str, Any]:
    files = comparing.on_a_page(compared)
    return {"compared": compared, "files": files, "more": len(compared.files) - len(files)}


@require_POST
@login_required
def restore(request: HttpRequest, owner: str, project: str, number: int) -> HttpResponse:
    at = project_of(request, owner, project, Ability.EDIT)
    version, form = found(lambda: versions.find(at, number)), RestoreForm(request.POST)
    if not form.is_valid():
        raise Http404
    branch = found(lambda: branches.find(at, form.cleaned_data["branch"]))
    seen, by = form.cleaned_data["head"], user_of(request)
    act = partial(versions.restore, branch, version, by=by, seen=seen)
    return attempt(request, act, to=_history(at, branch), said=f"The files are those of version {number} again.")


@require_POST
@login_required
def label(request: HttpRequest, owner: str, project: str, number: int) -> HttpResponse:
    at = project_of(request, owner, project, Ability.EDIT)
    version = found(lambda: versions.find(at, number))
    text, by = request.POST.get("label", ""), user_of(request)
    to = reverse("projects:version", args=[at.owner.handle, at.slug, number])
    return attempt(request, lambda: checkpoints.create(version, text, by=by), to=to, said="Labelled.")


@require_POST
@login_required
def unlabel(request: HttpRequest, owner: str, project: str, checkpoint: UUID) -> HttpResponse:
    at = project_of(request, owner, project, Ability.EDIT)
    kept = found(lambda: checkpoints.find(at, checkpoint))
    to = reverse("projects:version", args=[at.owner.handle, at.slug, kept.version.number])
    return attempt(request, lambda: checkpoints.delete(kept), to=to, said="The label is off; the version stays.")


def _history(at: Project, branch: Branch) -> str:
    there = reverse("projects:history", args=[at.owner.handle, at.slug])
    return there if branch.name == branches.MAIN else f"{there}?branch={branch.name}"
