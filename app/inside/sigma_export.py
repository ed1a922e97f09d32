"""Sigma as files: pictures of publication size by matplotlib, and numbers; each says which run and moment it is of."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.files import replacing
from core.filter_kinds import KINDS
from widgets.sigma_views import ModulationMode

if TYPE_CHECKING:  # slow to load, so only when a picture is written
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

PROGRAM = "EpiGRAF Studio"
# One column of a two-column page for a single layer, the whole width for several; inches.
COLUMN, PAGE = 3.3, 6.9
LAYER_HEIGHT, MOST_COLUMNS = 2.0, 4
# Of bitmaps; heat maps inside vector files have the pixels of their tables.
DPI = 300
SCALED: dict[ModulationMode, str] = {"input": "σ scales the inputs", "output": "σ scales the outputs"}


@dataclass(frozen=True)
class SigmaSheet:
    """What is written.

    Attributes:
        title: Of which moment, or which two.
        run: Name of the run; empty if unknown.
        kimg: How long was trained; none if unknown.
        mode: What sigma scales; none if unknown.
        where: Which patches were measured.
        scales: [m] of the patches.
        layers: [m, filters] each: sigma, or a difference of two.
        order: [filters] each, from top to bottom.
        kinds: [filters] each, indices into KINDS; empty where only one place was looked at, which tells no behaviour.
        colours: What the first and the last colour stand for.
        signed: Whether it is a difference.
    """

    title: str
    run: str
    kimg: float | None
    mode: ModulationMode | None
    where: str
    scales: np.ndarray
    layers: Mapping[str, np.ndarray]
    order: Mapping[str, np.ndarray]
    kinds: Mapping[str, np.ndarray]
    colours: tuple[float, float]
    signed: bool

    @property
    def scaled(self) -> str:
        """What sigma scales, in words."""
        return SCALED[self.mode] if self.mode is not None else "σ"

    @property
    def facts(self) -> dict[str, str]:
        """Where it comes from."""
        moment = "" if self.kimg is None else f"{self.kimg:g}"
        return {"run": self.run, "kimg": moment, "moment": self.title, "mode": self.mode or "", "patches": self.where}


def write_sheet(path: Path, sheet: SigmaSheet) -> None:
    """Write it in the format of the path's suffix, aside and renamed.  Raises OSError."""
    writers = {".csv": _write_table, ".npz": _write_arrays}
    with replacing(path) as aside:
        writers.get(path.suffix, _write_picture)(aside, sheet)


def _write_table(path: Path, sheet: SigmaSheet) -> None:
    """A row for each filter, as the network counts them: where it is from, its kind if known, sigma at each scale."""
    facts, known = sheet.facts, ["kind"] if sheet.kinds else []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*facts, "layer", "filter", *known, *(f"s={scale:.6g}" for scale in sheet.scales)])
        for name, sigma in sheet.layers.items():
            for index, values in enumerate(sigma.T.tolist()):
                kind = [KINDS[int(sheet.kinds[name][index])]] if sheet.kinds else []
                writer.writerow([*facts.values(), name, index, *kind, *(f"{value:.6g}" for value in values)])


def _write_arrays(path: Path, sheet: SigmaSheet) -> None:
    """Scales [m]; sigma/LAYER [m, filters] and, if known, kind/LAYER [filters] as the network counts them; texts."""
    arrays: dict[str, Any] = {name: np.array(text) for name, text in sheet.facts.items()}
    arrays |= {"scales": sheet.scales}
    if sheet.kinds:
        arrays["kinds"] = np.array(KINDS)
    arrays |= {f"sigma/{name}": sigma for name, sigma in sheet.layers.items()}
    arrays |= {f"kind/{name}": kinds for name, kinds in sheet.kinds.items() if name in sheet.layers}
    np.savez_compressed(path, **arrays)


def _write_picture(path: Path, sheet: SigmaSheet) -> None:
    """Small multiples with one bar of colours, as in Figure 7 of the paper."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    rows = -(-len(sheet.layers) // MOST_COLUMNS)
    columns = -(-len(sheet.layers) // rows)  # evenly filled
    size = (COLUMN if columns == 1 else PAGE, rows * (COLUMN * 0.85 if columns == 1 else LAYER_HEIGHT) + 0.5)
    # Text stays text, so that it can be searched and restyled.
    with mpl.rc_context({"font.size": 7, "svg.fonttype": "none", "pdf.fonttype": 42}):
        figure = Figure(figsize=size, layout="constrained")
        places = figure.subplots(rows, columns, squeeze=False).ravel()
        drawn = None
        for place, name in zip(places, sheet.layers, strict=False):
            drawn = _draw_layer(place, sheet, name)
        for place in places[len(sheet.layers) :]:
            place.set_axis_off()
        figure.supxlabel("patch scale s", fontsize=7)
        figure.suptitle("\n".join(filter(None, (f"{sheet.run}  {sheet.title}".strip(), sheet.scaled))), fontsize=8)
        assert drawn is not None, "there is at least one layer"
        figure.colorbar(drawn, ax=places.tolist(), label="difference of σ" if sheet.signed else "σ")
        figure.savefig(path, dpi=DPI, metadata=_metadata(path.suffix, sheet))


def _draw_layer(place: Axes, sheet: SigmaSheet, name: str) -> AxesImage:
    order, half = sheet.order[name], (sheet.scales[1] - sheet.scales[0]) / 2
    low, high = sheet.colours
    ends = (sheet.scales[0] - half, sheet.scales[-1] + half, len(order) - 0.5, -0.5)
    colours = "RdBu" if sheet.signed else "viridis"
    table = sheet.layers[name].T[order]
    image = place.imshow(
        table, colours, vmin=low, vmax=high, aspect="auto", interpolation="nearest", extent=ends
    )  # fmt: skip
    place.set_title(name, fontsize=7)
    place.set_ylabel("filter" if (order == np.arange(len(order))).all() else "filter, by rank")
    return image


def _metadata(suffix: str, sheet: SigmaSheet) -> dict[str, Any]:
    """What the file says of itself, in the words of its format."""
    facts = "; ".join(f"{name}: {text}" for name, text in sheet.facts.items() if text)
    title = f"Modulation of the discriminator, {sheet.title}"
    match suffix:
        case ".pdf":
            return {"Title": title, "Subject": facts, "Creator": PROGRAM}
        case ".svg":
            return {"Title": title, "Description": facts, "Creator": PROGRAM}
        case _:
            return {"Title": title, "Description": facts, "Software": PROGRAM}
