"""What surfaces of the two themes look like; no toolkit here, since the Studio and the board have different ones."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.palette import Colour, Theme, hex_colour


@dataclass(frozen=True)
class Grounds:
    """What surfaces of a theme look like.

    Attributes:
        ground: Panels.
        deep: Between panels, title bars, plots.
        popup: What lies above panels.
        field: What can be typed or dragged; with those for hovered and held.
        edge: Lines between things.
        text: Ordinary text.
        disabled: Text of what cannot be used now.
        selected: What is chosen, or full.
        button: Buttons; with those for hovered and held.
        header: Rows and headings that can be clicked; with those for hovered and held.
        scroll: Scroll bars; with those for hovered and held.
        grab: Grip of a slider, with the value written across it; and held.
        grid: Lines behind plots.
        dim: Over everything behind a dialog.
    """

    ground: Colour
    deep: Colour
    popup: Colour
    field: tuple[Colour, Colour, Colour]
    edge: Colour
    text: Colour
    disabled: Colour
    selected: Colour
    button: tuple[Colour, Colour, Colour]
    header: tuple[Colour, Colour, Colour]
    scroll: tuple[Colour, Colour, Colour]
    grab: tuple[Colour, Colour]
    grid: Colour
    dim: Colour


def _three(first: str, second: str, third: str) -> tuple[Colour, Colour, Colour]:
    return hex_colour(first), hex_colour(second), hex_colour(third)


GROUNDS: dict[Theme, Grounds] = {
    "dark": Grounds(
        ground=hex_colour("1d2026"),
        deep=hex_colour("16181d"),
        popup=hex_colour("23272f"),
        field=_three("2a2e37", "343a46", "3e4554"),
        edge=hex_colour("31353f"),
        text=hex_colour("dde1e8"),
        disabled=hex_colour("7d8592"),
        selected=hex_colour("35506f"),
        button=_three("323844", "3d4453", "4a5265"),
        header=_three("2d3440", "384252", "435064"),
        scroll=_three("3e4554", "4d5566", "5c6679"),
        grab=(hex_colour("8c5420"), hex_colour("8f5620")),
        grid=(1, 1, 1, 0.22),
        dim=(0, 0, 0, 0.45),
    ),
    "light": Grounds(
        ground=hex_colour("f6f6f4"),
        deep=hex_colour("e6e6e3"),
        popup=hex_colour("ffffff"),
        field=_three("e3e4e2", "d8dad8", "cbcecd"),
        edge=hex_colour("cfd0cd"),
        text=hex_colour("1c1f24"),
        disabled=hex_colour("767b84"),
        selected=hex_colour("a9c7ec"),
        button=_three("dcdedd", "cfd2d2", "bfc4c5"),
        header=_three("e2e6ec", "d2dae4", "c2cedc"),
        scroll=_three("c4c7c8", "b0b4b7", "9ca1a5"),
        grab=(hex_colour("d08a4a"), hex_colour("c97f3d")),
        grid=(0, 0, 0, 0.25),
        dim=(0.2, 0.2, 0.2, 0.35),
    ),
}
