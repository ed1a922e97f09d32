"""The Scene: everything that decides what is shown, as one frozen value (docs/design.md, "The one idea")."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from core.camera import Camera
from core.files import write_text
from core.geometry import Geometry
from core.given_w import w_mark, w_values

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCENE_VERSION = 1

# What of a Scene may differ beside it.
PARTS = ("source", "latent", "quality")

# For pydantic, which reads Scenes: an unknown name is an error, not ignored.
STRICT = {"extra": "forbid", "allow_inf_nan": False}

SourceKind = Literal["demo", "checkpoint", "run"]
Backdrop = Literal["learned", "white", "black"]
FieldMode = Literal["baked", "exact", "reference"]
Sampling = Literal["even", "training"]
PictureKind = Literal["raw", "upsampled"]
Compared = Literal["off", "split", "difference"]
Noise = Literal["none", "const", "random"]
Shown = Literal["colour", "depth", "normals", "opacity", "samples", "surface", "slice"]
Parts = Literal["both", "foreground", "background"]
Axis = Literal["x", "y", "z"]


@dataclass(frozen=True)
class Source:
    """Which generator is shown.

    Attributes:
        kind: The demo that ships with the program, a checkpoint file, or the generator of a run as it learns.
        path: The checkpoint's file or the run's directory; empty for the demo.
        snapshot: Name of one of the run's snapshots, as 000010.safetensors; empty for its newest weights.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: SourceKind = "demo"
    path: str = ""
    snapshot: str = ""

    def __post_init__(self) -> None:
        """Refuse a snapshot of what is no run, or one that is no plain name of a file."""
        if not self.snapshot:
            return
        if self.kind != "run":
            raise ValueError(f"source.snapshot belongs to a run, not to a {self.kind}")
        if any(mark in self.snapshot for mark in "/\\:") or self.snapshot in (".", ".."):
            raise ValueError(f"source.snapshot must be the plain name of a file, got {self.snapshot!r}")

    @property
    def snapshot_file(self) -> str:
        """Path of the snapshot that is meant; empty if none is."""
        return str(Path(self.path) / "snapshots" / self.snapshot) if self.snapshot else ""


# Standard deviations that one can go along a direction of w.
LARGEST_SHIFT = 10


