"""Handing over and forgetting a customer, under every question of the harness, with the real
services."""

import pytest

from libs.testing.saga_harness import Run, Subject, cases
from services.accounts.sagas import ERASE_CUSTOMER, EXPORT_CUSTOMER


@pytest.mark.parametrize("case", cases(EXPORT_CUSTOMER), ids=str)
def test_handing_over_what_is_known(privacy_shop, case):
    subject = Subject(
        EXPORT_CUSTOMER, privacy_shop.pump, privacy_shop.begin_export, privacy_shop.check_export
    )

    Run(subject, case).prove()


@pytest.mark.parametrize("case", cases(ERASE_CUSTOMER), ids=str)
def test_forgetting_a_customer(privacy_shop, case):
    subject = Subject(
        ERASE_CUSTOMER, privacy_shop.pump, privacy_shop.begin_erasure, privacy_shop.check_erasure
    )

    Run(subject, case).prove()
