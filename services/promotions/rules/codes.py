"""Codes of coupons that nobody can guess."""

import secrets

# Letters and digits that no reader takes for one another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# Of 100,000 codes of this length, a guess hits one less than once in a million million times.
RANDOM_LETTERS = 12


def random_code(prefix: str) -> str:
    """The prefix and random letters, from the system's own source of them."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LETTERS))
