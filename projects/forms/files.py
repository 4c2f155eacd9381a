"""Acts on files as people enter them: a path, a text, what was seen."""

from typing import Any

from django import forms

from projects.services import editing, searching, uploads
from projects.store.trees import MAX_PATH_BYTES

_PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class Raw(forms.CharField):
    """Nothing is stripped or told to be missing: every letter of a file counts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, required=False, **options)


class Path(forms.CharField):
    def __init__(self, label: str, **options: Any) -> None:
        says = {"required": "Say which path.", "max_length": f"A path has at most {MAX_PATH_BYTES} characters."}
        widget = forms.TextInput(attrs={**_PLAIN, "class": "mono"})
        super().__init__(label=label, max_length=MAX_PATH_BYTES, error_messages=says, widget=widget, **options)


class SeenForm(forms.Form):
    """`seen` is what the writer saw of it: a hash, or nothing."""

    path: forms.CharField = Raw(widget=forms.HiddenInput)
    seen = forms.RegexField(r"^(|[0-9a-f]{64})$", required=False, widget=forms.HiddenInput)


class TextForm(SeenForm):
    text = Raw(
        label="Text",
        max_length=editing.MOST_SHOWN,
        error_messages={"max_length": "A text that is edited here may have up to 1 MB; upload a longer one."},
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 26, "wrap": "off", "class": "mono tall"}),
    )


class NewForm(TextForm):
    path = Path("Path", help_text="With its folders, for example src/notes.md.")
    field_order = ("path", "text", "seen")


class MoveForm(SeenForm):
    target = Path("New path")


class FolderForm(forms.Form):
    path = Path("Path of the folder")


class Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """As many as somebody chose or dropped."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            raise forms.ValidationError("Choose at least one file, or drop some here.")
        if len(given) > uploads.MOST_FILES:
            raise forms.ValidationError(f"Upload at most {uploads.MOST_FILES} files at once; a zip can hold more.")
        return [super(SeveralFiles, self).clean(one, initial) for one in given]


class UploadForm(forms.Form):
    chosen = SeveralFiles(
        label="Files", allow_empty_file=True, max_length=None, widget=Several(attrs={"class": "dropfile"})
    )
    folder = forms.CharField(
        label="Into the folder",
        required=False,
        max_length=MAX_PATH_BYTES,
        help_text="Empty is the top of the project.",
        widget=forms.TextInput(attrs={**_PLAIN, "class": "mono"}),
    )
    replace = forms.BooleanField(label="Replace files that are there already", required=False)


class SearchForm(forms.Form):
    q = forms.CharField(
        label="Search",
        strip=False,
        max_length=searching.MOST_WORDS,
        error_messages={
            "required": "Say what to look for.",
            "max_length": f"Look for up to {searching.MOST_WORDS} characters.",
        },
        widget=forms.TextInput(
            attrs={**_PLAIN, "type": "search", "class": "input", "placeholder": "Names and contents"}
        ),
    )
    exact = forms.BooleanField(label="Exact case", required=False)
