"""Charts are signed so that nobody can change them unseen; a release is complete or refused."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from helm_python import Chart
from helm_python import chart as helm

from tools.images.build import Release
from tools.release import publish
from tools.release.folder import Folder, checksums, notes, sign
from tools.release.publish import Registry, digest_of, image_values, page_arguments
from tools.release.signing import Cosign, Pgp, ReleaseRefused, signers, verify
from tools.release.version import Version

IDENTITY = "release@argosy.example"
CHANGELOG = """# Log

## [Unreleased]

- next

## [0.2.0] - 2026-01-01

- second

## [0.1.0]

- first
"""
DIGEST = f"sha256:{'a' * 64}"


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(  # noqa: S603 - programs that a test names, no shell
        ["/usr/bin/env", *command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="session")
def keyrings(tmp_path_factory) -> tuple[Path, Path]:
    """The secret and the public half of a key that is thrown away."""
    home = tmp_path_factory.mktemp("gpg")
    program = os.environ.get("ARGOSY_TEST_GPG", "gpg")
    gpg = (program, "--homedir", home, "--batch", "--quiet", "--passphrase", "")
    run(*gpg, "--quick-generate-key", f"Argosy <{IDENTITY}>", "ed25519", "sign", "never", cwd=home)
    run(*gpg, "--output", home / "secret.pgp", "--export-secret-keys", cwd=home)
    run(*gpg, "--output", home / "public.pgp", "--export", cwd=home)
    run("gpgconf", "--homedir", home, "--kill", "all", cwd=home)
    return home / "secret.pgp", home / "public.pgp"


@pytest.fixture
def built(tmp_path) -> Folder:
    """A build with one packaged chart."""
    with Chart.create("demo", tmp_path):
        helm.package(tmp_path / "demo", destination=tmp_path / "charts")
    return Folder(tmp_path)


@pytest.fixture
def cosign(tmp_path) -> Cosign:
    """A stand-in for the foreign program that notes its arguments and refuses a bad key."""
    program = tmp_path / "bin" / "cosign"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\necho "$@" >>"$(dirname "$0")/calls"\n'
        'case "$*" in *bad.key*) echo "error: no such key" >&2; exit 1;; esac\n',
        "utf-8",
    )
    program.chmod(0o755)
    return Cosign(str(program))


def test_a_signed_chart_is_verified_with_the_public_key(built, keyrings):
    secret, public = keyrings

    written = sign(built, [Pgp(secret, IDENTITY)])

    assert [path.name for path in written] == ["demo-0.1.0.tgz.prov"]
    assert verify(built.charts[0], public) == f"Argosy <{IDENTITY}>"


def test_a_chart_that_was_changed_after_its_signature_is_refused(built, keyrings):
    secret, public = keyrings
    sign(built, [Pgp(secret, IDENTITY)])
    archive = built.charts[0]
    archive.write_bytes(archive.read_bytes() + b"\0")

    with pytest.raises(ReleaseRefused, match="is not signed by that key"):
        verify(archive, public)


def test_a_chart_without_a_signature_is_refused(built, keyrings):
    with pytest.raises(ReleaseRefused, match=r"demo-0\.1\.0\.tgz is not signed by that key"):
        verify(built.charts[0], keyrings[1])


def test_an_identity_that_the_keyring_does_not_hold_is_refused(built, keyrings):
    with pytest.raises(ReleaseRefused, match="could not be signed"):
        sign(built, [Pgp(keyrings[0], "somebody@else.example")])


def test_a_second_signature_replaces_the_first(built, keyrings, cosign):
    built.charts[0].with_name("demo-0.1.0.tgz.sigstore.json").write_text("old", "utf-8")

    sign(built, [Pgp(keyrings[0], IDENTITY)])

    assert [path.name for path in built.signatures] == ["demo-0.1.0.tgz.prov"]


def test_cosign_signs_with_the_named_key_or_with_the_identity_of_the_build(built, cosign):
    archive = built.charts[0]

    cosign.sign(archive)
    Cosign(cosign.program, "kms://key").sign(archive)

    bundle = f"--bundle {archive}.sigstore.json {archive}"
    calls = Path(cosign.program).with_name("calls").read_text("utf-8").splitlines()
    assert calls == [f"sign-blob --yes {bundle}", f"sign-blob --yes --key kms://key {bundle}"]


def test_what_cosign_says_is_the_reason(built, cosign):
    with pytest.raises(ReleaseRefused, match="cosign sign-blob failed: error: no such key"):
        Cosign(cosign.program, "bad.key").sign(built.charts[0])


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"PATH": "/nowhere"}, "nothing can sign"),
        ({"PATH": "/nowhere", "ARGOSY_SIGNING_KEYRING": "/k"}, "does not say whose key signs"),
    ],
)
def test_without_a_way_to_sign_there_is_one_sentence(environ, reason):
    with pytest.raises(ReleaseRefused, match=reason):
        signers(environ)


def test_every_way_that_is_open_is_used(cosign):
    environ = {
        "PATH": str(Path(cosign.program).parent),
        "ARGOSY_SIGNING_KEYRING": "/k",
        "ARGOSY_SIGNING_KEY": IDENTITY,
        "ARGOSY_SIGNING_PASSPHRASE": "/p",
    }

    assert signers(environ) == [Pgp(Path("/k"), IDENTITY, Path("/p")), cosign]


def test_a_release_without_charts_is_refused(tmp_path):
    with pytest.raises(ReleaseRefused, match="run `make package` first"):
        _ = Folder(tmp_path).charts


def test_a_release_with_an_unsigned_chart_is_refused(built):
    with pytest.raises(ReleaseRefused, match=r"demo-0\.1\.0\.tgz is not signed: run `make sign`"):
        _ = built.signatures


def test_a_release_without_the_bill_of_an_image_is_refused(built):
    bill = built.root / "sbom" / "argosy-carts.cdx.json"
    bill.parent.mkdir()
    bill.write_text("{}", "utf-8")

    assert built.bills(["carts"]) == [bill]
    with pytest.raises(ReleaseRefused, match=r"argosy-orders\.cdx\.json is missing"):
        built.bills(["carts", "orders"])


def test_checksums_are_those_that_sha256sum_checks(built):
    (built.root / "charts" / "SHA256SUMS").write_text(checksums(built.charts), "utf-8")

    checked = run("sha256sum", "--check", "SHA256SUMS", cwd=built.root / "charts")

    assert checked == "demo-0.1.0.tgz: OK\n"


@pytest.mark.parametrize(("version", "text"), [("0.2.0", "- second\n"), ("0.3.0", "- next\n")])
def test_the_notes_are_the_changelog_s_own_words(version, text):
    assert notes(CHANGELOG, version) == text


def test_a_changelog_that_says_nothing_is_refused():
    with pytest.raises(ReleaseRefused, match=r"says nothing about 0\.3\.0"):
        notes("# Log\n\n## [Unreleased]\n\n", "0.3.0")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with one commit of a known moment."""
    moment = "2026-05-06T07:08:09+02:00"
    who = ("GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a")
    environ = (*who, "GIT_COMMITTER_EMAIL=a@b", f"GIT_COMMITTER_DATE={moment}")
    run("git", "init", "--quiet", cwd=tmp_path)
    run(*environ, "git", "commit", "--quiet", "--allow-empty", "-m", "One", cwd=tmp_path)
    return tmp_path


