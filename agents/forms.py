"""The shape of what people send."""

import uuid
from typing import Any, TypedDict

from django import forms
from django.conf import settings

from agents import chains
from agents.enums import JobKind
from agents.lifecycle import plans
from agents.models import Job
from agents.models.sessions import MOST_TEXT
from agents.prompts import outline
from agents.services.selection import MOST_NAME as MOST_MODEL
from projects.forms.importing import FileForm
from projects.git import addresses
from projects.services import remotes
from projects.services.projects import MOST_NAME

_BUNDLES = (b"# v2 git bundle", b"# v3 git bundle")


class Words(forms.CharField):
    """Browsers send line breaks as two characters; people count one."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _new_key() -> str:
    return uuid.uuid4().hex


def _lines(label: str, hint: str, *, rows: int = 3) -> Words:
    widget = forms.Textarea(attrs={"rows": rows, "class": "grows", "spellcheck": "false"})
    return Words(label=label, required=False, max_length=100_000, strip=True, help_text=hint, widget=widget)


def _models() -> list[tuple[str, str]]:
    """That which is set, and those that may be chosen in its place."""
    own = next(iter(chains.names(settings.DJINN_MODEL)), "")
    return [("", own), *((name, name) for name in settings.MODEL_CHOICES if name != own)]


class Chosen(TypedDict):
    kind: JobKind | None
    model: str


class ModelField(forms.ChoiceField):
    """Which model is to do it; one that is only set is no choice."""

    def __init__(self) -> None:
        super().__init__(label="Model", required=False, choices=_models)

    @property
    def is_choice(self) -> bool:
        return len(_models()) > 1


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

    ask = forms.BooleanField(label="Show me the plan first", required=False)
    model = ModelField()

    @property
    def approval(self) -> str:
        return plans.ASK if self.cleaned_data["ask"] else "auto"


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
    talk = forms.BooleanField(label="Only answer", required=False)
    model = ModelField()

    @property
    def kind(self) -> JobKind | None:
        return JobKind.PLAN if self.cleaned_data["talk"] else None


class AgainForm(OnceForm):
    model = forms.CharField(
        label="Model",
        max_length=MOST_MODEL,
        help_text="As its provider calls it, such as openrouter/…; several in order, with commas between them.",
        error_messages={"required": "Say which model is to do it."},
        widget=forms.TextInput(attrs={"list": "models", "autocomplete": "off", "spellcheck": "false"}),
    )


class ChoiceForm(forms.Form):
    """What the cost of a job depends on, before anything is said."""

    talk = forms.BooleanField(required=False)
    model = ModelField()

    def chosen(self) -> Chosen:
        """What cannot be chosen is not."""
        fits = self.is_valid()
        is_plan = fits and self.cleaned_data["talk"]
        return {"kind": JobKind.PLAN if is_plan else None, "model": self.cleaned_data["model"] if fits else ""}


class PlanForm(forms.Form):
    """A plan in lines. `seen` says which one it was made from."""

    seen = forms.RegexField(r"^[0-9a-f]{16}$", widget=forms.HiddenInput)
    name = forms.CharField(label="Name", max_length=80)
    description = Words(label="What it is", max_length=600, widget=forms.Textarea(attrs={"rows": 3}))
    pages = _lines("Pages", "One a line: address | title | what it is for.")
    features = _lines("Features", "One a line.")
    records = _lines("Data", "What it keeps, one a line.")
    phases = _lines(
        "Phases",
        "A line is a phase; the lines below it that begin with a dash are its files: - path | what it is for. "
        "They are built from top to bottom.",
        rows=8,
    )

    @classmethod
    def of(cls, job: Job) -> "PlanForm":
        return cls(initial={"seen": plans.seal(job), **outline.write(job.blueprint)})

    def again(self, job: Job) -> "PlanForm":
        """With what was typed, over the plan as it is now."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        form = type(self)({**typed, "seen": plans.seal(job)})
        form.add_error(
            None, "Somebody changed the plan meanwhile. Below is yours; saving it takes the place of theirs."
        )
        return form

    def plan(self, job: Job) -> dict[str, Any]:
        return outline.read(self.cleaned_data, job.blueprint)


