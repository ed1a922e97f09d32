"""PyVista's own window: a process of its own, and a plain word where there can be none."""

import threading

import pytest

from app.geometry.mesh_window import has_display, open_mesh


def test_without_a_display_it_says_what_to_do_instead(tmp_path, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert not has_display()
    with pytest.raises(OSError, match="no display for PyVista"):
        open_mesh(tmp_path / "mesh.ply", threading.Event())


def test_a_window_that_does_not_open_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":99")
    path = tmp_path / "gone.ply"
    with pytest.raises(OSError, match=r"PyVista's window ended: .*gone\.ply"):
        open_mesh(path, threading.Event())
    closing = threading.Event()
    closing.set()
    open_mesh(path, closing)  # which does not wait for it
