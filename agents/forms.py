"""The shape of what people send."""

from django import forms

from agents.models.sessions import MOST_TEXT


class WishForm(forms.Form):
    wish = forms.CharField(
        max_length=MOST_TEXT,
        strip=True,
        error_messages={
            "required": "Say what you would like to have made.",
            "max_length": "A wish may have up to 20,000 characters; this one has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class MessageForm(forms.Form):
    text = forms.CharField(
        max_length=MOST_TEXT,
        strip=True,
        error_messages={
            "required": "Say what to change.",
            "max_length": "A message may have up to 20,000 characters; this has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 2}),
    )