def _secret_field(label: str, **more: Any) -> forms.CharField:
    """Write-only: it is never put into a page again."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, required=False, max_length=remotes.MOST_CREDENTIAL, widget=widget, **more)


class AddressInput(forms.URLInput):
    """Who signs in by the address itself does not find that in the page again."""

    def format_value(self, value: Any) -> str | None:
        return addresses.without_user(str(value)) if value else None


class UserNameField(forms.CharField):
    """Some servers take a token as the user name: what was typed never comes back, what is kept may."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class SignInForm(forms.Form):
    """An address of a git repository, and who signs in there."""

    url = forms.CharField(
        max_length=addresses.MOST,
        label="Address",
        error_messages={"required": "A repository has an address, such as https://git.example.com/you/project.git."},
        widget=AddressInput(attrs={"placeholder": "https://git.example.com/you/project.git", "autocomplete": "off"}),
    )
    username = UserNameField(
        label="User name", required=False, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = _secret_field("Token or password", strip=False)


class BringForm(SignInForm):
    name = forms.CharField(
        label="Name of the project",
        required=False,
        max_length=MOST_NAME,
        help_text="Without one, that of the repository.",
    )
    field_order = ("url", "name", "username", "password")


class RemoteForm(SignInForm):
    name = forms.CharField(label="Name", max_length=remotes.MOST_NAME)
    is_automatic = forms.BooleanField(label="Push each new version of main by itself", required=False)
    field_order = ("name", "url", "username", "password", "is_automatic")


class BroughtForm(FileForm):
    """A zip, or a bundle that git wrote."""

    name = forms.CharField(
        label="Name of the project", required=False, max_length=MOST_NAME, help_text="Without one, that of the file."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = "Zip or git bundle"
        self.fields["file"].widget.attrs["accept"] = ".zip,.bundle,application/zip"

    @property
    def is_bundle(self) -> bool:
        start: bytes = self.brought.read(len(_BUNDLES[0]))
        self.brought.seek(0)
        return start in _BUNDLES


class JobFileForm(FileForm):
    """A job that was exported."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = "Exported job"


class NewJobFileForm(JobFileForm):
    name = forms.CharField(
        label="Name of the project", required=False, max_length=MOST_NAME, help_text="Without one, that of the app."
    )


class OperatorsJobFileForm(NewJobFileForm):
    """Into any project, or as one of anybody's."""

    project = forms.CharField(
        label="Into the project",
        required=False,
        max_length=200,
        help_text="owner/name or its id. Empty: a project of its own.",
    )
    owner = forms.EmailField(label="Owner of a project of its own", required=False, help_text="Empty: the local owner.")
    field_order = ("file", "project", "name", "owner")


class ReplayForm(forms.Form):
    """With what a job is read once more."""

    from_step = forms.ChoiceField(label="Begin at", required=False)
    into = forms.CharField(
        label="Keep the result on the branch",
        required=False,
        max_length=120,
        help_text="A new one gets a version; on one that is there it waits under Changes. Empty: nothing is kept.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, steps: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "the first step"), *steps]
        self.fields["from_step"] = forms.ChoiceField(label="Begin at", required=False, choices=choices)


class PackagesForm(forms.Form):
    """Several at once stand apart by spaces or commas."""

    packages = forms.CharField(
        max_length=2000,
        label="Names",
        help_text="For example zod, or zod@4 for a version of your choice.",
        error_messages={"required": "Name at least one package."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    dev = forms.BooleanField(required=False, label="For development alone")

    def names(self) -> list[str]:
        return [name for name in self.cleaned_data["packages"].replace(",", " ").split() if name]
