"""A participant on a database of its own."""

import pytest

from tests.libs.messaging.toys import Participant


@pytest.fixture
def participant(platform_app):
    return Participant(platform_app("toys"))
