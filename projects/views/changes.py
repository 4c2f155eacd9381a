"""Changes: what waits for a decision, and deciding about it by file and by part."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.messages import get_messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects import access, errors
from projects.enums import Ability, ChangeSetState, Decision
from projects.forms.history import ApplyForm, EditForm, ResolveForm, SeenForm
from projects.models import Change, ChangeSet, Project
from projects.services import changesets, comparing, files, media, review, showing
from projects.store import diffs, endings, trees
from projects.views.acting import attempt, found, project_of, user_of

PER_PAGE = 30
FILES_PER_PAGE = 100


@require_safe
@login_required
def show_list(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = project_of(request, owner, project, Ability.VIEW)
    state = request.GET.get("state", ChangeSetState.OPEN)
    rows = showing.listed(at, state=state if state in ChangeSetState.values else "")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"project": at, "here": "changes", "changes": page, "state": state, "states": ChangeSetState.choices}
    return render(request, "projects/change_list.html", context)


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str, change: UUID) -> HttpResponse:
    at = project_of(request, owner, project, Ability.VIEW)
    changeset = found(lambda: showing.find(at, change))
    rows, alone, room = showing.rows_of(changeset), request.GET.get("path", ""), _room()
    page = Paginator(rows.filter(path=alone) if alone else rows, FILES_PER_PAGE).get_page(request.GET.get("page"))
    if alone and not page.object_list:
        raise Http404
    shown = list(showing.files(changeset, page.object_list, room=room))
    looked = review.looked(changeset) if changeset.is_open else None
    clashes = review.clashes(changeset) if changeset.is_open and not alone else []
    context = _context(request, at, changeset) | {
        "page": page,
        "alone": alone,
        "files": shown,
        "left_out": sum(file.is_left_out or file.is_cut for file in shown),
        "clashes": list(showing.clashes(clashes[: showing.MOST_CLASHES], _room())),
        "looked": looked,
        "more_clashes": max(0, len(clashes) - showing.MOST_CLASHES),
        "form": ApplyForm(initial={"message": changeset.title, "seen": changeset.revision}),
    }
    return render(request, "projects/change_show.html", context)


def _context(request: HttpRequest, at: Project, changeset: ChangeSet) -> dict[str, Any]:
    can_decide = changeset.is_open and access.can(user_of(request), at, Ability.EDIT)
    tally = showing.tally(changeset)
    return {"project": at, "here": "changes", "change": changeset, "can_decide": can_decide, "tally": tally}


def _room() -> showing.Room:
    return showing.Room(most_line=showing.MOST_LINE)


@require_safe
@login_required
def raw(request: HttpRequest, owner: str, project: str, change: UUID) -> HttpResponse:
    """The bytes of one of its files, however long. Whatever they are, no browser runs them."""
    at = project_of(request, owner, project, Ability.VIEW)
    changeset = found(lambda: showing.find(at, change))
    path, side = request.GET.get("path", ""), request.GET.get("side", "after")
    content = found(lambda: showing.content(changeset, path, "before" if side == "before" else "after"))
    return HttpResponse(content, headers={**media.headers(path, content), "Cache-Control": "private, no-store"})


@require_POST
@login_required
def decide(request: HttpRequest, owner: str, project: str, change: UUID) -> HttpResponse:
    """A button's name is the decision, its value the part; without one it is about the whole file."""
    at = project_of(request, owner, project, Ability.EDIT)
    changeset = found(lambda: showing.find(at, change))
    decision = next((Decision(word) for word in Decision.values if word in request.POST), None)
    path, seen = request.POST.get("path", ""), request.POST.get("seen")
    if decision is None or seen is None:
        raise Http404
    to = f"{_page(at, change)}#file-{trees.path_id(path)}"
    act = partial(_decide, changeset, path, request.POST[decision], decision, seen=seen)
    answer = attempt(request, act, to=to)
    if not request.headers.get("HX-Request"):
        return answer
    rows = showing.rows_of(changeset).filter(path=path)
    context = _context(request, at, changeset) | {"files": list(showing.files(changeset, rows, room=_room()))}
    fragment = render(request, "projects/change_decided.html", context)
    if get_messages(request):
        # What stands against it is said at the head of the page.
        fragment.headers["HX-Refresh"] = "true"
    return fragment


def _decide(changeset: ChangeSet, path: str, part: str, decision: Decision, *, seen: str) -> None:
    """`seen` is the hash of the file as the page showed it; where it is about all files, the revision."""
    if part:
        review.decide_part(changeset, path, part, decision, seen=seen)
    elif path:
        review.decide(changeset, path, decision, seen=seen)
    else:
        review.decide_all(changeset, decision, seen=int(seen) if seen.isdecimal() else -1)


