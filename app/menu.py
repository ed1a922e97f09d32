"""Everything that menus and keys of the studio can do, as one table."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, get_args

from imgui_bundle import imgui

from app import layout
from app.paths import pictures_dir
from app.settings import FRAME_RATES, SCALES, Look
from app.timeline.time_actions import time_actions
from app.timeline.timeline_actions import timeline_actions
from app.view.camera_menu import camera_actions
from core.scene import Source
from widgets.actions import Action, Chord
from widgets.palette import Theme

if TYPE_CHECKING:
    from app.studio import Studio

Key = imgui.Key
DIGITS = (Key._1, Key._2, Key._3, Key._4, Key._5, Key._6, Key._7, Key._8, Key._9, Key._0)


def studio_actions(studio: Studio) -> tuple[Action, ...]:
    """What can be done now.  Labels end in … where more is asked for."""
    cameras, times = camera_actions(studio.stage), time_actions(studio.stage.time)
    return (
        *_file(studio),
        *_edit(studio),
        *_sample(studio),
        *cameras,
        *times,
        *timeline_actions(studio.stage),
        *_run(studio),
        *_view(studio),
        *_help(studio),
    )


def _file(studio: Studio) -> list[Action]:
    recent = [
        Action("File/Open recent", f"{path}##{index}", partial(studio.openings.open, path))
        for index, path in enumerate(studio.openings.recent)
    ]
    clear = Action("File/Open recent", "Forget these", studio.openings.forget, enabled=bool(recent), group=1)
    return [
        Action("File", "Open file…", partial(studio.choose, "open file"), Chord(Key.o, ctrl=True)),
        Action("File", "Open folder…", partial(studio.choose, "open folder"), Chord(Key.o, ctrl=True, shift=True)),
        *recent,
        clear,
        Action(
            "File",
            "Board…",
            partial(studio.board.open, studio.train.fields.runs_dir),
            Chord(Key.b, ctrl=True),
            tooltip="Many runs side by side, in a window of their own",
        ),
        *_keeping(studio),
        Action("File", "Quit", studio.ask_to_close, Chord(Key.q, ctrl=True), group=2),
    ]


def _keeping(studio: Studio) -> list[Action]:
    """What is shown becomes a file, or a command that makes one."""
    return [
        Action(
            "File",
            "Save picture",
            studio.stage.save_picture,
            Chord(Key.s, ctrl=True),
            enabled=studio.stage.engine.shown is not None,
            group=1,
            tooltip=f"What the viewport shows, into {pictures_dir()}" if studio.opened else "",
        ),
        Action(
            "File",
            "Export…",
            studio.exporting.toggle,
            Chord(Key.e, ctrl=True),
            checked=studio.exporting.open,
            group=1,
            tooltip="A picture of any size, a film, or a grid of samples",
        ),
        Action(
            "File",
            "Gallery…",
            studio.gallery.toggle,
            Chord(Key.g, ctrl=True),
            checked=studio.gallery.open,
            group=1,
            tooltip="Pictures, films and sessions that were saved; a click brings back what one was made of",
        ),
        Action(
            "File",
            "Copy as command",
            partial(studio.exporting.copy_command, studio.stage.scene),
            Chord(Key.c, ctrl=True, shift=True),
            enabled=studio.stage.engine.shown is not None,
            group=1,
            tooltip="`epigraf render …`, which draws what is shown without a window",
        ),
        Action(
            "File",
            "Save session",
            studio.stage.save_session,
            group=1,
            tooltip="Generator, latent, camera and quality as a file that can be opened or dropped here",
        ),
    ]


def _edit(studio: Studio) -> list[Action]:
    history = studio.stage.gestures.history
    undo, redo = Chord(Key.z, ctrl=True), Chord(Key.y, ctrl=True)
    return [
        Action("Edit", f"Undo {history.undoes}###undo", studio.undo, undo, bool(history.undoes), spoken="Undo"),
        Action(
            "Edit", f"Redo {history.redoes}###redo", studio.redo, redo, bool(history.redoes), spoken="Redo",
            also=(Chord(Key.z, ctrl=True, shift=True),),
        ),
    ]  # fmt: skip


def _sample(studio: Studio) -> list[Action]:
    seed = studio.stage.scene.latent.seed
    return [
        Action("Sample", "Next seed", partial(studio.stage.set_seed, seed + 1), Chord(Key.n)),
        Action("Sample", "Previous seed", partial(studio.stage.set_seed, seed - 1), Chord(Key.p), enabled=seed > 0),
        Action("Sample", "Random seed", studio.stage.random_seed, Chord(Key.n, shift=True)),
        Action(
            "Sample",
            "Find for a picture…",
            studio.inverting.toggle,
            checked=studio.inverting.open,
            tooltip="The sample and the pose whose picture comes closest to one that you have",
        ),
        Action(
            "Sample",
            "Back to the demo",
            partial(studio.show_source, Source()),
            enabled=studio.stage.scene.source.kind != "demo",
            group=2,
            tooltip="Show the generator that ships with the studio",
        ),
        Action(
            "Sample",
            "Compare A and B",
            studio.stage.toggle_compare,
            Chord(Key.c),
            checked=studio.stage.scene.beside is not None,
            group=1,
            tooltip="Two pictures with one camera; the panel Compare says what differs",
        ),
        Action(
            "Sample",
            "Cancel what is computed",
            studio.stage.cancel,
            Chord(Key.escape),
            enabled=studio.stage.can_cancel and not studio.overlays.dialog_open,
            group=2,
        ),
    ]


def _run(studio: Studio) -> list[Action]:
    train, run = studio.train, studio.train.run
    offered = run.item.view.offered if run is not None else frozenset()
    pauses = "resume" not in offered
    return [
        Action("Run", "Start training", studio.start_training, Chord(Key.enter, ctrl=True), train.view().can_start),
        Action(
            "Run",
            "Start paused",
            partial(studio.start_training, paused=True),
            enabled=train.view().can_start,
            tooltip="The training waits before its first step, and can be looked at; Resume lets it begin",
            spoken="start a training that waits before its first step",
        ),
        Action(
            "Run",
            "Pause" if pauses else "Resume",
            partial(studio.train.send, "pause" if pauses else "resume"),
            Chord(Key.p, ctrl=True, shift=True),
            enabled="pause" in offered or "resume" in offered,
            group=1,
            spoken="Pause or resume the run",
        ),
        Action(
            "Run",
            "Snapshot",
            partial(train.send, "snapshot"),
            Chord(Key.s, ctrl=True, shift=True),
            "snapshot" in offered,
            group=1,
        ),
        Action(
            "Run",
            "Measure now",
            partial(train.send, "evaluate"),
            enabled="evaluate" in offered,
            group=1,
            tooltip="Metrics of the generator as it is now; training waits for them",
        ),
        Action("Run", "Stop", partial(train.send, "stop"), enabled="stop" in offered, group=1),
        Action("Run", "Detach", partial(train.attach, None), enabled=train.attached is not None, group=2),
    ]


def _view(studio: Studio) -> list[Action]:
    look, panels = studio.look, studio.panels_shown
    keys = [*(Chord(digit, ctrl=True) for digit in DIGITS), *[None] * len(layout.PLACES)]
    chords = {**dict(zip(layout.PLACES, keys, strict=False)), layout.GEOMETRY: Chord(Key.g)}
    return [
        *(
            Action(
                "View",
                name,
                partial(panels.toggle, name),
                chord,
                checked=panels.is_shown(name),
                group=int(name in layout.INSIDE),
                spoken=f"the panel {name}",
            )
            for name, chord in chords.items()
        ),
        Action(
            "View",
            "Only the viewport",
            panels.toggle_only_viewport,
            Chord(Key.f11),
            checked=panels.only_viewport,
            group=2,
        ),
        Action(
            "View",
            "Reset layout",
            partial(panels.reset, look.scale),
            group=2,
            tooltip="All panels back to their places",
        ),
        *_looks(studio),
        Action("View", "Larger", partial(studio.set_look, _sized(look, 1)), Chord(Key.equal, ctrl=True), group=4),
        Action("View", "Smaller", partial(studio.set_look, _sized(look, -1)), Chord(Key.minus, ctrl=True), group=4),
    ]


def _looks(studio: Studio) -> list[Action]:
    """Themes, sizes and frame rates to choose from."""
    look = studio.look
    looks = {f"View/Theme/{name.capitalize()}": replace(look, theme=name) for name in get_args(Theme)}
    looks |= {f"View/Size/{scale:.0%}": replace(look, scale=scale) for scale in SCALES}
    looks |= {f"View/Moving camera/{rate} frames per second": replace(look, frame_rate=rate) for rate in FRAME_RATES}
    return [
        Action(
            path.rpartition("/")[0],
            path.rpartition("/")[2],
            partial(studio.set_look, each),
            None,
            True,
            each == look,
            3,
        )
        for path, each in looks.items()
    ]


def _help(studio: Studio) -> list[Action]:
    return [
        Action("Help", "Commands…", studio.overlays.commands.toggle, Chord(Key.p, ctrl=True), spoken="Find a command"),
        Action("Help", "Keys and mouse", studio.overlays.toggle_help, Chord(Key.f1), checked=studio.overlays.help_open),
        Action("Help", "About", studio.overlays.toggle_about, checked=studio.overlays.about_open, group=1),
    ]


def _sized(look: Look, step: int) -> Look:
    """The next larger or smaller size; the last one stays."""
    index = min(max(SCALES.index(look.scale) + step, 0), len(SCALES) - 1)
    return replace(look, scale=SCALES[index])
