"""What is trusted lies where the user alone can put it."""

import errno
import os
from pathlib import Path

import pytest

from bnact.distributed.private_directory import (
    cache_home,
    own_directory,
    private_cache,
    private_directory,
    why_not_private,
)


def test_caches_lie_where_the_specification_says(tmp_path, monkeypatch):
    assert cache_home({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_home({}) == cache_home({"XDG_CACHE_HOME": "relative"}) == tmp_path / ".cache"


@pytest.mark.parametrize("home", ["", "relative", "./x"])
def test_a_home_that_is_not_absolute_is_none(home):
    wanted = f"^compilation cache: the home directory must be absolute; got HOME='{home}'; set it, or XDG"
    with pytest.raises(OSError, match=wanted):
        cache_home({"HOME": home})
    assert cache_home({"HOME": "/own"}) == Path("/own/.cache")


def test_without_a_home_there_is_no_place(monkeypatch):
    def unknown():
        raise RuntimeError

    monkeypatch.setattr(Path, "home", unknown)
    with pytest.raises(
        OSError, match="^compilation cache: a home directory must be known; got none; set XDG"
    ):
        cache_home({})


def test_a_directory_open_to_others_is_refused(tmp_path):
    tmp_path.chmod(0o755)
    with pytest.raises(PermissionError, match="must be closed to others; got mode 0o755; use chmod 700"):
        private_directory(tmp_path)


def test_why_a_directory_is_not_private_is_said_and_nothing_made(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    assert "must be closed to others; got mode 0o755; use chmod 700" in (why_not_private(home) or "")
    assert why_not_private(home / "bnact" / "compiled") is None  # would be made private
    home.chmod(0o777)
    assert "may rename what lies above" in (why_not_private(home / "bnact" / "compiled") or "")
    assert list(home.iterdir()) == []


def test_a_link_is_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="must be a directory; got a link; remove it$"):
        private_directory(tmp_path / "link")
    (tmp_path / "nowhere").symlink_to(tmp_path / "none")
    with pytest.raises(PermissionError, match="must be a directory; got a link; remove it$"):
        private_directory(tmp_path / "nowhere")


@pytest.fixture
def given_to(monkeypatch):
    """A function that makes a path look like a user's, and on request all others like another's."""
    really = Path.stat

    def give(given, user, others=None):
        def stat(path, **how):
            found = really(path, **how)
            owner = user if path == given else found.st_uid if others is None else others
            return os.stat_result((*found[:4], owner, *found[5:10]))

        monkeypatch.setattr(Path, "stat", stat)

    return give


def test_another_users_directory_is_refused(tmp_path, given_to):
    given_to(tmp_path, os.getuid() + 1)
    with pytest.raises(PermissionError, match="must be yours; got user .*; set XDG_CACHE_HOME to your own"):
        private_directory(tmp_path)


def test_what_lies_in_another_users_directory_is_refused(tmp_path, given_to):
    home = tmp_path / "home"
    (home / "below").mkdir(parents=True)
    other = os.getuid() + 1
    given_to(home, other)
    with pytest.raises(
        PermissionError, match=f"may rename what lies above .*home of user {other}; set XDG_CACHE_HOME to a"
    ):
        private_directory(home / "below" / "bnact")
    assert list((home / "below").iterdir()) == []


def test_what_lies_in_roots_directory_is_allowed(tmp_path, given_to, monkeypatch):
    user = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: user)
    given_to(tmp_path / "bnact", user, others=0)
    assert private_directory(tmp_path / "bnact").is_dir()


def test_a_group_may_write_above(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o775)
    assert private_directory(home / "bnact") == home / "bnact"


def test_what_was_checked_is_used_wherever_a_link_above_points_later(tmp_path):
    for name in ("mine", "theirs"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    found = private_directory(tmp_path / "link" / "bnact")
    assert found == tmp_path / "mine" / "bnact"
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    assert private_directory(found) == tmp_path / "mine" / "bnact"
    assert list((tmp_path / "theirs").iterdir()) == []


def test_a_directory_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError, match="must be writable; got a directory that is not; set XDG"):
        private_directory(tmp_path / "closed")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_missing_parents_are_closed_to_others_whatever_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        made = private_directory(own_directory({"HOME": str(tmp_path / "home")}))
    finally:
        os.umask(before)
    assert made == tmp_path / "home" / ".cache" / "bnact" / "compiled"
    assert {each.stat().st_mode & 0o777 for each in (made, *made.parents[:3])} == {0o700}


def test_what_others_may_rename_is_refused(tmp_path):
    home = tmp_path / "open"
    home.mkdir()
    home.chmod(0o777)
    for environment in ({"XDG_CACHE_HOME": str(home)}, {"XDG_CACHE_HOME": str(home / "below")}):
        with pytest.raises(
            PermissionError, match="may rename what lies above .*open of mode 0o777; use chmod o-w"
        ):
            private_cache(environment)
    assert list(home.iterdir()) == []
    home.chmod(0o1777)  # as /tmp: only its owner may rename a file
    assert private_cache({"XDG_CACHE_HOME": str(home)}) == home / "bnact"


def test_a_file_in_the_way_is_said(tmp_path):
    (tmp_path / "bnact").write_text("")
    with pytest.raises(PermissionError, match="must be a directory; got a file; remove it$"):
        private_cache({"XDG_CACHE_HOME": str(tmp_path)})
    with pytest.raises(
        OSError, match="must be a directory, or one that can be made; got not a directory; set"
    ):
        private_cache({"XDG_CACHE_HOME": str(tmp_path / "bnact" / "more")})


def test_what_a_link_above_leads_to_is_made(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "none")
    assert private_cache({"XDG_CACHE_HOME": str(tmp_path / "link")}) == tmp_path / "none" / "bnact"
    assert (tmp_path / "none").stat().st_mode & 0o777 == 0o700


def test_a_link_above_that_leads_nowhere_is_said(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(
        OSError, match="loop must be a directory; got a link that leads nowhere; remove it, or set XDG"
    ):
        private_cache({"XDG_CACHE_HOME": str(tmp_path / "loop")})


def test_a_place_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    def refuse(path, mode):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(
        OSError, match="or one that can be made; got read-only file system; set XDG_CACHE_HOME to"
    ):
        private_cache({"XDG_CACHE_HOME": str(tmp_path)})
