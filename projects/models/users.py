"""People, and the tokens their programs sign in with."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower


class PeopleManager(UserManager["User"]):
    """Creates users by e-mail address; there are no user names."""

    def _make(self, email: str, password: str | None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(  # type: ignore[override]  # the signature of a user without a user name
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self._make(email, password, **fields)

    def create_superuser(  # type: ignore[override]  # as above
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self._make(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """Signs in by e-mail; `handle` is the name that stands in addresses."""

    username = None  # type: ignore[assignment]  # e-mail sign-in only
    first_name = None  # type: ignore[assignment]  # one name, as people give it
    last_name = None  # type: ignore[assignment]  # as above

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80, blank=True)
    handle = models.SlugField(max_length=40, unique=True, null=True)
    # Raised when a one-time sign-in link is used, so that no link works twice.
    link_epoch = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
        ]

    def __str__(self) -> str:
        """For operators, the audit and themselves; others are told `shown`."""
        return self.name or self.email

    @property
    def shown(self) -> str:
        """What others in a project may call somebody: never an address."""
        return self.name or self.handle or "Somebody"

    def get_full_name(self) -> str:
        return self.shown

    def get_short_name(self) -> str:
        return self.shown.split("@")[0].split(" ")[0]


class ApiToken(models.Model):
    """A program's key to its owner's projects. Only a digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
