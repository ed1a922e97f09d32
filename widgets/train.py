"""The Train panel: start a training, and steer the one that is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from widgets.common import (
    badge,
    button,
    coloured,
    em,
    error_box,
    icon_button,
    icon_width,
    icons,
    row,
    sentence,
    text_colour,
)
from widgets.palette import Tone
from widgets.train_view import (
    AttachRun,
    Browse,
    DismissProblem,
    FollowRun,
    Intent,
    Note,
    NoteKind,
    ResumeRun,
    RunItem,
    SendCommand,
    StartRun,
    TrainForm,
    TrainView,
)

if TYPE_CHECKING:
    from training.liveness import RunState, RunView

STATE_TONES: dict[RunState, Tone] = {
    "new": "quiet",
    "starting": "busy",
    "running": "good",
    "paused": "warning",
    "stopping": "busy",
    "stopped": "quiet",
    "finished": "good",
    "failed": "error",
    "dead": "error",
    "hung": "warning",
}
STATE_WORDS: dict[RunState, str] = {"hung": "not answering", "new": "not started"}
NOTE_TONES: dict[NoteKind, Tone] = {
    "checking": "quiet",
    "good": "quiet",
    "warning": "warning",
    "bad": "error",
    "none": "quiet",
}
DATA_NAMES = {"shapes": "Built-in shapes", "own": "Own zip or folder"}


def draw(form: TrainForm, view: TrainView) -> tuple[TrainForm, tuple[Intent, ...]]:
    """Draw the panel.  Returns the form as it is now filled in, and what was asked for."""
    intents: list[Intent] = []
    if view.problem is not None and error_box("train", view.problem.message, view.problem.detail) == "dismiss":
        intents.append(DismissProblem())
    _choose_run(view, intents)
    if view.attached is not None:
        _attached(view.attached, view, intents)
    imgui.spacing()
    flags = imgui.TreeNodeFlags_.default_open if view.attached is None else imgui.TreeNodeFlags_.none
    # Another identity when a run is shown, so that the form opens and closes with it.
    if imgui.collapsing_header(f"New run###{'form beside a run' if view.attached else 'form'}", flags):
        form = _form(form, view, intents)
    return form, tuple(intents)


def _choose_run(view: TrainView, intents: list[Intent]) -> None:
    row("Run", "The run that Curves, Samples and Log show")
    name = view.attached.name if view.attached else "none"
    if not imgui.begin_combo("##run", name):
        return
    if imgui.selectable("none", view.attached is None)[0]:
        intents.append(AttachRun(None))
    for item in view.runs:
        word, tone = _state(item)
        chosen = view.attached is not None and item.path == view.attached.path
        if imgui.selectable(item.name, chosen)[0]:
            intents.append(AttachRun(item.path))
        imgui.set_item_tooltip(str(item.path))
        imgui.same_line(max(em(14), imgui.calc_text_size(item.name).x + em(2)))
        with text_colour(tone):
            imgui.text(word)
    imgui.end_combo()


def _state(item: RunItem) -> tuple[str, Tone]:
    """The state of a run, for people, and its colour."""
    if item.problem:
        return "unreadable", "error"
    return STATE_WORDS.get(item.view.state, item.view.state), STATE_TONES[item.view.state]


def _attached(item: RunItem, view: TrainView, intents: list[Intent]) -> None:
    state = item.view.state
    row("State")
    badge(*_state(item))
    status = item.view.status
    if status is not None and status.sec_per_kimg and state == "running":
        imgui.same_line()
        imgui.align_text_to_frame_padding()
        with text_colour("quiet"):
            imgui.text(f"{status.sec_per_kimg:.1f} s/kimg")
    if item.problem:
        coloured(sentence(item.problem), "error")
    elif item.view.message and state in ("dead", "hung", "failed"):
        coloured(sentence(item.view.message), STATE_TONES[state])
    _progress(item.view)
    _buttons(item, intents)
    changed, follow = imgui.checkbox("Follow run", view.follow)
    imgui.set_item_tooltip("Show this run's generator in the viewport while it learns")
    if changed:
        intents.append(FollowRun(follow))


def _progress(run: RunView) -> None:
    status = run.status
    if status is None:
        imgui.progress_bar(0.0, ImVec2(-1, 0), "")
        return
    fraction = status.kimg / status.total_kimg if status.total_kimg else 0.0
    imgui.progress_bar(min(fraction, 1.0), ImVec2(-1, 0), f"{status.kimg:.2f} / {status.total_kimg:g} kimg")
    with text_colour("quiet"):
        imgui.text(f"step {status.step}")
        if status.eta_s is not None and run.state == "running":
            text = f"about {duration(status.eta_s)} left"
            imgui.same_line(imgui.get_content_region_avail().x - imgui.calc_text_size(text).x + em(0.5))
            imgui.text(text)


def _buttons(item: RunItem, intents: list[Intent]) -> None:
    offered = item.view.offered
    style = imgui.get_style()
    taken = 2 * style.item_spacing.x + style.item_inner_spacing.x + icon_width()
    third = (imgui.get_content_region_avail().x - taken) / 3
    if button(f"{icons.ICON_FA_PAUSE}  Pause###pause", "pause" in offered, "Halt; the trainer keeps its memory", third):
        intents.append(SendCommand("pause"))
    imgui.same_line()
    can_start = item.view.can_start and item.view.state != "finished" and not item.problem
    goes_on = "resume" in offered or can_start
    hint = "Go on where it stands"
    if button(f"{icons.ICON_FA_PLAY}  Resume###resume", goes_on, hint, third):
        intents.append(SendCommand("resume") if "resume" in offered else ResumeRun(item.path))
    imgui.same_line()
    if button(
        f"{icons.ICON_FA_STOP}  Stop###stop", "stop" in offered, "Save a snapshot and end; Resume goes on later", third
    ):
        intents.append(SendCommand("stop"))
    hint = "Write a snapshot of both networks now"
    if icon_button(icons.ICON_FA_FLOPPY_DISK, "snapshot", hint, "snapshot" in offered):
        intents.append(SendCommand("snapshot"))


def _form(form: TrainForm, view: TrainView, intents: list[Intent]) -> TrainForm:
    form = _preset(form, view)
    form = _data(form, view, intents)
    for note in view.advice:
        _note(note)
    row("Name", "Part of the name of the run's folder")
    changed, name = imgui.input_text("##name", form.name)
    if changed:
        form = replace(form, name=name.strip())
    _note(view.name)
    row("Runs in", form.runs_dir or "Folder in which runs are kept", tail=1)
    changed, folder = imgui.input_text("##runs", form.runs_dir)
    imgui.set_item_tooltip(form.runs_dir)
    if changed:
        form = replace(form, runs_dir=folder.strip())
    if icon_button(icons.ICON_FA_FOLDER_OPEN, "browse runs", "Choose the folder for runs"):
        intents.append(Browse("runs"))
    _note(view.folder)
    imgui.spacing()
    label = f"{icons.ICON_FA_PLAY}  Start training" if not view.waiting else view.waiting
    if button(f"{label}###start", view.can_start, "", -1, primary=True):
        intents.append(StartRun(form))
    return form


def _preset(form: TrainForm, view: TrainView) -> TrainForm:
    row("Preset", "Network, sizes and time scales to start from")
    if imgui.begin_combo("##preset", form.preset or "…"):
        for item in view.presets:
            if imgui.selectable(item.name, item.name == form.preset)[0]:
                form = replace(form, preset=item.name)
            imgui.set_item_tooltip(item.description)
        imgui.end_combo()
    described = next((item.description for item in view.presets if item.name == form.preset), "")
    _note(Note("good", described))
    return form


def _data(form: TrainForm, view: TrainView, intents: list[Intent]) -> TrainForm:
    row("Data", "Pictures with the poses of their cameras")
    if imgui.begin_combo("##data", DATA_NAMES[form.choice]):
        for choice in ("shapes", "own"):
            if imgui.selectable(DATA_NAMES[choice], choice == form.choice)[0]:
                form = replace(form, choice=choice)
        imgui.end_combo()
    if form.choice == "own":
        row("Path", "A zip or folder with a dataset.json", tail=2)
        changed, path = imgui.input_text_with_hint("##path", "zip or folder", form.data_path)
        if form.data_path:
            imgui.set_item_tooltip(form.data_path)
        if changed:
            form = replace(form, data_path=path.strip())
        if icon_button(icons.ICON_FA_FILE_ZIPPER, "browse zip", "Choose a zip"):
            intents.append(Browse("zip"))
        if icon_button(icons.ICON_FA_FOLDER_OPEN, "browse folder", "Choose a folder"):
            intents.append(Browse("folder"))
    _note(view.data)
    return form


def _note(note: Note) -> None:
    """What is known of the field above, in line with it."""
    if not note.text:
        return
    left = imgui.get_cursor_pos_x()
    imgui.set_cursor_pos_x(left + em(6.2))
    imgui.push_text_wrap_pos(0.0)
    with text_colour(NOTE_TONES[note.kind]):
        imgui.text(note.text)
    imgui.pop_text_wrap_pos()


def duration(seconds: float) -> str:
    """A time span for people: "45 s", "12 min", "3 h 20 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours / 24:.1f} days"
