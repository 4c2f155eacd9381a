"""A project's name, and the proof that deleting it is meant."""

from django import forms

from projects.forms.people import checked_name
from projects.models import Project
from projects.services import projects


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=projects.MOST_NAME,
        label="Name",
        help_text="Its address stays as it is, so that links go on working.",
        error_messages={"required": "A project needs a name."},
    )


class DeleteForm(forms.Form):
    confirm = forms.CharField(
        label="Type the name of the project", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, project: Project, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what every form takes
        self.project = project

    def clean_confirm(self) -> str:
        return checked_name(self.project, self.cleaned_data["confirm"])
