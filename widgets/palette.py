"""Colours with a meaning, for panels and themes; red, green, blue, alpha in 0 to 1."""

from __future__ import annotations

from typing import Literal

Colour = tuple[float, float, float, float]
Tone = Literal["good", "busy", "warning", "error", "quiet", "accent"]
Theme = Literal["dark", "light"]


def hex_colour(code: str, alpha: float = 1.0) -> Colour:
    """The colour of "rrggbb"."""
    red, green, blue = (int(code[start : start + 2], 16) / 255 for start in (0, 2, 4))
    return red, green, blue, alpha


# Legible on the ground of their theme: a contrast of 4.5 or more (tests/widgets/test_palette.py).
TONES: dict[Theme, dict[Tone, Colour]] = {
    "dark": {
        "good": hex_colour("5ec27f"),
        "busy": hex_colour("6aa9ff"),
        "warning": hex_colour("e6b450"),
        "error": hex_colour("f2777a"),
        "quiet": hex_colour("8b93a1"),
        "accent": hex_colour("e59a4c"),
    },
    "light": {
        "good": hex_colour("1b7339"),
        "busy": hex_colour("1a5fb4"),
        "warning": hex_colour("835700"),
        "error": hex_colour("b3261e"),
        "quiet": hex_colour("5d6470"),
        "accent": hex_colour("a8560f"),
    },
}

# Lines of a plot, told apart also by people who see fewer colours (after Okabe and Ito).
LINES: dict[Theme, tuple[Colour, ...]] = {
    "dark": tuple(hex_colour(code) for code in ("e69f00", "56b4e9", "009e73", "cc79a7", "f0e442", "d55e00", "8f9bff")),
    "light": tuple(hex_colour(code) for code in ("a56800", "0068a6", "00735a", "a8407a", "726800", "b84500", "4a55cc")),
}
