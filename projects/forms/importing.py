"""What people bring, and what they begin anew from a project."""

from typing import Any, BinaryIO, cast

from django import forms

from projects.services import importing
from projects.services.projects import MOST_NAME


class FileForm(forms.Form):
    """A zip that somebody chose or dropped."""

    file = forms.FileField(
        label="Zip",
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": "Choose a file, or drop one here."},
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip", "class": "dropfile"}),
    )

    @property
    def brought(self) -> BinaryIO:
        return cast("BinaryIO", self.cleaned_data["file"])

    @property
    def filename(self) -> str:
        return str(self.cleaned_data["file"].name or "")


class TakeForm(FileForm):
    """Into a project that has files."""

    mode = forms.ChoiceField(
        label="What becomes of the files that are here",
        choices=[
            ("add", "They stay; those of the zip come on top"),
            ("replace", "They go; the project becomes what is in the zip"),
        ],
        initial="add",
        widget=forms.RadioSelect,
    )

    @property
    def chosen(self) -> importing.Mode:
        return importing.mode_of(self.cleaned_data["mode"])


class ForkForm(forms.Form):
    name = forms.CharField(
        max_length=MOST_NAME,
        label="Name",
        help_text="Of your project. Its address is made from it.",
        error_messages={"required": "A project needs a name."},
    )
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
