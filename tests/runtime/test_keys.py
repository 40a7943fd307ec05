"""The key maker."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from libs import jwk
from libs.http.keys import parse
from libs.http.service_keys import ServiceKey
from libs.runtime import keys
from libs.runtime.keys import make_keys
from libs.settings import SettingsError


def test_every_private_key_is_for_its_owner_only(tmp_path):
    make_keys(tmp_path)

    keys = list(tmp_path.rglob("*.pem"))
    assert len(keys) == 2
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


def test_existing_keys_are_kept(tmp_path):
    first = make_keys(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.pem")}

    make_keys(tmp_path, callers=("orders", "carts"))

    assert before.items() <= {path: path.read_bytes() for path in tmp_path.rglob("*.pem")}.items()
    assert first.service("carts").exists()


def test_processes_that_start_together_agree_on_the_keys(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make_keys, [tmp_path] * 8))

    assert len(list(tmp_path.rglob("*.pem"))) == 2
    assert len(parse((tmp_path / "accounts-jwks.json").read_bytes())) == 1


def test_the_command_makes_keys_for_the_named_callers(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["keys", str(tmp_path), "--caller", "carts"])

    keys.main()

    assert capsys.readouterr().out == f"keys are in {tmp_path}\n"
    assert [path.stem for path in (tmp_path / "services").iterdir()] == ["carts"]


def test_the_published_sets_hold_every_key_and_nothing_private(tmp_path):
    files = make_keys(tmp_path)
    extra = files.accounts / "20990101T000000Z.pem"
    extra.write_bytes(next(files.accounts.glob("*.active.pem")).read_bytes())

    make_keys(tmp_path)

    sets = [msgspec.json.decode(path.read_bytes()) for path in tmp_path.glob("*-jwks.json")]
    keys = [key for published in sets for key in published["keys"]]
    assert len(keys) == 3
    assert all("d" not in key for key in keys)


def test_verifiers_find_a_service_key_under_the_name_that_its_owner_signs_with(tmp_path):
    files = make_keys(tmp_path)

    key = ServiceKey.load("orders", files.service("orders"))

    assert key.kid in parse(files.service_jwks.read_bytes())


def test_a_key_is_named_by_its_thumbprint():
    # The example of RFC 8037, appendix A.3.
    key = next(
        iter(
            parse(
                b'{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a",'
                b'"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'
            ).values()
        )
    )

    assert jwk.thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("content", [b"", b"not a key"])
def test_a_file_that_is_no_key_is_named_in_one_sentence(tmp_path, content):
    path = tmp_path / "broken.pem"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match=r"broken\.pem cannot be read as a private key"):
        jwk.load_private(path)