@dataclass(frozen=True)
class Latent:
    """Where in latent space the sample lies (core/latents.py makes w of it).

    What a generator does not have (so many layers, labels, a camera condition, noise) has no effect.

    Attributes:
        seed: Seed of z, 0 to 2**32 - 1; a point of the seed lattice (core/lattice.py).
        psi: Truncation: 1 leaves w alone, 0 is the mean of w; -1 to 2.
        x: How far on the way to the seed at the right, in [0, 1).
        y: How far on the way to the seed above, in [0, 1).
        cutoff: So many layers are truncated, the first ones; None: all.
        mix_seed: A second seed, for style mixing.
        mix_layers: Layers that take its w, in rising order; the first is 0.
        noise: Of the backbone: none, the pattern that belongs to the weights, or a random one.
        noise_seed: Of the random pattern, 0 to 2**32 - 1.
        label: Class that the generator is told; None: the one that each seed stands for.
        pose: Yaw and pitch that a camera-conditioned generator is told, radians; None: the training's mean.
        shifts: Steps along the principal components of w (core/directions.py), standard deviations, -10 to 10 each; the
            first is that of the largest variance.
        shift_layers: First and last layer that take these steps; None: all.
        toward: Another latent, which has none of its own; what is shown lies on the straight way to it in w.
        share: How far on that way, 0 to 1.
        w: One that was found for a picture (core/given_w.py), in place of the seed's; all else acts on it as on any
            other, so with psi 1 it is shown as it was found.
        pose_follows: In place of `pose` it is told where the Scene's camera is, wherever that goes.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    seed: int = 0
    psi: float = 0.7
    x: float = 0.0
    y: float = 0.0
    cutoff: int | None = None
    mix_seed: int | None = None
    mix_layers: tuple[int, ...] = ()
    noise: Noise = "const"
    noise_seed: int = 0
    label: int | None = None
    pose: tuple[float, float] | None = None
    shifts: tuple[float, ...] = ()
    shift_layers: tuple[int, int] | None = None
    toward: Latent | None = None
    share: float = 0.0
    w: str | None = None
    pose_follows: bool = False

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        for name in ("seed", "mix_seed", "noise_seed"):
            if not 0 <= (getattr(self, name) or 0) < 2**32:
                raise ValueError(f"latent.{name} must lie in [0, 2^32), got {getattr(self, name)}")
        for name in ("x", "y"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"latent.{name} must lie in [0, 1), got {getattr(self, name)}")
        for name in ("cutoff", "label"):
            if (getattr(self, name) or 0) < 0:
                raise ValueError(f"latent.{name} must not be negative, got {getattr(self, name)}")
        if list(self.mix_layers) != sorted({layer for layer in self.mix_layers if layer >= 0}):
            raise ValueError(f"latent.mix_layers must rise from 0 on, got {list(self.mix_layers)}")
        if not all(-LARGEST_SHIFT <= shift <= LARGEST_SHIFT for shift in self.shifts):
            raise ValueError(f"latent.shifts must lie in [-{LARGEST_SHIFT}, {LARGEST_SHIFT}], got {list(self.shifts)}")
        if self.shift_layers is not None and not 0 <= self.shift_layers[0] <= self.shift_layers[1]:
            raise ValueError(f"latent.shift_layers must be a first and a last layer, got {list(self.shift_layers)}")
        if self.toward is not None and self.toward.toward is not None:
            raise ValueError("latent.toward must not lead on to a third latent")
        if not 0 <= self.share <= 1:
            raise ValueError(f"latent.share must lie in [0, 1], got {self.share}")
        if not -1 <= self.psi <= 2:
            raise ValueError(f"latent.psi must lie in [-1, 2], got {self.psi}")
        if self.w is not None:
            try:
                w_values(self.w)
            except ValueError as error:
                raise ValueError(f"latent.w cannot be read: {error}") from error

    def told(self, camera: Camera) -> Latent:
        """The latent as it is seen from a camera: where its pose follows, with that camera's."""
        if not self.pose_follows and self.toward is None:
            return self
        toward = None if self.toward is None else self.toward.told(camera)
        pose = (camera.yaw, camera.pitch) if self.pose_follows else self.pose
        return replace(self, pose=pose, pose_follows=False, toward=toward)

    def at_seed(self, seed: int, x: float = 0.0, y: float = 0.0) -> Latent:
        """The latent at a place of the seed lattice: what is said of another place or a found w is over."""
        return replace(self, seed=seed, x=x, y=y, w=None)

    @property
    def place(self) -> str:
        """The seeds in a few words, or that it was found."""
        between = f" + ({self.x:.2f}, {self.y:.2f})" if self.x or self.y else ""
        mixed = f" mixed with {self.mix_seed}" if self.mix_seed is not None and self.mix_layers else ""
        if self.w is not None:
            return f"found sample {w_mark(self.w)}{mixed}"
        return f"seed {self.seed}{between}{mixed}"

    @property
    def name(self) -> str:
        """The sample in a few words."""
        way = "" if self.toward is None else f", {self.share:.0%} of the way to {self.toward.name}"
        return f"{self.place}, psi {self.psi:g}{way}"


# A tri-plane has so many planes (core/triplane.py says which coordinates span each).
ALL_PLANES = (0, 1, 2)
PLANE_NAMES = ("x–y", "x–z", "y–z")

# Least and greatest values of what a Quality holds.
QUALITY_RANGES: dict[str, tuple[float, float]] = {
    "steps": (8, 512),
    "volume": (32, 256),
    "largest": (0, 4096),
    "threshold": (0.01, 10_000),
    "slice_at": (-1, 1),
    "smooth": (0, 64),
}


