"""All tables of accounts under one name."""

from services.accounts.models import credentials, people, privacy, users
from services.accounts.models.base import Base

__all__ = ["Base", "credentials", "people", "privacy", "users"]
