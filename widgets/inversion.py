"""The Inversion window: a picture, and beside it the sample that comes closer to it step by step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from core.durations import duration
from widgets.common import (
    button,
    coloured,
    em,
    empty_state,
    error_box,
    icon_button,
    icons,
    line_colour,
    path_input,
    reset_button,
    row,
    sentence,
    text_colour,
    tone_ink,
)
from widgets.inversion_view import (
    CancelSearch,
    ChoosePicture,
    CloseInversion,
    InversionForm,
    InversionIntent,
    InversionView,
    KeepFound,
    Layers,
    LookAt,
    Pose,
    SearchItem,
    ShowFound,
    StartSearch,
)
from widgets.picture import Picture
from widgets.quality import choice

WINDOW = "Sample for a picture###inversion"
SIZE = (44.0, 36.0)
STEPS_RANGE = (10, 10_000)
LAYERS_NAMES: dict[Layers, str] = {"one": "one w for all layers", "each": "a w for each layer (W+)"}
POSE_NAMES: dict[Pose, str] = {"found": "found too", "viewport": "that of the viewport"}
SIZE_NAMES = {size: f"{size} x {size} px" for size in (32, 64, 128, 256, 512)}


def draw(view: InversionView) -> tuple[InversionForm, InversionIntent | None]:
    """Draw the window.  Returns the form as it is now filled in, and what was asked for."""
    centre = imgui.get_main_viewport().get_center()
    imgui.set_next_window_pos(centre, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
    imgui.set_next_window_size(ImVec2(em(SIZE[0]), em(SIZE[1])), imgui.Cond_.appearing)
    flags = imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_collapse | imgui.WindowFlags_.no_docking
    imgui.push_style_var(imgui.StyleVar_.window_border_size, 1.0)
    _, stays = imgui.begin(WINDOW, True, flags)
    imgui.pop_style_var()
    form, intent = _contents(view) if stays else (view.form, CloseInversion())
    imgui.end()
    return form, intent


def _contents(view: InversionView) -> tuple[InversionForm, InversionIntent | None]:
    form, intent = _form(view.form)
    imgui.spacing()
    ready = bool(form.picture and view.generator)
    tooltip = f"In a process of its own, with the weights that {view.generator} has now"
    if not ready:
        tooltip = "Choose a picture first" if view.generator else "There is no generator yet"
    if button(f"{icons.ICON_FA_MAGNIFYING_GLASS}  Find the sample###start search", ready, tooltip, primary=True):
        intent = StartSearch()
    imgui.separator()
    imgui.spacing()
    item = view.item
    if item is None:
        hint = "Drop a picture on the window, or choose one above: the sample that comes closest to it is looked for."
        empty_state(icons.ICON_FA_IMAGE, "No picture yet" if not form.picture else "Ready to search", hint)
        return form, intent
    if len(view.items) > 1:
        intent = _choose(view, item) or intent
    intent = _state(item) or intent
    if item.state == "cancelled" and view.given is None:
        empty_state(icons.ICON_FA_BAN, "Given up before it began", "Find the sample begins another search.")
    elif item.state != "failed" or view.given is not None:
        _pictures(view, item)
    return form, intent


def _form(form: InversionForm) -> tuple[InversionForm, InversionIntent | None]:
    usual, intent = InversionForm(), None
    row("Picture", "PNG, JPEG or WebP; its middle is taken, and what is transparent counts as white", tail=1, least=9)
    form = replace(form, picture=path_input("##picture", "drop a picture here, or type its path", form.picture))
    if icon_button(icons.ICON_FA_FOLDER_OPEN, "choose picture", "Choose a file"):
        intent = ChoosePicture()
    hint = "The camera's yaw and pitch are found with the sample, or they are those of the viewport now"
    form = replace(form, pose=choice("Pose", hint, form.pose, POSE_NAMES, usual.pose))
    hint = "One w is a sample as the generator makes them; one for each layer comes closer and is less of a sample"
    form = replace(form, layers=choice("Layers", hint, form.layers, LAYERS_NAMES, usual.layers))
    hint = "What is compared at last. More pixels take longer, and show no more than the generator has learned"
    form = replace(form, size=choice("Compare", hint, form.size, SIZE_NAMES, usual.size))
    row("Steps", "Of the optimiser: more come closer", tail=1)
    changed, steps = imgui.drag_int("##steps", form.steps, 2, *STEPS_RANGE)
    if changed:
        form = replace(form, steps=min(max(steps, STEPS_RANGE[0]), STEPS_RANGE[1]))
    if reset_button("steps", form.steps != usual.steps, str(usual.steps)):
        form = replace(form, steps=usual.steps)
    row("Inception", "A network that looks too: the path of pt_inception-2015-12-05-6726825d.pth. Never downloaded.")
    path = path_input("##inception", "none: pixels and random filters", form.inception)
    return replace(form, inception=path), intent


def _choose(view: InversionView, item: SearchItem) -> InversionIntent | None:
    row("Search", "Searches of this window, the last one first", least=9)
    intent = None
    if imgui.begin_combo("##search", item.name):
        for each in view.items:
            if imgui.selectable(f"{each.name}###search {each.number}", each is item)[0]:
                intent = LookAt(each.number)
        imgui.end_combo()
    return intent


def _state(item: SearchItem) -> InversionIntent | None:
    """How the search goes, with what can be done about it."""
    match item.state:
        case "waiting" | "searching":
            left = "" if item.left_s is None else f", {duration(item.left_s)} left"
            steps = f"  {item.done} of {item.total}{left}" if item.done else ""
            words = "Waiting for the search before it" if item.state == "waiting" else f"{sentence(item.text)}{steps}"
            imgui.progress_bar(item.done / max(item.total, 1), ImVec2(-em(6), 0), words)
            imgui.same_line()
            return CancelSearch(item.number) if button("Cancel###cancel search", width=-1) else None
        case "found":
            return _found(item)
        case "failed":
            error_box("inversion", item.text, dismiss=False)
        case "cancelled":
            if item.done:
                coloured(f"Given up after {item.done} of {item.total} steps.", "quiet")
    return None


def _found(item: SearchItem) -> InversionIntent | None:
    intent = None
    if button(f"{icons.ICON_FA_EYE}  Show###show found", tooltip=f"The sample and its camera, of {item.generator}"):
        intent = ShowFound(item.number)
    imgui.same_line()
    words = "It is among the favourites" if item.kept else "Add the sample to the favourites in Latent"
    if button(f"{icons.ICON_FA_STAR}  Keep###keep found", not item.kept, words):
        intent = KeepFound(item.number)
    imgui.same_line()
    imgui.align_text_to_frame_padding()
    with text_colour("quiet"):
        imgui.text(item.text)
    return intent


def _pictures(view: InversionView, item: SearchItem) -> None:
    """What is wanted, what is found, and how close they are, side by side."""
    for note in item.notes:
        coloured(note, "quiet")
    room, gap = imgui.get_content_region_avail(), imgui.get_style().item_spacing.x
    text = imgui.get_text_line_height_with_spacing()
    side = max(min((room.x - 2 * gap) / 3, room.y - text), em(4))
    waits = item.state in ("waiting", "searching")
    _square("Wanted", view.given, side, waits)
    imgui.same_line()
    _square("Found", view.found, side, waits)
    imgui.same_line()
    imgui.begin_group()
    psnr = f"{item.curve[-1][1]:.1f} dB" if item.curve else "–"
    imgui.text(f"Likeness  {psnr}")
    imgui.set_item_tooltip("PSNR of the found picture, at the size at which it is compared; it grows on the way")
    _curve(item, ImVec2(max(room.x - 2 * (side + gap), side), side))
    imgui.end_group()


def _square(title: str, picture: Picture | None, side: float, waits: bool) -> None:
    imgui.begin_group()
    imgui.text(title)
    size = ImVec2(side, side)
    if picture is not None:
        imgui.image(imgui.ImTextureRef(picture.texture), size)
    else:
        low = imgui.get_cursor_screen_pos()
        imgui.get_window_draw_list().add_rect(low, ImVec2(low.x + side, low.y + side), tone_ink("quiet", 0.4))
        words = "…" if waits else "none"
        extent = imgui.calc_text_size(words)
        place = ImVec2(low.x + (side - extent.x) / 2, low.y + (side - extent.y) / 2)
        imgui.get_window_draw_list().add_text(place, tone_ink("quiet"), words)
        imgui.dummy(size)
    imgui.end_group()


def _curve(item: SearchItem, size: ImVec2) -> None:
    if not item.curve:
        imgui.dummy(size)
        return
    hidden = implot.Flags_.no_legend | implot.Flags_.no_title | implot.Flags_.no_menus | implot.Flags_.no_mouse_text
    if not implot.begin_plot(f"##likeness {item.number}", size, hidden | implot.Flags_.no_inputs):
        return
    implot.setup_axes("steps", "dB", implot.AxisFlags_.none, implot.AxisFlags_.auto_fit)
    implot.setup_axis_limits(implot.ImAxis_.x1, 0, max(item.total, 1), implot.Cond_.always)
    steps, psnrs = np.array(item.curve, np.float64).T
    spec = implot.Spec()
    spec.line_color, spec.line_weight = line_colour(0), em(0.11)
    if len(steps) == 1:  # a line of one point would be invisible
        spec.marker, spec.marker_fill_color, spec.marker_size = implot.Marker_.circle, line_colour(0), em(0.2)
    implot.plot_line("PSNR", np.ascontiguousarray(steps), np.ascontiguousarray(psnrs), spec=spec)
    implot.end_plot()
