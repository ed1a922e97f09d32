"""The strip below the viewport: a slider over the snapshots of the run that is shown, and what plays them."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from widgets.common import coloured, em, icon_width, icons, text_colour, tone_ink
from widgets.time_view import FASTEST, SLOWEST, GoTo, Play, SetTime, Step, TimeIntent, TimeSetup, TimeView, words
from widgets.toolbar import first_tool, text_button_width, toggle

EMPTY = "The past of a run can be looked at once its first snapshot is written; Train has a button that asks for one."
# The slider's least width, that of the rate, and what is too narrow for words, font sizes.
SLIDER, RATE, NARROW = 9.0, 4.6, 17.0


def height() -> float:
    """Pixels that the strip takes, with the gap above it."""
    return imgui.get_frame_height() + imgui.get_style().item_spacing.y


def draw(view: TimeView) -> TimeIntent | None:
    """Draw the strip, one row along the lower edge of the present window.  Returns what somebody wants."""
    padding = imgui.get_style().window_padding
    imgui.set_cursor_pos(ImVec2(padding.x, imgui.get_window_height() - padding.y - imgui.get_frame_height()))
    if not view.snapshots and view.held is None:
        imgui.align_text_to_frame_padding()
        with text_colour("quiet"):
            imgui.text("Reading the run…" if view.loading else "No snapshots yet")
        imgui.set_item_tooltip(EMPTY)
        return None
    spacing = imgui.get_style().item_spacing.x
    live = f"{icons.ICON_FA_FORWARD_FAST}  {'live' if view.learning else 'newest'}"
    if imgui.get_content_region_avail().x < em(NARROW):
        live = icons.ICON_FA_FORWARD_FAST
    tail = text_button_width(live) + spacing
    extras = icon_width() + em(RATE) + 2 * spacing
    wide = imgui.get_content_region_avail().x - 3 * (icon_width() + spacing) - tail - extras >= em(SLIDER)
    intent = _buttons(view)
    imgui.same_line()
    room = imgui.get_content_region_avail().x - tail - (extras if wide else 0)
    intent = _slider(view, max(room, em(3))) or intent
    if wide:
        intent = _setup(view) or intent
    imgui.same_line()
    return _live_button(view, live) or intent


def _buttons(view: TimeView) -> TimeIntent | None:
    """Back, play, on."""
    intent: TimeIntent | None = None
    last = len(view.snapshots)
    if first_tool(icons.ICON_FA_BACKWARD_STEP, "snapshot before", "The snapshot before  (,)", view.index > 0):
        intent = Step(-1)
    imgui.same_line()
    icon = icons.ICON_FA_PAUSE if view.playing else icons.ICON_FA_PLAY
    told = "Stop here  (K)" if view.playing else "Play through the snapshots; waits for what is not computed yet  (K)"
    if first_tool(icon, "play time", told, last > 1):
        intent = Play(not view.playing)
    imgui.same_line()
    if first_tool(icons.ICON_FA_FORWARD_STEP, "snapshot after", "The next snapshot  (.)", view.index < last):
        intent = Step(1)
    return intent


def _slider(view: TimeView, width: float) -> TimeIntent | None:
    """The slider: its last place is the newest weights."""
    last, index = len(view.snapshots), view.index
    low = imgui.get_cursor_screen_pos()
    imgui.set_next_item_width(width)
    # Of real numbers, whose grab is slim: the words below it are to be read.
    changed, where = imgui.slider_float("##snapshot", index, 0, max(last, 1), "", imgui.SliderFlags_.always_clamp)
    wanted = round(where)
    if imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip):
        _tooltip(view)
    high = ImVec2(low.x + width, low.y + imgui.get_frame_height())
    _marks(view, low, high)
    _label(view, low, high)
    if not changed or wanted == index:
        return None
    return GoTo(view.snapshots[wanted].name if wanted < last else "")


def _marks(view: TimeView, low: ImVec2, high: ImVec2) -> None:
    """A tick at each snapshot, if there is room for so many; larger ones at the best and at those that are broken."""
    grab, count = imgui.get_style().grab_min_size, len(view.snapshots)
    first, room = low.x + 2 + grab / 2, high.x - low.x - 4 - grab
    broken, canvas = {name for name, _ in view.broken}, imgui.get_window_draw_list()
    plain = room / max(count, 1) >= em(0.35)
    for index, snapshot in enumerate(view.snapshots):
        tone = "error" if snapshot.name in broken else "good" if snapshot.best else "quiet"
        if plain or tone != "quiet":
            tall, thick = (em(0.2), em(0.09)) if tone == "quiet" else (em(0.36), em(0.18))
            x = first + room * index / max(count, 1)
            canvas.add_line(ImVec2(x, high.y - tall), ImVec2(x, high.y), tone_ink(tone), thick)


def _label(view: TimeView, low: ImVec2, high: ImVec2) -> None:
    """What is held, as much of it as fits over the slider."""
    parts, room = words(view), high.x - low.x - em(1)
    while len(parts) > 1 and imgui.calc_text_size("  ·  ".join(parts)).x > room:
        parts.pop()
    text = "  ·  ".join(parts)
    size = imgui.calc_text_size(text)
    ink = tone_ink("error") if view.trouble else imgui.get_color_u32(imgui.Col_.text)
    if view.waiting and not view.trouble:
        ink = tone_ink("busy")
    place = ImVec2((low.x + high.x - size.x) / 2, (low.y + high.y - size.y) / 2)
    canvas = imgui.get_window_draw_list()
    canvas.push_clip_rect(low, high, True)
    canvas.add_text(place, ink, text)
    canvas.pop_clip_rect()


def _tooltip(view: TimeView) -> None:
    """All that is known of what is held."""
    imgui.begin_tooltip()
    imgui.push_text_wrap_pos(em(26))
    imgui.text("  ·  ".join(words(view)))
    if view.trouble:
        coloured(view.trouble, "error")
    elif view.waiting:
        coloured("on its way", "busy")
    best = next((each for each in view.snapshots if each.best), None)
    with text_colour("quiet"):
        if best is not None and best != view.held:
            imgui.text(f"The best one is that at {best.kimg:g} kimg{': ' if best.figure else ''}{best.figure}")
        imgui.text("Latent and camera stay as they are. Comma and full stop: one back, one on; K plays.")
    imgui.pop_text_wrap_pos()
    imgui.end_tooltip()


def _setup(view: TimeView) -> TimeIntent | None:
    """How time runs."""
    setup = view.setup
    loop = toggle(icons.ICON_FA_REPEAT, "loop", setup.loop, "Begin anew at the end, or stay there")
    imgui.same_line()
    imgui.set_next_item_width(em(RATE))
    flags = imgui.SliderFlags_.logarithmic.value | imgui.SliderFlags_.always_clamp.value
    _, rate = imgui.drag_float("##rate", setup.rate, 0.02, SLOWEST, FASTEST, "%.3g per s", flags)
    imgui.set_item_tooltip("Snapshots per second, at most. Drag, or Ctrl+click to type.")
    wanted = TimeSetup(min(max(rate, SLOWEST), FASTEST), loop)
    return SetTime(wanted) if wanted != setup else None


def _live_button(view: TimeView, label: str) -> TimeIntent | None:
    """Back to the newest weights."""
    imgui.begin_disabled(view.held is None)
    clicked = imgui.button(f"{label}###live")
    imgui.end_disabled()
    there = "Follow the training again  (L)" if view.learning else "The newest weights of this run  (L)"
    if imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip | imgui.HoveredFlags_.allow_when_disabled):
        imgui.set_tooltip(there)
    return GoTo("") if clicked else None
