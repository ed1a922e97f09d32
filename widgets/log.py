"""The Log panel: what the run and the studio have to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from widgets.common import em, empty_state, icon_width, icons, text_colour, tone_colour
from widgets.log_filter import FilteredLog, LogFilter, LogSource
from widgets.log_rows import LogRows
from widgets.palette import Tone
from widgets.toolbar import flow, flow_end, toggle, tool
from widgets.views import Level, LogLine

SHOWN: dict[Level, str] = {"info": "Everything", "warning": "Warnings", "error": "Errors"}
SOURCES: dict[LogSource, str] = {"both": "Both", "run": "Run", "studio": "Studio"}
SIGNS: dict[Level, tuple[str, Tone]] = {
    "info": (icons.ICON_FA_CIRCLE_INFO, "quiet"),
    "warning": (icons.ICON_FA_TRIANGLE_EXCLAMATION, "warning"),
    "error": (icons.ICON_FA_CIRCLE_XMARK, "error"),
}
SIGN_WIDTH = 1.5
LEVEL_WIDTH, SOURCE_WIDTH, MIN_FILTER_WIDTH = 7.6, 5.4, 6.5
FILTER_HELP = (
    "Only lines that hold this text, in capitals or not.\nBetween slashes it is a regular expression, as /tick \\d+0 /."
)


class LogPanel:
    """Draws log lines, the newest at the bottom, and stays there until somebody scrolls up."""

    def __init__(self) -> None:
        self.filter = LogFilter()
        self.filtered = FilteredLog()
        self._rows = LogRows()
        self._wrap = False
        self._selected: LogLine | None = None
        self._at_end = True
        self._go_to_end = False

    def draw(self, lines: Sequence[LogLine]) -> None:
        """Draw the panel; `lines` is another object whenever its content is another."""
        self._choose()
        self.filtered.update(lines, self.filter)
        shown = self.filtered.lines
        self._tools(shown, len(lines))
        if self.filtered.problem:
            with text_colour("error"):
                imgui.text_wrapped(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {self.filtered.problem}")
        bar = imgui.WindowFlags_.none if self._wrap else imgui.WindowFlags_.horizontal_scrollbar
        imgui.begin_child("lines", ImVec2(0, 0), imgui.ChildFlags_.none, bar)
        if shown:
            self._lines(shown)
        elif lines:
            hint = "Lines come back when level, source or text let them through."
            empty_state(icons.ICON_FA_FILTER, f"None of {len(lines):,} lines is shown", hint)
        else:
            empty_state(icons.ICON_FA_ALIGN_LEFT, "Nothing to report", "Messages of the studio and of the run.")
        imgui.end_child()

    def _choose(self) -> None:
        """Level, source and text."""
        wanted = self.filter
        imgui.set_next_item_width(em(LEVEL_WIDTH))
        if imgui.begin_combo("##level", SHOWN[wanted.least]):
            for level, name in SHOWN.items():
                if imgui.selectable(name, level == wanted.least)[0]:
                    wanted = replace(wanted, least=level)
            imgui.end_combo()
        imgui.set_item_tooltip("The lowest level that is shown: warnings include errors.")
        flow(em(SOURCE_WIDTH))
        imgui.set_next_item_width(em(SOURCE_WIDTH))
        if imgui.begin_combo("##source", SOURCES[wanted.source]):
            for source, name in SOURCES.items():
                if imgui.selectable(name, source == wanted.source)[0]:
                    wanted = replace(wanted, source=source)
            imgui.end_combo()
        imgui.set_item_tooltip("Whose lines are shown: those of the run, of the studio, or both")
        flow(em(MIN_FILTER_WIDTH))
        spacing = imgui.get_style().item_spacing.x
        tools = 3 * (icon_width() + spacing) + spacing + imgui.calc_text_size("20,000 of 20,000").x
        imgui.set_next_item_width(max(imgui.get_content_region_avail().x - tools, em(MIN_FILTER_WIDTH)))
        _, text = imgui.input_text_with_hint("##filter", f"{icons.ICON_FA_MAGNIFYING_GLASS} filter", wanted.text)
        if not imgui.is_item_active():
            imgui.set_item_tooltip(FILTER_HELP)
        self.filter = replace(wanted, text=text)

    def _tools(self, shown: Sequence[LogLine], total: int) -> None:
        self._wrap = toggle(icons.ICON_FA_ARROW_TURN_DOWN, "wrap", self._wrap, "Break long lines")
        if tool(icons.ICON_FA_COPY, "copy log", "Copy all lines that are shown", bool(shown)):
            _copy(shown)
        if tool(icons.ICON_FA_ANGLES_DOWN, "newest", "Go to the newest line, and stay there", not self._at_end):
            self._go_to_end = True
        text = f"{len(shown):,} of {total:,}"
        flow_end(imgui.calc_text_size(text).x)
        imgui.align_text_to_frame_padding()
        with text_colour("quiet"):
            imgui.text(text)
        imgui.set_item_tooltip("Lines that are shown, of all")

    def _lines(self, lines: Sequence[LogLine]) -> None:
        # Measured with the content of the last frame, so that new lines do not look like having scrolled up.
        self._at_end = imgui.get_scroll_y() >= imgui.get_scroll_max_y() - 1
        style = imgui.get_style()
        text_x = em(SIGN_WIDTH) + imgui.calc_text_size("00:00:00").x + style.item_spacing.x
        width = max(imgui.get_content_region_avail().x - text_x, em(5))
        gap = style.item_spacing.y
        pitch = imgui.get_text_line_height() + gap
        broken = (lambda text: imgui.calc_text_size(text, False, width).y + gap) if self._wrap else None
        self._rows.update(lines, width, pitch, broken)
        start = imgui.get_cursor_pos()
        for index in self._rows.seen(imgui.get_scroll_y(), imgui.get_window_height()):
            top, height = float(self._rows.tops[index]), float(self._rows.tops[index + 1] - self._rows.tops[index])
            imgui.push_id(index)
            self._line(lines, index, ImVec2(start.x, start.y + top), height, (text_x, width))
            imgui.pop_id()
        imgui.set_cursor_pos(ImVec2(start.x, start.y + float(self._rows.tops[-1]) - gap))
        imgui.dummy(ImVec2(0, 0))
        if self._at_end or self._go_to_end:
            imgui.set_scroll_here_y(1.0)
        self._go_to_end = False
        copies = imgui.Key.mod_ctrl.value | imgui.Key.c.value
        if self._selected is not None and imgui.shortcut(copies, imgui.InputFlags_.route_focused):
            _copy([self._selected])

    def _line(
        self, lines: Sequence[LogLine], index: int, place: ImVec2, height: float, text: tuple[float, float]
    ) -> None:
        """A line: the whole of it can be selected, and has a menu."""
        line = lines[index]
        imgui.set_cursor_pos(place)
        size = ImVec2(0, height - imgui.get_style().item_spacing.y)
        if imgui.selectable("###line", line is self._selected, imgui.SelectableFlags_.none, size)[0]:
            self._selected = None if line is self._selected else line
        if imgui.begin_popup_context_item():
            self._selected = line
            if imgui.menu_item(f"{icons.ICON_FA_COPY}  Copy this line###copy line", "Ctrl+C", False)[0]:
                _copy([line])
            if imgui.menu_item(f"{icons.ICON_FA_COPY}  Copy all {len(lines):,} lines###copy all", "", False)[0]:
                _copy(lines)
            imgui.end_popup()
        elif imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip):
            imgui.set_tooltip(f"{line.stamp}  {line.level} of {line.source}".strip())
        icon, tone = SIGNS[line.level]
        imgui.set_cursor_pos(place)
        with text_colour(tone):
            imgui.text(icon)
        imgui.set_cursor_pos(ImVec2(place.x + em(SIGN_WIDTH), place.y))
        with text_colour("quiet"):
            imgui.text(line.clock)
        imgui.set_cursor_pos(ImVec2(place.x + text[0], place.y))
        plain = line.level == "info"
        imgui.push_style_color(
            imgui.Col_.text, imgui.get_style_color_vec4(imgui.Col_.text) if plain else tone_colour(tone)
        )
        if self._wrap:
            imgui.push_text_wrap_pos(place.x + text[0] + text[1])
            imgui.text_unformatted(line.text)
            imgui.pop_text_wrap_pos()
        else:
            imgui.text_unformatted(line.text.replace("\n", " "))
        imgui.pop_style_color()


def _copy(lines: Sequence[LogLine]) -> None:
    imgui.set_clipboard_text("\n".join(str(line) for line in lines))
