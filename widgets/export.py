"""The Export window: what is shown, as a picture, a film or a grid of any size, and how far each export is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from imgui_bundle import ImVec2, imgui

from core.durations import duration
from widgets.common import button, coloured, em, icons, reset_button, row, sentence
from widgets.export_view import (
    FILMS,
    CancelExport,
    CloseExports,
    CopyCommand,
    ExportForm,
    ExportFormat,
    ExportIntent,
    ExportItem,
    ExportKind,
    ExportView,
    RevealExport,
    StartExport,
)
from widgets.picture import Picture
from widgets.quality import choice
from widgets.thumbnail import draw_thumbnail

WINDOW = "Export###export"
SIZE = (34.0, 26.0)
KIND_NAMES: dict[ExportKind, str] = {
    "picture": "picture",
    "cutout": "object on nothing",
    "depth": "depths in 16 bits",
    "turntable": "film, once around",
    "timeline": "film of the timeline",
    "grid": "grid of seeds",
}
FILM_NAMES: dict[ExportFormat, str] = {"mp4": "MP4 (H.264)", "gif": "GIF", "frames": "folder of PNG"}
SMOOTH = (1, 4, 16, 64)
SIDE_RANGE, GRID_RANGE, SECONDS_RANGE, FPS_RANGE = (16, 8192), (1, 16), (0.5, 60.0), (5, 60)


def draw(view: ExportView) -> tuple[ExportForm, ExportIntent | None]:
    """Draw the window.  Returns the form as it is now filled in, and what was asked for."""
    centre = imgui.get_main_viewport().get_center()
    imgui.set_next_window_pos(centre, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
    imgui.set_next_window_size(ImVec2(em(SIZE[0]), em(SIZE[1])), imgui.Cond_.appearing)
    flags = imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_collapse | imgui.WindowFlags_.no_docking
    imgui.push_style_var(imgui.StyleVar_.window_border_size, 1.0)
    _, stays = imgui.begin(WINDOW, True, flags)
    imgui.pop_style_var()
    form, intent = _contents(view) if stays else (view.form, CloseExports())
    imgui.end()
    return form, intent


def _contents(view: ExportView) -> tuple[ExportForm, ExportIntent | None]:
    form, intent = _form(view.form, view.journey_s), None
    imgui.spacing()
    ready = view.ready and (form.kind != "timeline" or view.journey_s is not None)
    missing = "The timeline has no keyframes yet" if view.ready else "There is nothing to export yet"
    if button(
        f"{icons.ICON_FA_FILE_EXPORT}  Export###start export",
        ready,
        f"Into {view.folder}" if ready else missing,
        primary=True,
    ):
        intent = StartExport()
    imgui.same_line()
    hint = "`epigraf render …` for a shell: it makes the same bytes"
    if button(f"{icons.ICON_FA_COPY}  Copy as command###copy command", ready, hint):
        intent = CopyCommand()
    imgui.separator_text("Exports")
    if not view.items:
        coloured(f"Nothing yet. Files go to {view.folder}.", "quiet")
    imgui.begin_child("items")
    for item in view.items:
        intent = export_row(item, view.thumbnail) or intent
    imgui.end_child()
    return form, intent


def _form(form: ExportForm, journey_s: float | None) -> ExportForm:
    usual = ExportForm()
    hint = "One view, a film of one turn or of the timeline, or samples whose seeds count up"
    kind = choice("What", hint, form.kind, KIND_NAMES, usual.kind)
    form = replace(form, kind=kind)
    row("Size", "Width and height of a view, pixels", tail=1, least=9)
    changed, sides = imgui.input_int2("##size", [form.width, form.height])
    if changed:
        width, height = (min(max(side, SIDE_RANGE[0]), SIDE_RANGE[1]) for side in sides)
        form = replace(form, width=width, height=height)
    if reset_button("size", (form.width, form.height) != (usual.width, usual.height), f"{usual.width} px"):
        form = replace(form, width=usual.width, height=usual.height)
    if form.kind in FILMS:
        form = _film(form, usual, journey_s)
    if form.kind == "grid":
        row("Columns, rows", "Of the grid", tail=1, least=9)
        changed, counts = imgui.input_int2("##grid", [form.columns, form.rows])
        if changed:
            columns, rows = (min(max(count, GRID_RANGE[0]), GRID_RANGE[1]) for count in counts)
            form = replace(form, columns=columns, rows=rows)
        if reset_button("grid", (form.columns, form.rows) != (usual.columns, usual.rows), "4 x 3"):
            form = replace(form, columns=usual.columns, rows=usual.rows)
    names = {count: "off" if count == 1 else f"{count} pictures" for count in SMOOTH}
    hint = "The mean of so many pictures with rays shifted a little: smooth edges, so many times the work"
    return replace(form, smooth=choice("Smoothing", hint, form.smooth, names, usual.smooth))


def _film(form: ExportForm, usual: ExportForm, journey_s: float | None) -> ExportForm:
    hint = "MP4 has all colours, GIF 256 of each picture; a folder has each picture as a PNG, with its Scene"
    form = replace(form, film=choice("Format", hint, form.film, FILM_NAMES, usual.film))
    if form.kind == "timeline":
        row("Length", "As the Timeline panel has it")
        imgui.text_disabled("no keyframes yet" if journey_s is None else f"{journey_s:.2f} s")
    else:
        row("Length", "Of one turn", tail=1)
        changed, seconds = imgui.drag_float("##seconds", form.seconds, 0.05, *SECONDS_RANGE, "%.1f s")
        if changed:
            form = replace(form, seconds=min(max(seconds, SECONDS_RANGE[0]), SECONDS_RANGE[1]))
        if reset_button("seconds", form.seconds != usual.seconds, f"{usual.seconds:g} s"):
            form = replace(form, seconds=usual.seconds)
    row("Pace", "Pictures per second", tail=1)
    changed, fps = imgui.drag_int("##fps", form.fps, 0.2, *FPS_RANGE, "%d a second")
    if changed:
        form = replace(form, fps=min(max(fps, FPS_RANGE[0]), FPS_RANGE[1]))
    return replace(form, fps=usual.fps) if reset_button("fps", form.fps != usual.fps, f"{usual.fps} a second") else form


def export_row(item: ExportItem, thumbnail: Callable[[Path], Picture | None] = lambda _: None) -> ExportIntent | None:
    """One export: its name and how it goes, with what can be done about it."""
    imgui.push_id(item.number)
    intent = None
    if item.state == "done":
        corner, side = imgui.get_cursor_screen_pos(), imgui.get_frame_height()
        draw_thumbnail(thumbnail(item.path), corner, side, icons.ICON_FA_FILE)
        imgui.dummy(ImVec2(side, side))
        imgui.same_line()
    imgui.align_text_to_frame_padding()
    imgui.text(item.path.name)
    imgui.same_line()
    match item.state:
        case "waiting" | "drawing":
            if button(f"{icons.ICON_FA_XMARK}###cancel export", True, "Give it up"):
                intent = CancelExport(item.number)
            left = "" if item.left_s is None else f", {duration(item.left_s)} left"
            words = "waiting" if item.state == "waiting" else f"{item.text}  {item.fraction:.0%}{left}"
            imgui.progress_bar(item.fraction, ImVec2(-1, 0), words)
        case "done":
            if button(f"{icons.ICON_FA_FOLDER_OPEN}###reveal export", True, f"Show {item.path} in the file manager"):
                intent = RevealExport(item.path)
            coloured(item.text, "quiet")
        case "failed":
            imgui.new_line()
            coloured(sentence(item.text), "error")
        case "cancelled":
            coloured("given up", "quiet")
    imgui.spacing()
    imgui.pop_id()
    return intent
