"""Handing projects to somebody else: first a page that asks to whom, then the act."""

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin, helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from projects import errors
from projects.admin.rows import operator
from projects.models import Project, User
from projects.services import accounts, members


class HeirForm(forms.Form):
    email = forms.EmailField(label="E-mail address of the new owner")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        heir = accounts.find(email)
        if heir is None or not heir.is_active:
            raise forms.ValidationError("Nobody with this address has an active account here.")
        self.cleaned_data["heir"] = heir
        return email


def ask_or_do(page: "ModelAdmin[Project]", request: HttpRequest, chosen: QuerySet[Project]) -> HttpResponse | None:
    form = HeirForm(request.POST if "email" in request.POST else None)
    if form.is_valid():
        _hand_over(page, request, chosen, form.cleaned_data["heir"])
        return None
    context = {
        **page.admin_site.each_context(request),
        "title": "Transfer to somebody else",
        "opts": page.opts,
        "media": page.media,
        "form": form,
        "projects": chosen,
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/projects/transfer.html", context)


def _hand_over(page: "ModelAdmin[Project]", request: HttpRequest, chosen: QuerySet[Project], heir: User) -> None:
    by = operator(request)
    for project in chosen:
        try:
            members.transfer_to(project, user=heir, by=by)
            page.message_user(request, f"{project} is {heir.email}'s now.")
        except errors.Refusal as refusal:
            page.message_user(request, f"{project}: {refusal}", messages.WARNING)
