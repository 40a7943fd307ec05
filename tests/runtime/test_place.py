"""The folder of the all-in-one installation."""

import multiprocessing
import time
from pathlib import Path

import pytest

from libs.settings import SettingsError
from tools.run.place import Place


def _hold(folder: Path, held) -> None:
    with Place(folder).held():
        held.set()
        time.sleep(60)


@pytest.fixture
def holder(tmp_path: Path):
    """Another process that holds the folder."""
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, held))
    process.start()
    assert held.wait(20)
    yield process
    process.kill()
    process.join(20)


def test_second_launcher_is_refused_and_told_the_first_ones_pid(holder, tmp_path: Path) -> None:
    place = Place(tmp_path)

    with (
        pytest.raises(SettingsError, match=f"already runs here, as process {holder.pid}"),
        place.held(),
    ):
        pytest.fail("two launchers hold one folder")


def test_reset_is_refused_while_a_launcher_runs(holder, tmp_path: Path) -> None:
    place = Place(tmp_path)

    with pytest.raises(SettingsError, match="already runs here"):
        place.remove()

    assert tmp_path.exists()


def test_folder_of_a_killed_launcher_can_be_held_again(holder, tmp_path: Path) -> None:
    holder.kill()
    holder.join(20)

    with Place(tmp_path).held():
        pass


def test_reset_removes_everything(tmp_path: Path) -> None:
    place = Place(tmp_path / "home")
    with place.held():
        place.password("postgres")

    place.remove()

    assert not place.folder.exists()


def test_reset_of_nothing_is_fine(tmp_path: Path) -> None:
    Place(tmp_path / "home").remove()


def test_passwords_differ_by_name_and_stay_the_same(tmp_path: Path) -> None:
    first = Place(tmp_path).password("orders")

    again, other = Place(tmp_path).password("orders"), Place(tmp_path).password("carts")

    assert first == again
    assert first != other


def test_secret_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    Place(tmp_path).password("orders")

    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
