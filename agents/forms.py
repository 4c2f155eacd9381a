"""The shape of what people send."""

import uuid

from django import forms

from agents.models.sessions import MOST_TEXT


class Words(forms.CharField):
    """Browsers send line breaks as two characters; people count one."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _new_key() -> str:
    return uuid.uuid4().hex


class OnceForm(forms.Form):
    """Sent twice, by an impatient finger or a reload, it is still one request: it carries its key."""

    key = forms.RegexField(r"^[0-9a-f]{32}$", required=False, initial=_new_key, widget=forms.HiddenInput)

    @property
    def idempotency_key(self) -> str | None:
        return self.cleaned_data["key"] or None


class WishForm(OnceForm):
    wish = Words(
        max_length=MOST_TEXT,
        strip=True,
        error_messages={
            "required": "Say what you would like to have made.",
            "max_length": "A wish may have up to 20,000 characters; this one has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class MessageForm(OnceForm):
    text = Words(
        max_length=MOST_TEXT,
        strip=True,
        error_messages={
            "required": "Say what to change.",
            "max_length": "A message may have up to 20,000 characters; this has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 2}),
    )
