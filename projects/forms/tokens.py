"""A token as somebody asks for it."""

from django import forms

from projects.services import tokens

SCOPES = [
    ("read", "Read: look at everything you may see"),
    ("write", "Write: change files and let Djinn work"),
    ("manage", "Manage: members, secrets, tokens, remotes, deleting"),
]
LIVES = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "For ever")]


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=tokens.MOST_NAME,
        label="What is it for?",
        error_messages={"required": "A token needs a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Deploy script"}),
    )
    scopes = forms.MultipleChoiceField(
        choices=SCOPES,
        initial=["read"],
        label="What may it do?",
        error_messages={"required": "A token that may do nothing is none."},
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.ChoiceField(choices=LIVES, initial="30", required=False, label="How long does it work?")
