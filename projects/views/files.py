"""The files of a branch, to look at: the list, one file, its bytes, and what a search finds."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects import access, errors
from projects.enums import Ability
from projects.forms.files import SearchForm
from projects.models import Branch, Project, User
from projects.services import editing, files, media, searching
from projects.store.trees import Manifest
from projects.views.acting import found


@dataclass(frozen=True)
class Place:
    """A branch of a project, as somebody who may be here sees it."""

    project: Project
    branch: Branch
    user: User

    @property
    def tree(self) -> Manifest:
        return found(lambda: files.manifest(self.branch))

    def context(self, **more: object) -> dict[str, object]:
        """What every page about files is given."""
        return {
            "project": self.project,
            "here": "files",
            "branch": self.branch.name,
            "branches": list(self.project.branches.order_by("name").values_list("name", flat=True)),
            "can_edit": access.can(self.user, self.project, Ability.EDIT),
            **more,
        }


def place(request: HttpRequest, owner: str, project: str, ability: Ability = Ability.VIEW) -> Place:
    user = cast("User", request.user)
    at = access.get_project(user, owner, project, ability)
    return Place(at, found(lambda: files.branch_of(at, request.GET.get("branch", ""))), user)


@require_safe
@login_required
def show_list(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = place(request, owner, project)
    undo = request.GET.get("undo", "")
    return render(
        request,
        "projects/file_list.html",
        at.context(files=files.listed(at.tree), current="", form=SearchForm(), undo=undo if undo.isdecimal() else ""),
    )


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str, path: str) -> HttpResponse:
    at = place(request, owner, project)
    content = _read(at, path)
    kind = media.type_of(path, content)
    text = files.text_of(content) if len(content) <= editing.MOST_SHOWN else None
    return render(
        request,
        "projects/file_read.html",
        at.context(
            path=path,
            text=text,
            size=len(content),
            lines=files.count_lines(text),
            # As a page breaks lines: at line feeds alone.
            numbers=range(1, files.count_lines(text) + 1),
            kind=kind,
            is_picture=media.is_picture(kind),
            is_long=text is None and files.text_of(content) is not None,
        ),
    )


@require_safe
@login_required
def raw(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """The bytes. Whatever they are, no browser runs them."""
    at = place(request, owner, project)
    path = request.GET.get("path", "")
    content = _read(at, path)
    kind = media.headers(path, content, is_inline="download" not in request.GET)
    return HttpResponse(content, headers={**kind, "Cache-Control": "private, no-store"})


@require_safe
@login_required
def search(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = place(request, owner, project)
    form = SearchForm(request.GET)
    context = at.context(form=form)
    if form.is_valid():
        words, tree = form.cleaned_data["q"], at.tree
        try:
            context["names"] = searching.names(tree, words, most=20)
            context["found"] = searching.content(at.project.pk, tree, words, is_exact=form.cleaned_data["exact"])
        except errors.BadQuery as refusal:
            form.add_error("q", str(refusal))
    return render(request, "projects/file_search.html", context)


def _read(at: Place, path: str) -> bytes:
    return found(lambda: files.read(at.tree, path))
