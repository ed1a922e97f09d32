"""Which scalars of a run share a plot: the known ones by meaning, the others by family and unit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

# As many as there are colours.
MOST_LINES = 7
# What curves are drawn over; they are no curves themselves.
AXES = re.compile(r"^Progress/|^timestamp$")
# Units are the last word of a name, or known.
UNITS = {"gb": "GB", "mb": "MB", "sec": "s", "seconds": "s", "ms": "ms", "kimg": "kimg", "px": "px", "percent": "%"}
# Figures at a number that somebody has chosen: the number is part of the name, so none of them can be listed.
AT_NUMBER = re.compile(r"^Metrics/(fid|kid)(\d+)$")
KNOWN_UNITS = {"Anneal/blur_sigma": "px", "Timing/sec_per_kimg": "s"}


@dataclass(frozen=True)
class Group:
    """Scalars that share a plot.

    Attributes:
        title: What the plot is about; together with the unit no two plots have the same one.
        lines: (name in the statistics, name in the legend) each.
        unit: Of all lines; empty for pure numbers.
        signed: Values are meant to fall below zero, so that a logarithm makes no sense.
    """

    title: str
    lines: tuple[tuple[str, str], ...]
    unit: str = ""
    signed: bool = False

    @property
    def heading(self) -> str:
        """Title and unit."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title


GROUPS = (
    Group("Losses", (("Loss/G/loss", "generator"), ("Loss/D/loss", "discriminator"))),
    Group("Scores of D", (("Loss/scores/real", "real"), ("Loss/scores/fake", "generated")), signed=True),
    Group(
        "Spread of D's scores",
        tuple(
            (f"Loss/scores/{kind}_p{percent}", f"{name}, {percent}%")
            for kind, name in (("real", "real"), ("fake", "generated"))
            for percent in (10, 50, 90)
        ),
        signed=True,
    ),
    Group("Diversity of patches", (("Patch/diversity_real", "real"), ("Patch/diversity_fake", "generated"))),
    Group("R1 penalty", (("Loss/r1_penalty", "R1"),)),
    Group("Signs of D", (("Loss/signs/real", "real"), ("Loss/signs/fake", "generated")), signed=True),
    Group("FID", (("Metrics/fid50k_full", "at 50,000"),)),
    Group("Fréchet, random features", (("Metrics/frechet_random", "Fréchet"),)),
    Group("Density and coverage", (("Metrics/density", "density"), ("Metrics/coverage", "coverage"))),
    Group("Sliced Wasserstein", tuple((f"Metrics/wasserstein_{2**power}", f"{2**power} px") for power in range(4, 11))),
    Group("Silhouettes", (("Metrics/mask_iou", "soft IoU"),)),
    Group("Relief", (("Metrics/relief", "relief"), ("Metrics/flatness_alarm", "alarm"), ("Geometry/relief", "coarse"))),
    Group(
        "Reprojection",
        tuple(
            (f"Metrics/reprojection_{name}", words)
            for name, words in (("picture", "pictures"), ("rays", "rays"), ("unrelated", "other samples"))
        ),
        "1/255",
    ),
    Group("Views", (("Metrics/reprojection_visible", "visible part"),)),
    Group("Augmentation", (("Augment/p", "probability"),)),
    Group("Patch scale", (("Patch/scale_mean", "drawn, mean"), ("Patch/scale_expected", "expected"))),
    Group(
        "Filters of D, shares",
        (
            ("Modulation/always_on", "always on"),
            ("Modulation/always_off", "always off"),
            ("Modulation/switch_scale", "switched by scale"),
            ("Modulation/switch_position", "switched by position"),
        ),
    ),
    Group("Bad gradients", (("Gradients/bad_steps", "steps in a tick"),)),
    Group("Time per kimg", (("Timing/sec_per_kimg", "per kimg"),), "s"),
)


def known_groups(names: Iterable[str]) -> tuple[Group, ...]:
    """The known groups of which at least one scalar is there; the lines that are not there are left out."""
    there = set(names)
    found = []
    for group in GROUPS:
        lines = tuple(line for line in group.lines if line[0] in there)
        if lines:
            found.append(Group(group.title, lines, group.unit, group.signed))
    return tuple(found) + _at_numbers(there)


def _at_numbers(names: Iterable[str]) -> tuple[Group, ...]:
    """A group for FID and one for KID, at the numbers that occur."""
    lines: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(names):
        if match := AT_NUMBER.match(name):
            lines[f"{match[1].upper()} at fewer than 50,000"].append((name, f"at {match[2]}"))
    return tuple(
        Group(f"{title}, {start // MOST_LINES + 1}" if start else title, tuple(part[start : start + MOST_LINES]))
        for title, part in lines.items()
        for start in range(0, len(part), MOST_LINES)
    )


def other_groups(names: Iterable[str]) -> tuple[Group, ...]:
    """Groups for all scalars that no known group shows: one for each head of a name and unit.

    Args:
        names: Of all scalars, as Resources/cpu_mem_gb: the head is what stands before the first slash.
    """
    shown = {name for group in GROUPS for name, _ in group.lines}
    families: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in sorted(set(names) - shown):
        if not AXES.search(name) and not AT_NUMBER.match(name):
            families[name.partition("/")[0], unit_of(name)].append(name)
    groups: list[Group] = []
    for (head, unit), members in families.items():
        for start in range(0, len(members), MOST_LINES):
            part = members[start : start + MOST_LINES]
            lines = tuple((name, name.partition("/")[2] or name) for name in part)
            # A plot of one line has no legend: its heading must say what it is.
            title = part[0] if len(part) == 1 else f"{head} {start // MOST_LINES + 1}" if start else head
            group = Group(title, lines, unit)
            while any(group.heading == other.heading for other in (*GROUPS, *groups)):
                group = replace(group, title=f"{group.title}, others")
            groups.append(group)
    return tuple(groups)


def scalar_words(name: str) -> str:
    """What a scalar is called where it stands alone, its unit included; its own name if it is not a known one.

    Args:
        name: As in the statistics.
    """
    if match := AT_NUMBER.match(name):
        return f"{match[1].upper()} at {match[2]}"
    found = ((group, words) for group in GROUPS for line, words in group.lines if line == name)
    group, words = next(found, (None, ""))
    if group is None:
        return name
    if words.lower() not in group.title.lower():
        told = f"{group.title}{' ' if words.startswith('at ') else ', '}{words}"
    else:
        told = group.title if len(group.lines) == 1 else f"{words[:1].upper()}{words[1:]}"
    return f"{told} [{group.unit}]" if group.unit else told


def unit_of(name: str) -> str:
    """The unit that the name of a scalar tells; empty if it tells none."""
    return KNOWN_UNITS.get(name) or UNITS.get(re.split(r"[/_]", name)[-1].lower(), "")
