"""The shape of what people send."""

from django import forms

from agents.models.sessions import MOST_TEXT


class Words(forms.CharField):
    """Browsers send line breaks as two characters; people count one."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class WishForm(forms.Form):
    wish = Words(
        max_length=MOST_TEXT,
        strip=True,
        error_messages={
            "required": "Say what you would like to have made.",
            "max_length": "A wish may have up to 20,000 characters; this one has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class MessageForm(forms.Form):
    text = Words(
        max_length=MOST_TEXT,
        strip=True,
        error_messages={
            "required": "Say what to change.",
            "max_length": "A message may have up to 20,000 characters; this has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 2}),
    )
