"""A service whose operations are not wholly declared does not start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from libs.http.app import WebService, create_service_app
from libs.http.blueprint import Blueprint
from libs.http.operation import access, limited
from libs.service import service_settings
from libs.settings import Settings, SettingsError

URL = {"ARGOSY_NOTES_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}


@dataclass(frozen=True)
class _NeedsMuch(Settings):
    much: str


def service(
    *decorators: Callable[..., Any], prefix: str = "/api/v1/notes", own: str = "/api/v1/notes"
) -> WebService:
    blueprint = Blueprint("notes", __name__, url_prefix=prefix)

    def get_thing() -> None:
        """Nothing."""

    view: Any = get_thing
    for decorate in decorators:
        view = decorate(view)
    blueprint.get("/thing")(view)
    return WebService("notes", (own,), (blueprint,))


def test_a_declared_operation_starts() -> None:
    assert create_service_app(service(access(public=True)), URL)


def test_an_operation_without_a_rule_does_not_start() -> None:
    with pytest.raises(ValueError, match=r"declare no access rule: notes\.get_thing"):
        create_service_app(service(), URL)


def test_a_rule_is_exactly_one_kind() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        access()
    with pytest.raises(ValueError, match="exactly one"):
        access(public=True, user=True)


def test_an_unknown_rate_limit_does_not_start() -> None:
    with pytest.raises(
        ValueError, match=r"unknown class of rate limit: notes\.get_thing \(speed\)"
    ):
        create_service_app(service(access(public=True), limited("speed")), URL)


@pytest.mark.parametrize("own", ["/api/v1/other", "/api/v1/note"])
def test_a_path_outside_the_services_prefixes_does_not_start(own: str) -> None:
    with pytest.raises(ValueError, match="outside the service's prefixes: /api/v1/notes/thing"):
        create_service_app(service(access(public=True), own=own), URL)


def test_an_internal_path_must_name_the_services_that_may_call_it() -> None:
    internal = service(access(user=True), prefix="/internal/notes", own="/internal/notes")

    with pytest.raises(ValueError, match="does not name services: /internal/notes/thing"):
        create_service_app(internal, URL)


def test_all_faults_of_the_settings_are_one_sentence() -> None:
    web = WebService("notes", (), (), settings=_NeedsMuch)
    environ = {"ARGOSY_TRUSTED_PROXIES": "many", "ARGOSY_DATABASE_POOL_SIZE": "big"}

    with pytest.raises(SettingsError) as caught:
        create_service_app(web, environ)

    for variable in (
        "ARGOSY_TRUSTED_PROXIES",
        "ARGOSY_DATABASE_POOL_SIZE",
        "ARGOSY_NOTES_DATABASE_URL",
        "ARGOSY_MUCH",
    ):
        assert variable in str(caught.value)


def test_a_service_finds_its_own_settings_in_its_setup() -> None:
    found: list[str] = []

    def setup(app: Flask) -> None:
        with app.app_context():
            found.append(service_settings(_NeedsMuch).much)

    web = WebService("notes", (), (), settings=_NeedsMuch, setup=setup)
    create_service_app(web, {**URL, "ARGOSY_MUCH": "plenty"})

    assert found == ["plenty"]


def test_a_view_that_answers_options_itself_has_its_rule_enforced() -> None:
    blueprint = Blueprint("notes", __name__, url_prefix="/api/v1/notes")

    @blueprint.route("/thing", methods=["OPTIONS"])
    @access(user=True)
    def describe_thing() -> str:
        """Not for everybody."""
        return "secret"

    app = create_service_app(WebService("notes", ("/api/v1/notes",), (blueprint,)), URL)

    assert app.test_client().options("/api/v1/notes/thing").status_code == 401


def test_a_view_added_past_the_check_is_open_to_nobody() -> None:
    app = create_service_app(service(access(public=True)), URL)
    app.add_url_rule("/api/v1/notes/late", view_func=lambda: "open")

    assert app.test_client().get("/api/v1/notes/late").status_code == 403