@dataclass(frozen=True)
class Quality:
    """How finely the viewport draws.

    Attributes:
        steps: Samples along a ray, 8 to 512.
        volume: Voxels along an edge of the baked volume, 32 to 256.
        backdrop: What is seen through the field: each ray's last sample (what training sees), or a constant colour.
        field: What is marched through: the baked volume, which any GPU draws fast, the planes themselves, or whatever
            the generator has, by its own renderer (torch), which takes its time.
        show: Colour, or something else about each ray: the depth where it is absorbed, the surface's normal there, how
            much of it is absorbed before the last sample, how many samples it takes, the lit surface where the density
            exceeds `threshold`, or the density in a plane that cuts the box.
        parts: The field and what lies behind it (its last sample or background), or one of them.
        threshold: Density of the surface, per world unit, 0.01 to 10000.
        slice_axis: World axis that the sliced plane is perpendicular to.
        slice_at: Where it cuts the axis, in halves of the box's edge, -1 to 1.
        smooth: Pictures, each with its rays and samples shifted a little, whose mean is shown at rest, 1 to 64; 0: as
            many as suit the device.
        largest: Pixels along the longer side of a picture by the generator's own renderer in the window, at most, up to
            4096; 0: as many as take some seconds.
        sampling: Where samples lie in the exact field: evenly, as many as `steps`, or just as in training.
        planes: Of the tri-plane those that count, in rising order; the others add nothing to a point's features.
        picture: What rays see, or what an upsampler makes of it, which is drawn by the generator's own renderer. Where
            there is none, it is what rays see.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    steps: int = 96
    volume: int = 64
    backdrop: Backdrop = "learned"
    field: FieldMode = "baked"
    sampling: Sampling = "even"
    show: Shown = "colour"
    largest: int = 0
    parts: Parts = "both"
    threshold: float = 5.0
    slice_axis: Axis = "z"
    slice_at: float = 0.0
    smooth: int = 0
    planes: tuple[int, ...] = ALL_PLANES
    picture: PictureKind = "raw"

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        for name, (least, most) in QUALITY_RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"quality.{name} must lie in [{least}, {most}], got {getattr(self, name)}")
        if list(self.planes) != sorted(set(self.planes) & set(ALL_PLANES)):
            raise ValueError(f"quality.planes must be some of {list(ALL_PLANES)} that rise, got {list(self.planes)}")

    @property
    def as_trained(self) -> bool:
        """Whether this shows what training sees: colour, with whatever lies behind the field."""
        return self.show == "colour" and self.parts == "both"


@dataclass(frozen=True)
class Other:
    """What a picture B, beside the Scene's own (A), has of its own; what is None follows A.

    Attributes:
        source: Another generator.
        latent: Another sample.
        quality: Drawn in another way.
        view: Only A, A left of the divider and B right of it, or how much they differ.
        divider: Where the divider stands: 0 is the left edge of the picture, 1 the right one.
        gain: A difference is shown so many times brighter, 1 to 256.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    source: Source | None = None
    latent: Latent | None = None
    quality: Quality | None = None
    view: Compared = "split"
    divider: float = 0.5
    gain: int = 16

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if not 0 <= self.divider <= 1:
            raise ValueError(f"other.divider must lie in [0, 1], got {self.divider}")
        if not 1 <= self.gain <= 256:
            raise ValueError(f"other.gain must lie in [1, 256], got {self.gain}")


@dataclass(frozen=True)
class Scene:
    """All that is shown: generator, sample, camera, quality, what is compared with them, and the surface's geometry."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    source: Source = field(default_factory=Source)
    latent: Latent = field(default_factory=Latent)
    camera: Camera = field(default_factory=Camera)
    quality: Quality = field(default_factory=Quality)
    other: Other | None = None
    geometry: Geometry = field(default_factory=Geometry)

    @property
    def beside(self) -> Scene | None:
        """B as a Scene of its own, seen by the same camera; None where nothing is compared."""
        if self.other is None or self.other.view == "off":
            return None
        given = {name: value for name in PARTS if (value := getattr(self.other, name)) is not None}
        return replace(self, other=None, **given)

    @property
    def swapped(self) -> Scene:
        """The Scene with A and B exchanged; what B has not of its own, both share."""
        own = {name: value for name in PARTS if (value := getattr(self.other, name, None)) is not None}
        mine = {name: getattr(self, name) for name in own}
        return self if self.other is None else replace(self, **own, other=replace(self.other, **mine))

    @property
    def levelled(self) -> Scene:
        """The Scene whose B is what A is, to go on from there; what B has of its own stays its own."""
        if self.other is None:
            return self
        mine = {name: getattr(self, name) for name in PARTS if getattr(self.other, name) is not None}
        return replace(self, other=replace(self.other, **mine))

    def to_json(self) -> str:
        """The Scene as JSON text, with its version."""
        return json.dumps({"version": SCENE_VERSION, **asdict(self)}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Scene:
        """Read `to_json` back.  Raises ValueError naming what is wrong."""
        # Loaded on use: a window starts without reading a Scene, and should not wait for this.
        from pydantic import ValidationError

        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"this is no Scene: {error}") from error
        if not isinstance(values, dict):
            raise ValueError("this is no Scene: expected named values")
        version = values.pop("version", None)
        if version != SCENE_VERSION:
            raise ValueError(f"this Scene has version {version}; this program reads version {SCENE_VERSION}")
        try:
            return _reader().validate_json(json.dumps(values), strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"this Scene cannot be used: {where}: {first['msg']}") from error


@cache
def _reader() -> TypeAdapter[Scene]:
    """What reads Scenes: made once, since that takes longer than reading many."""
    from pydantic import TypeAdapter

    return TypeAdapter(Scene)


def save_scene(path: Path, scene: Scene) -> None:
    """Write a session file, aside and renamed.  Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, scene.to_json() + "\n")
