"""What cms refuses to start with, and what it tells of itself."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from libs import clock
from libs.db.transaction import transaction
from libs.settings import SettingsError
from services.cms import tasks
from services.cms.settings import CmsSettings
from services.cms.tests.editor import Editor, homepage


@pytest.mark.parametrize(
    ("name", "value"),
    [("LOCALE", "english"), ("LOCALE", "EN"), ("CACHE_SECONDS", "-1"), ("CACHE_SECONDS", "3601")],
)
def test_a_wrong_setting_is_named(name, value):
    variable = f"ARGOSY_CMS_{name}"

    with pytest.raises(SettingsError, match=variable):
        CmsSettings.from_env({variable: value})


def overdue_by(editor: Editor, seconds: float) -> float | None:
    """What is measured when a version should have been public that long ago."""
    editor.draft(homepage())
    with transaction() as session:
        session.execute(
            text("UPDATE document_version SET state = 'scheduled', publish_at = :due"),
            {"due": clock.now() - timedelta(seconds=seconds)},
        )
    with transaction() as session:
        tasks.measure_overdue(session)
    return REGISTRY.get_sample_value("cms_overdue_seconds")


def test_what_is_not_public_in_time_is_measured(editor):
    assert 600 <= (overdue_by(editor, 600) or 0) <= 700


def test_what_has_time_is_not_overdue(editor):
    assert overdue_by(editor, -60) == 0
