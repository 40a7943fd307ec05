"""Many people at once."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest

from services.accounts.tests.people import BASE, PASSWORD, Person, execute, log_in, rows

CLIENTS = 50


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    """Neither limits nor a busy machine may decide these tests."""
    patient = {"ARGOSY_RATE_LIMIT_LOGIN_FAILED": "off", "ARGOSY_ACCOUNTS_HASH_PATIENCE": "30"}
    return environ | patient


def test_fifty_people_sign_up_and_in_at_once(app):
    def visit(number: int) -> list[int]:
        person = Person(app.test_client(), f"person{number}@example.com").register().log_in()
        profile = person.call("GET", f"{BASE}/profile")
        return [profile.status_code, person.refresh().status_code]

    with ThreadPoolExecutor(CLIENTS) as pool:
        visits = list(pool.map(visit, range(CLIENTS)))

    assert visits == [[200, 200]] * CLIENTS
    assert rows("SELECT count(*) FROM outbox") == [(CLIENTS,)]


def test_of_fifty_registrations_of_one_address_one_wins(app):
    body = {"email": "ann@example.com", "password": PASSWORD, "name": "Ann"}

    def register(_: int) -> int:
        return int(app.test_client().post(f"{BASE}/register", json=body).status_code)

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = sorted(pool.map(register, range(CLIENTS)))

    assert statuses == [201] + [409] * (CLIENTS - 1)
    assert rows("SELECT count(*) FROM outbox") == [(1,)]


def test_one_person_signs_in_on_fifty_devices_while_the_hash_is_renewed(app, ann):
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    execute("UPDATE user_account SET password_hash = :old", old=old)

    def sign_in(_: int) -> int:
        return int(log_in(app.test_client(), ann.email, PASSWORD).status_code)

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = list(pool.map(sign_in, range(CLIENTS)))

    assert statuses == [200] * CLIENTS
    [(renewed,)] = rows("SELECT password_hash FROM user_account")
    assert renewed.startswith("$argon2id$")


def test_a_full_queue_is_a_503_with_retry_after(service_app, environ):
    app = service_app("accounts", **environ | {"ARGOSY_ACCOUNTS_HASH_PATIENCE": "0.001"})

    def guess(_: int) -> tuple[int, str | None]:
        answer = log_in(app.test_client(), "nobody@example.com", PASSWORD)
        return answer.status_code, answer.headers.get("Retry-After")

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = set(pool.map(guess, range(CLIENTS)))

    assert answers == {(401, None), (503, "2")}


def test_unknown_and_wrong_take_the_same_time(client, ann):
    def seconds(email: str) -> float:
        begun = time.perf_counter()
        log_in(client, email, "wrong-anchor-47-moss")
        return time.perf_counter() - begun

    pairs = [(seconds(ann.email), seconds("nobody@example.com")) for _ in range(100)]

    wrong, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert abs(wrong - unknown) < 0.005


def test_nobody_stays_signed_in_who_is_disabled_while_signing_in(app, ann, admin):
    def act(number: int) -> int:
        if number == CLIENTS // 2:
            path, body = f"/api/v1/users/{ann.id}", {"status": "disabled"}
            answer = app.test_client().patch(path, json=body, headers=admin.headers)
        else:
            answer = log_in(app.test_client(), ann.email, PASSWORD)
        return int(answer.status_code)

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = set(pool.map(act, range(CLIENTS)))

    assert statuses <= {200, 403}
    live = "SELECT count(*) FROM login_session JOIN user_account u ON u.id = user_id"
    assert rows(f"{live} WHERE ended_at IS NULL AND u.status = 'disabled'") == [(0,)]
    tokens = "SELECT count(*) FROM refresh_token WHERE state = 'live'"
    assert rows(tokens) == [(1,)]  # the administrator's
