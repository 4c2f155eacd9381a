"""A secret as people enter it. What they entered is never shown to them again, not even when it is refused."""

from django import forms
from django.forms.utils import ErrorDict

from projects import errors
from projects.models import Project, User
from projects.services import secrets


class Silent(forms.Textarea):
    """Comes back empty, whatever was entered."""

    def format_value(self, value: object) -> None:
        return None


class SecretForm(forms.Form):
    name = forms.CharField(
        max_length=secrets.MOST_NAME,
        label="Name",
        help_text="As a program asks for it, for example STRIPE_KEY.",
        error_messages={"required": "A secret needs a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    value = forms.CharField(
        strip=False,
        label="Value",
        help_text="It is encrypted, and nobody can read it here again.",
        error_messages={"required": "A secret needs a value."},
        widget=Silent(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false", "class": "veiled"}),
    )

    def save(self, project: Project, *, by: User) -> ErrorDict:
        """Set it; what stands against it is said at its field."""
        try:
            secrets.put(project, name=self.cleaned_data["name"], value=self.cleaned_data["value"], by=by)
        except errors.BadSecret as refusal:
            self.add_error("value" if "value" in str(refusal).lower() else "name", str(refusal))
        return self.errors
