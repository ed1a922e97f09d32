"""A published network that is dropped on the window is imported and shown; a hostile one only earns a sentence."""

import os
import pickle
import time
from pathlib import Path

import pytest
from imgui_bundle import imgui

from app import window
from app.incoming.imports import target_of
from app.settings import Look
from app.studio import Studio
from core.scene import Scene
from tests import ui
from tests.app.studio_runs import ball
from tests.core import published_pickles as pickles

pytestmark = pytest.mark.ui


class Shell:
    """Pickles as a call of the shell."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch) -> Path:
    """A demo that needs no worker."""
    ball().save(tmp_path / "demo.npz")
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    return tmp_path


def said(studio: Studio, *parts: str) -> bool:
    return any(all(part in line.text for part in parts) for line in studio.messages.lines)


@pytest.mark.parametrize(("theme", "scale"), [("dark", 1.0), pytest.param("light", 1.5, marks=pytest.mark.soak)])
def test_a_network_that_is_dropped_is_imported_and_shown(demo: Path, monkeypatch, theme, scale):
    network = pickles.write_pickle(demo / "network.pkl", pickles.snapshot(G_ema=pickles.generator()))
    target = demo / "network.safetensors"

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look = Look(theme, scale)
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 30, "the demo")
        studio.openings.drop([str(network)])
        ui.wait_until(ctx, lambda: studio.stage.errand is not None, 30, "the import")
        ctx.yield_(2)
        ui.capture(ctx, demo / f"importing-{theme}.png")
        ui.wait_until(ctx, lambda: studio.stage.scene.source.path == str(target), 60, "the checkpoint")
        assert studio.stage.errand is None
        assert said(studio, "Imported network.pkl", "network.safetensors, beside it")
        assert studio.openings.recent == (str(target),)
        ui.capture(ctx, demo / f"imported-{theme}.png")
        shown = lambda: "network.safetensors" in studio.stage.engine.shown.volume.source  # noqa: E731
        ui.wait_until(ctx, shown, 90, "its picture")

    ui.run_studio(clicks, monkeypatch, demo)


def test_a_hostile_one_is_refused_and_the_window_lives(demo: Path, monkeypatch):
    mark = demo / "executed"
    (demo / "bad.pkl").write_bytes(pickle.dumps({"G_ema": Shell(mark)}))
    (demo / "page.pkl").write_text("<!doctype html><title>Sign in</title>")
    pickles.write_pickle(demo / "other.pkl", {"G_ema": pickles.Module("Unet")})

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 30, "the demo")
        scene = studio.stage.scene.source
        studio.openings.drop([str(demo / name) for name in ("bad.pkl", "page.pkl", "other.pkl")])
        ui.wait_until(ctx, lambda: said(studio, "bad.pkl", "system", "not done"), 60, "a word on the call")
        ui.wait_until(ctx, lambda: said(studio, "page.pkl", "web page"), 60, "a word on the page")
        ui.wait_until(ctx, lambda: said(studio, "other.pkl", "no generator"), 60, "a word on the other network")
        ctx.yield_(2)
        ui.capture(ctx, demo / "refused.png")
        assert studio.stage.scene.source == scene
        assert studio.openings.recent == ()
        seed = studio.stage.scene.latent.seed
        ctx.key_press(imgui.Key.n)
        ctx.yield_(2)
        assert studio.stage.scene.latent.seed == seed + 1

    ui.run_studio(clicks, monkeypatch, demo)
    assert not mark.exists()
    assert not list(demo.glob("*.safetensors"))


def test_an_eg3d_is_converted_and_shown(demo: Path, monkeypatch):
    pickles.write_pickle(demo / "ffhq.pkl", {"G_ema": pickles.eg3d_generator()})

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 30, "the demo")
        studio.openings.drop([str(demo / "ffhq.pkl")])
        ui.wait_until(ctx, lambda: said(studio, "ffhq.safetensors", "of the published faces"), 60, "a word on cameras")
        ui.wait_until(ctx, lambda: studio.stage.scene.source.kind == "checkpoint", 60, "the checkpoint")
        ui.wait_until(ctx, lambda: "ffhq" in studio.stage.engine.shown.volume.source, 60, "its field")
        ctx.yield_(2)
        ui.capture(ctx, demo / "eg3d.png")
        assert studio.stage.engine.problem is None

    ui.run_studio(clicks, monkeypatch, demo)


def test_an_import_can_be_given_up(demo: Path, monkeypatch):
    network = pickles.write_pickle(demo / "network.pkl", {"G_ema": pickles.generator()})

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 30, "the demo")
        studio.openings.drop([str(network)])
        ui.wait_until(ctx, lambda: studio.stage.errand is not None, 30, "the import")
        ctx.yield_(2)
        ctx.item_click("//Viewport/###cancel work")
        ui.wait_until(ctx, lambda: studio.stage.errand is None, 30, "its end")
        assert said(studio, "network.pkl", "cancelled")
        studio.openings.drop([str(network)])
        ui.wait_until(ctx, lambda: studio.stage.errand is not None, 30, "the import")

    began = time.monotonic()
    ui.run_studio(clicks, monkeypatch, demo)
    assert time.monotonic() - began < 60, "a window that closes does not wait for an import"
    assert not list(demo.glob("*.safetensors"))


def test_where_a_checkpoint_goes(demo: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(demo / "data"))
    assert target_of(demo / "network.pkl") == demo / "network.safetensors"
    monkeypatch.setattr("app.incoming.imports.os.access", lambda *_: False)
    assert target_of(demo / "network.pkl") == demo / "data" / "epigraf-studio" / "imported" / "network.safetensors"
    assert (demo / "data" / "epigraf-studio" / "imported").is_dir()


def test_a_network_on_the_command_line_waits_for_the_window(demo: Path, monkeypatch):
    network = demo / "network.pkl"
    network.touch()
    assert window.first_scene(str(network)) == (Scene(), None)
    opened, build = [], window.build_studio

    def remember(*arguments) -> Studio:
        opened.append(build(*arguments))
        return opened[0]

    def run(*_) -> None:
        deadline = time.monotonic() + 30
        while opened[0].openings.errand is None and time.monotonic() < deadline:
            opened[0].openings.take()
            time.sleep(0.01)
        assert opened[0].openings.errand.work.text == "Importing network.pkl"

    monkeypatch.setattr(window, "require_display", lambda: None)
    monkeypatch.setattr(window, "build_studio", remember)
    monkeypatch.setattr(window.immapp, "run", run)
    assert window.run_studio(str(network)) == 0