@require_POST
@login_required
def apply(request: HttpRequest, owner: str, project: str, change: UUID) -> HttpResponse:
    at = project_of(request, owner, project, Ability.EDIT)
    changeset = found(lambda: showing.find(at, change))
    form = ApplyForm(request.POST)
    form.full_clean()
    if "seen" not in form.cleaned_data:
        raise Http404
    message = form.cleaned_data.get("message") or changeset.title or "Apply changes"
    act = partial(changesets.apply, changeset, by=user_of(request), message=message, seen=form.cleaned_data["seen"])
    return attempt(request, act, to=_page(at, change), said="Applied. What was left undecided goes on as a new change.")


@require_POST
@login_required
def reject(request: HttpRequest, owner: str, project: str, change: UUID) -> HttpResponse:
    at = project_of(request, owner, project, Ability.EDIT)
    changeset = found(lambda: showing.find(at, change))
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Http404
    return attempt(
        request,
        partial(review.reject, changeset, by=user_of(request), seen=form.cleaned_data["seen"]),
        to=reverse("projects:change-list", args=[at.owner.handle, at.slug]),
        said="Rejected. It stays readable among the rejected ones.",
    )


@require_POST
@login_required
def resolve(request: HttpRequest, owner: str, project: str, change: UUID) -> HttpResponse:
    """One choice per path that both sides changed; what comes of it is a change of its own, to look at."""
    at = project_of(request, owner, project, Ability.EDIT)
    changeset = found(lambda: showing.find(at, change))
    form = ResolveForm(request.POST)
    if not form.is_valid():
        raise Http404
    seen = review.Looked(form.cleaned_data["seen"], form.cleaned_data["head"])
    choices = {key.removeprefix("take:"): str(value) for key, value in request.POST.items() if key.startswith("take:")}
    rest = request.POST.get("rest")

    def resolved() -> ChangeSet:
        others = {one.path: rest for one in review.clashes(changeset)} if rest else {}
        return review.resolve(changeset, {**others, **choices}, by=user_of(request), seen=seen)

    made: list[ChangeSet] = []
    answer = attempt(
        request,
        lambda: made.append(resolved()),
        to=_page(at, change),
        said="Resolved. Look at it once more, then apply it.",
    )
    return redirect(_page(at, made[0].pk)) if made else answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, owner: str, project: str, change: UUID) -> HttpResponse:
    """The text of a staged file before it is accepted."""
    at = project_of(request, owner, project, Ability.EDIT)
    changeset = found(lambda: showing.find(at, change))
    path = request.GET.get("path", "")
    if request.method == "POST":
        return _keep(request, at, changeset, path)
    row, text = _staged(changeset, path)
    if row is None or text is None:
        raise Http404
    form = EditForm(initial={"seen": row.after_id, "text": text})
    return _form(request, at, changeset, form=form, path=path)


def _keep(request: HttpRequest, at: Project, changeset: ChangeSet, path: str) -> HttpResponse:
    """What somebody typed is never lost: whatever stands against it, it is in the form that comes back."""
    form, (row, text) = EditForm(request.POST), _staged(changeset, path)
    if not form.is_valid():
        return _form(request, at, changeset, status=422, form=form, path=path)
    try:
        review.edit(changeset, path, form.content(text or ""), seen=form.cleaned_data["seen"])
    except errors.Stale as stale:
        mine = form.cleaned_data["text"]
        again = EditForm(initial={"seen": row.after_id if row else "", "text": mine})
        hunks = diffs.hunks(endings.shown(text), endings.shown(mine)) if text is not None else []
        told = {"form": again, "path": path, "sentence": str(stale), "theirs": text, "hunks": hunks}
        return _form(request, at, changeset, status=409, **told)
    except errors.Refusal as refusal:
        form.add_error(None, str(refusal))
        return _form(request, at, changeset, status=422, form=form, path=path)
    messages.success(request, f"{path} is changed.")
    return redirect(f"{_page(at, changeset.pk)}#file-{trees.path_id(path)}")


def _staged(changeset: ChangeSet, path: str) -> tuple[Change | None, str | None]:
    """As it is now, and its text if a form can hold it."""
    row, manifest = showing.rows_of(changeset).filter(path=path).first(), changesets.working_manifest(changeset)
    if path not in manifest or manifest[path].size > comparing.MOST_FILE:
        return row, None
    return row, files.text_of(files.read(manifest, path))


def _form(request: HttpRequest, at: Project, changeset: ChangeSet, *, status: int = 200, **told: Any) -> HttpResponse:
    return render(request, "projects/change_edit.html", _context(request, at, changeset) | told, status=status)


def _page(at: Project, change: UUID) -> str:
    return reverse("projects:change", args=[at.owner.handle, at.slug, change])
