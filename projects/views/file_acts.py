"""What people do with files: write, upload, move, delete, make a folder, and take the last act back."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from projects import errors
from projects.enums import Ability
from projects.forms.files import FolderForm, MoveForm, NewForm, TextForm, UploadForm
from projects.models import Version
from projects.services import editing, files, uploads, versions
from projects.store import trees
from projects.views.files import Place, place

page = require_http_methods(["GET", "HEAD", "POST"])


@page
@login_required
def edit(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = place(request, owner, project, Ability.EDIT)
    if request.method == "POST":
        return _save(request, at, TextForm(request.POST), "projects/file_edit.html")
    path, tree = request.GET.get("path", ""), at.tree
    text = editing.text_at(tree, path) if path in tree else None
    if text is None:
        raise Http404
    form = TextForm(initial={"path": path, "seen": tree[path].sha256, "text": text})
    return render(request, "projects/file_edit.html", at.context(form=form, path=path))


@page
@login_required
def new(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = place(request, owner, project, Ability.EDIT)
    if request.method == "POST":
        return _save(request, at, NewForm(request.POST), "projects/file_new.html")
    folder = request.GET.get("folder", "").strip("/")
    form = NewForm(initial={"path": f"{folder}/" if folder else ""})
    return render(request, "projects/file_new.html", at.context(form=form))


def _save(request: HttpRequest, at: Place, form: TextForm, template: str) -> HttpResponse:
    path = str(form.data.get("path", ""))
    if form.is_valid():
        text, seen = form.cleaned_data["text"], form.cleaned_data["seen"]
        try:
            version = editing.save(at.branch, path, text, seen=seen, by=at.user)
        except errors.Stale as stale:
            clash = editing.clash(at.branch, path, text, seen=seen)
            return _clash(request, at, text, clash, stale)
        except errors.Refusal as refusal:
            form.add_error("path" if isinstance(form, NewForm) else None, str(refusal))
        else:
            messages.success(request, f"{path} is saved: version {version.number}.")
            return redirect(_address(at, "projects:file-read", path))
    return render(request, template, at.context(form=form, path=path), status=422)


def _clash(request: HttpRequest, at: Place, text: str, clash: editing.Clash, stale: errors.Stale) -> HttpResponse:
    """Both sides, and a form with what both come to; saving it says that this was seen."""
    mine = text if clash.joined is None else clash.joined
    form = TextForm(initial={"path": stale.path, "seen": clash.current, "text": mine})
    context = at.context(form=form, path=stale.path, clash=clash, sentence=str(stale))
    return render(request, "projects/file_clash.html", context, status=409)


@page
@login_required
def move(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """Another path for a file or a folder; its page also offers to delete it."""
    at = place(request, owner, project, Ability.EDIT)
    path = request.POST.get("path", "") or request.GET.get("path", "")
    form = MoveForm(request.POST or None, initial={"path": path, "target": path, "seen": files.state_of(at.tree, path)})
    if request.method == "POST" and form.is_valid():
        target, seen = form.cleaned_data["target"], form.cleaned_data["seen"]
        try:
            version = files.move(at.branch, path, target, by=at.user, expected=seen)
        except errors.Refusal as refusal:
            form.add_error("target", str(refusal))
        else:
            return _done(request, at, version, f"{path} is {target} now.")
    if not path or not files.state_of(at.tree, path):
        raise Http404
    seen = files.state_of(at.tree, path)
    is_folder, folders = path not in at.tree, list(trees.prefixes(path))
    context = at.context(form=form, path=path, seen=seen, is_folder=is_folder, folders=folders)
    return render(request, "projects/file_move.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def delete(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = place(request, owner, project, Ability.EDIT)
    path = request.POST.get("path", "")
    try:
        version = files.delete(at.branch, path, by=at.user, expected=request.POST.get("seen", ""))
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(_address(at, "projects:file-list"))
    return _done(request, at, version, f"{path} is deleted.")


@page
@login_required
def upload(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = place(request, owner, project, Ability.EDIT)
    form = UploadForm(request.POST or None, request.FILES or None, initial={"folder": request.GET.get("folder", "")})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        contents = ((one.name, one.read()) for one in told["chosen"])
        try:
            version = uploads.put(at.branch, contents, by=at.user, folder=told["folder"], is_replacing=told["replace"])
        except errors.Refusal as refusal:
            form.add_error("replace" if isinstance(refusal, errors.Taken) else "chosen", str(refusal))
        else:
            return _done(request, at, version, f"{version.message}: version {version.number}.")
    return render(request, "projects/file_upload.html", at.context(form=form), status=422 if form.errors else 200)


@page
@login_required
def make_folder(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = place(request, owner, project, Ability.EDIT)
    form = FolderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        path = form.cleaned_data["path"].strip("/")
        try:
            files.make_folder(at.branch, path, by=at.user)
        except errors.Refusal as refusal:
            form.add_error("path", str(refusal))
        else:
            messages.success(request, f"The folder {path} is there. What it holds until then is {files.PLACEHOLDER}.")
            return redirect(_address(at, "projects:file-list"))
    return render(request, "projects/folder_new.html", at.context(form=form), status=422 if form.errors else 200)


@require_POST
@login_required
def undo(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """The version before that one again, if nothing came after it."""
    at = place(request, owner, project, Ability.EDIT)
    number = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    try:
        seen = number.clean(request.POST.get("version", ""))
        before = versions.first_parent(versions.find(at.project, seen))
        if before is None:
            raise errors.Missing("There is no version before that one.")
        made = versions.restore(at.branch, before, by=at.user, seen=seen)
        messages.success(request, f"The files are those of version {before.number} again: version {made.number}.")
    except forms.ValidationError as fault:
        raise Http404 from fault
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(_address(at, "projects:file-list"))


def _done(request: HttpRequest, at: Place, version: Version, sentence: str) -> HttpResponse:
    """Said, with a way back."""
    messages.success(request, sentence)
    return redirect(_address(at, "projects:file-list", undo=version.number))


def _address(at: Place, name: str, *rest: str, **query: object) -> str:
    told = {**({} if at.branch.name == "main" else {"branch": at.branch.name}), **query}
    path = reverse(name, args=[at.project.owner.handle, at.project.slug, *rest])
    return f"{path}?{urlencode(told)}" if told else path
