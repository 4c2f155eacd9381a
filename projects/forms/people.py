"""Whom to ask into a project, as what somebody is in it, and whose it becomes."""

from django import forms

from projects import enums
from projects.models import Member, Project
from projects.services import accounts, members

ROLES = [(role.value, role.label) for role in members.GIVEN]


class InviteForm(forms.Form):
    email = forms.EmailField(
        max_length=254,
        label="E-mail address",
        error_messages={"required": "Say whom to ask.", "invalid": "This is not an e-mail address."},
        widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "ada@example.org"}),
    )
    role = forms.ChoiceField(
        choices=ROLES,
        initial=enums.Role.EDITOR.value,
        label="As",
        help_text="Editors change files and let Djinn work. Viewers look.",
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLES)


class TransferForm(forms.Form):
    """To whom; typing the project's name makes sure that it is meant."""

    to = forms.ChoiceField(label="Its new owner")
    confirm = forms.CharField(
        label="Type the name of the project", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, project: Project, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what every form takes
        self.project = project
        others = Member.objects.filter(project=project).exclude(role=enums.Role.OWNER).select_related("user")
        self.fields["to"].choices = [  # type: ignore[attr-defined]  # a ChoiceField has them
            (member.user.handle, accounts.shown(member.user)) for member in others if member.user.handle
        ]

    def clean_confirm(self) -> str:
        return checked_name(self.project, self.cleaned_data["confirm"])


def checked_name(project: Project, typed: str) -> str:
    if typed.strip() != project.name:
        raise forms.ValidationError(f"This is not the name of the project, “{project.name}”.")
    return typed
