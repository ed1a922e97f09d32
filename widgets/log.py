"""The Log panel: what the run and the studio have to say."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import ImVec2, imgui

from widgets.common import empty_state, icons, text_colour
from widgets.palette import Tone
from widgets.views import LEVELS, Level, LogLine

LEVEL_TONES: dict[Level, Tone] = {"warning": "warning", "error": "error"}
SHOWN: dict[str, Level] = {"Everything": "info", "Warnings and errors": "warning", "Errors": "error"}


class LogPanel:
    """Draws log lines, the newest at the bottom, and stays there until somebody scrolls up."""

    def __init__(self) -> None:
        self._shown = "Everything"

    def draw(self, lines: Sequence[LogLine]) -> None:
        """Draw the panel."""
        least = LEVELS.index(SHOWN[self._shown])
        shown = [line for line in lines if LEVELS.index(line.level) >= least]
        imgui.set_next_item_width(imgui.get_font_size() * 12)
        if imgui.begin_combo("##level", self._shown):
            for name in SHOWN:
                if imgui.selectable(name, name == self._shown)[0]:
                    self._shown = name
            imgui.end_combo()
        imgui.same_line()
        imgui.begin_disabled(not shown)
        if imgui.button(f"{icons.ICON_FA_COPY}  Copy###copy log"):
            imgui.set_clipboard_text("\n".join(str(line) for line in shown))
        imgui.end_disabled()
        imgui.begin_child("lines", ImVec2(0, 0), imgui.ChildFlags_.none, imgui.WindowFlags_.horizontal_scrollbar)
        if shown:
            self._lines(shown)
        else:
            empty_state(icons.ICON_FA_ALIGN_LEFT, "Nothing to report", "Messages of the studio and of the run.")
        imgui.end_child()

    def _lines(self, lines: Sequence[LogLine]) -> None:
        clipper = imgui.ListClipper()
        clipper.begin(len(lines))
        while clipper.step():
            for line in lines[clipper.display_start : clipper.display_end]:
                with text_colour("quiet"):
                    imgui.text(line.clock)
                imgui.same_line()
                tone = LEVEL_TONES.get(line.level)
                if tone is None:
                    imgui.text_unformatted(line.text)
                else:
                    with text_colour(tone):
                        imgui.text_unformatted(line.text)
                imgui.set_item_tooltip(f"{line.source}, {line.level}")
        if imgui.get_scroll_y() >= imgui.get_scroll_max_y():
            imgui.set_scroll_here_y(1.0)
