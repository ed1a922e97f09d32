"""Choosers say what is chosen there."""

import pytest
from imgui_bundle import imgui

from tests import ui
from widgets.choices import flow_choose


@pytest.mark.ui
def test_a_chooser_has_room_for_its_caption():
    widths: dict[str, float] = {}

    def gui() -> None:
        imgui.begin("Panel")
        for label in ("this layer", "a snapshot with a long name"):
            flow_choose(label, 0, {0: label}, 7, "Which σ the colours stand for", "colours:")
            widths[label] = imgui.get_item_rect_size().x - imgui.calc_text_size(f"colours: {label}").x
        imgui.end()

    ui.run_gui(gui, lambda ctx: ctx.yield_(2))
    assert min(widths.values()) > 20, "words and an arrow"
