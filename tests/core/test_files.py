"""Files that replace others: what is to last is on the disk before it has its name."""

import errno
import os
from pathlib import Path

import pytest

from core.files import replacing


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """What the system is asked for, in order: names of files and folders that are settled, and renamings."""
    found: list[str] = []

    def fsync(descriptor: int, really=os.fsync) -> None:
        found.append(f"settle {Path(f'/proc/self/fd/{descriptor}').readlink().name.partition('.part')[0]}")
        really(descriptor)

    def replace(self: Path, target: Path, really=Path.replace) -> Path:
        found.append(f"{self.name.partition('.part')[0]} to {target.name}")
        return really(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr("core.files.uuid.uuid4", lambda: type("Fixed", (), {"hex": "0" * 32}))
    return found


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks the system for names of open files")


@needs_proc
def test_what_is_to_last_is_settled_before_it_has_its_name(tmp_path, told):
    for content in ("one", "two"):
        with replacing(tmp_path / "a.txt", lasting=True, previous=tmp_path / "b.txt") as aside:
            aside.write_text(content)
    aside = ".a.00000000"
    once = [f"settle {aside}", f"{aside} to a.txt", f"settle {tmp_path.name}"]
    assert told == [*once, once[0], "a.txt to b.txt", *once[1:]]
    assert [(tmp_path / name).read_text() for name in ("a.txt", "b.txt")] == ["two", "one"]


@needs_proc
def test_what_is_not_to_last_is_not_waited_for(tmp_path, told):
    with replacing(tmp_path / "a.txt") as aside:
        aside.write_text("one")
    assert told == [".a.00000000 to a.txt"]


def test_a_system_that_cannot_settle_is_spared_and_a_full_disk_is_not(tmp_path, monkeypatch):
    def failing(number: int):
        def fsync(_descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        return fsync

    monkeypatch.setattr(os, "fsync", failing(errno.EINVAL))
    with replacing(tmp_path / "a.txt", lasting=True) as aside:
        aside.write_text("one")
    monkeypatch.setattr(os, "fsync", failing(errno.ENOSPC))
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)), replacing(tmp_path / "a.txt", lasting=True) as aside:
        aside.write_text("two")
    assert (tmp_path / "a.txt").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
