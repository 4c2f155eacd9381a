"""Versions, branches and change sets as people act on them."""

from django import forms

from projects.services import checkpoints
from projects.store import branchnames

MOST_NUMBER = 2**31 - 1


class RestoreForm(forms.Form):
    """`head` is the newest version as the page showed it."""

    branch = forms.CharField(max_length=branchnames.MOST, widget=forms.HiddenInput)
    head = forms.IntegerField(min_value=1, max_value=MOST_NUMBER, widget=forms.HiddenInput)


class LabelForm(forms.Form):
    label = forms.CharField(
        max_length=checkpoints.MOST_LABEL,
        label="Label",
        error_messages={"required": "A checkpoint needs a label."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class BranchForm(forms.Form):
    name = forms.CharField(
        max_length=branchnames.MOST,
        label="Name",
        error_messages={"required": "A branch needs a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    version = forms.IntegerField(
        min_value=1, max_value=MOST_NUMBER, required=False, label="From version", help_text="Empty: where main is."
    )


class MergeForm(forms.Form):
    source = forms.CharField(max_length=branchnames.MOST)
    into = forms.CharField(max_length=branchnames.MOST)


class MergeSeenForm(MergeForm):
    """`head` is the newest version of `into` as the page showed it, 0 for none, and `source_head` that of `source`."""

    source_head = forms.IntegerField(min_value=0, max_value=MOST_NUMBER)
    head = forms.IntegerField(min_value=0, max_value=MOST_NUMBER)


class DeleteForm(forms.Form):
    """`head` is its newest version as the page showed it, 0 for none."""

    name = forms.CharField(max_length=branchnames.MOST)
    head = forms.IntegerField(min_value=0, max_value=MOST_NUMBER)


class CompareForm(forms.Form):
    """0 is before the first version."""

    before = forms.IntegerField(min_value=0, max_value=MOST_NUMBER, label="From version")
    after = forms.IntegerField(min_value=0, max_value=MOST_NUMBER, label="To version")


class SeenForm(forms.Form):
    """`seen` is the revision that the page showed."""

    seen = forms.IntegerField(min_value=0, max_value=MOST_NUMBER, widget=forms.HiddenInput)


class ResolveForm(SeenForm):
    """`head` is the newest version of its branch as the page showed it, 0 for none."""

    head = forms.IntegerField(min_value=0, max_value=MOST_NUMBER, widget=forms.HiddenInput)


class ApplyForm(SeenForm):
    message = forms.CharField(
        max_length=2000,
        required=False,
        label="Message",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EditForm(forms.Form):
    """The text of a staged file; `seen` is its hash as the page showed it."""

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        required=False,
        strip=False,
        label="Text",
        widget=forms.Textarea(attrs={"rows": 30, "class": "input code", "spellcheck": "false", "wrap": "off"}),
    )

    def content(self, before: str) -> bytes:
        """Browsers send every line end as CRLF: they become what the file had."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        is_crlf = "\r\n" in before and before.count("\r\n") == before.count("\n")
        return (text.replace("\n", "\r\n") if is_crlf else text).encode()