def test_a_commit_with_the_version_s_tag_is_that_version(checkout):
    run("git", "tag", "v0.1.0", cwd=checkout)

    assert Version.of(Release("0.1.0", "c" * 40), checkout) == Version("0.1.0", released=True)


def test_any_other_commit_is_a_snapshot_named_by_its_own_moment(checkout):
    version = Version.of(Release("0.1.0", "c" * 40), checkout)

    assert version == Version(f"0.1.0-20260506T050809Z.g{'c' * 12}", released=False)


def test_a_tag_of_another_version_is_refused(checkout):
    run("git", "tag", "v0.2.0", cwd=checkout)

    with pytest.raises(ReleaseRefused, match=r"has the tag v0\.2\.0, but the project is at 0\.1"):
        Version.of(Release("0.1.0", "c" * 40), checkout)


@pytest.mark.parametrize("place", ["", "https://registry.example.com", "registry example"])
def test_a_registry_that_is_no_place_is_refused(place):
    with pytest.raises(ReleaseRefused, match="REGISTRY does not say"):
        Registry.from_env({"REGISTRY": place})


def test_a_registry_is_in_lower_case_whatever_the_forge_calls_its_owner():
    to = Registry.from_env({"REGISTRY": "registry.example.com:5000/Owner/Shop/"})

    assert to.image("orders", "1") == "registry.example.com:5000/owner/shop/argosy/orders:1"
    assert to.charts == "oci://registry.example.com:5000/owner/shop/charts"


def test_credentials_that_docker_would_not_find_are_refused():
    environ = {"REGISTRY": "r.example/x", "ARGOSY_REGISTRY_CREDENTIALS": "/secrets/login.json"}

    with pytest.raises(ReleaseRefused, match=r"must be a file that is called config\.json"):
        Registry.from_env(environ)


def test_the_digest_is_the_one_of_the_place_that_was_pushed_to():
    image = {
        "RepoDigests": [f"other.example/argosy/orders@{DIGEST}0", f"r.example/orders@{DIGEST}"]
    }

    assert digest_of(image, "r.example/orders:1") == DIGEST
    with pytest.raises(ReleaseRefused, match=r"has given r\.example/carts:1 no digest"):
        digest_of(image, "r.example/carts:1")


def test_the_values_of_a_release_pin_every_image_by_its_digest():
    to = Registry("r.example/shop", Path("config.json"))
    version = Version("0.1.0", released=True)

    values = image_values({"orders": DIGEST, "all-in-one": DIGEST}, to, version)

    assert values == {
        "global": {"image": {"registry": "r.example/shop", "tag": "0.1.0"}},
        "allInOne": {"image": {"digest": DIGEST}},
        "orders": {"image": {"digest": DIGEST}},
    }


def test_the_page_of_a_release_is_of_a_tag_that_exists(tmp_path):
    arguments = page_arguments(
        Version("0.1.0", released=True), Path("n.md"), [Path("a"), Path("b")]
    )

    assert arguments[:4] == ["release", "create", "v0.1.0", "--verify-tag"]
    assert arguments[-2:] == ["a", "b"]
    assert not publish.open_page(
        Version("0.1.0", released=True), Path("n.md"), [], {"PATH": str(tmp_path)}
    )


def test_a_chart_packaged_twice_has_the_same_digest(built, tmp_path):
    again = Path(helm.package(tmp_path / "demo", destination=tmp_path / "again"))

    assert hashlib.sha256(again.read_bytes()).digest() == (
        hashlib.sha256(built.charts[0].read_bytes()).digest()
    )
