"""What the Performance panel shows: figures in groups; needs no toolkit."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Figure:
    """A line of the panel.

    Attributes:
        label: What it is.
        value: For people, with its unit.
        help: What it means, in a sentence.
    """

    label: str
    value: str
    help: str = ""


@dataclass(frozen=True)
class Group:
    """Figures that belong together."""

    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class PerformanceView:
    """The panel.

    Attributes:
        groups: All figures.
        share: The part of the time that looking takes at most while a trainer works here, 0 to 1.
        about: What of the machine is shared with a trainer now, for people.
        report: The same as text, with what belongs to it, for the clipboard.
    """

    groups: tuple[Group, ...]
    share: float
    about: str
    report: str

    def with_share(self, share: float) -> PerformanceView:
        """The same with another share."""
        return replace(self, share=share)
