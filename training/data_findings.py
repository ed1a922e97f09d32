"""What is odd about a data set: usual mistakes with poses and pictures, told before a training shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.camera import sphere_points
from training.data_set import DataSetInfo
from training.data_survey import Survey
from training.likenesses import copies, mirror_pairs, near_pairs
from training.ray_fit import needed_cube_scale

FindingKind = Literal[
    "size", "no poses", "equal poses", "shared pose", "degrees", "elevation", "half turn", "side", "rolled", "narrow",
    "copies", "copies with other poses", "near copies", "mirrored copies", "wrong mirror", "few", "augment",
    "no fov", "frustum", "cut off", "broken",
]  # fmt: skip
# Mean of the unit vectors towards the cameras: 0 for a covered sphere, 1 for a single view.
SPHERE_MEAN_LIMIT = 0.35
# Fewer pictures than this are learned by heart; fewer than the second need augmentation (StyleGAN2-ADA).
FEW_PICTURES, ADA_PICTURES = 200, 20_000
# Yaws are said to have a middle when the mean of their directions is longer than this.
HAS_MIDDLE = 0.6
# The part of pictures that share one pose before it looks like a value that was filled in.
SHARED_PART, LEAST_SHARED = 0.3, 8
# Angles closer than this are the same.
SAME = math.radians(3)
ROLLED = math.radians(2)
# Pictures of one thing from further apart than this are no copies, however alike they are.
NEARBY = math.radians(15)
WIDTH_OF_A_BIT = 1e-3


@dataclass(frozen=True)
class Finding:
    """Something that may be meant so, but often is not.

    Attributes:
        kind: What it is about.
        text: What was found.
        advice: What it means, and what to do.
        pictures: Which are concerned, by index; empty if all are, or the set as a whole.
        warns: Whether something is likely wrong; else it is only good to know.
    """

    kind: FindingKind
    text: str
    advice: str
    pictures: tuple[int, ...] = ()
    warns: bool = True

    def __str__(self) -> str:
        """On one line."""
        return f"{self.text}: {self.advice}"


def findings(info: DataSetInfo, angles: np.ndarray | None, found: Survey | None) -> tuple[Finding, ...]:
    """Everything odd, what is likely wrong first.

    Args:
        info: The data set.
        angles: [n, 3] its yaw, pitch and roll, radians; None without poses.
        found: Of its pictures; None while they were not read.
    """
    said = _about_size(info)
    if angles is None:
        text = "training draws cameras from a law, and shapes often come out flat"
        said.append(Finding("no poses", "no poses", text))
    else:
        said += pose_findings(angles) + _about_rays(info, angles)
    if info.fov is None:
        said.append(
            Finding("no fov", "the field of view is not known", "set it, near, far and the radius in the preset")
        )
    if found is not None:
        said += picture_findings(found, angles)
    return tuple(sorted(said, key=lambda each: not each.warns))


def covers_sphere(angles: np.ndarray) -> bool:
    """Whether cameras [n, 2 or more] look from every octant, and their directions nearly cancel out."""
    eyes = sphere_points(angles[:, 0], angles[:, 1])  # [n, 3]
    octants = {(x >= 0, y >= 0, z >= 0) for x, y, z in eyes.tolist()}
    return len(octants) == 8 and float(np.linalg.norm(eyes.mean(axis=0))) < SPHERE_MEAN_LIMIT


def pose_findings(angles: np.ndarray) -> list[Finding]:
    """What is odd about poses [n, 3], radians."""
    count, (yaw, pitch, roll) = len(angles), angles.T
    if count > 1 and np.ptp(angles[:, :2], axis=0).max() < WIDTH_OF_A_BIT:
        return [Finding("equal poses", "all poses are the same", "nothing can be learned about the other sides")]
    said = [*_shared_pose(angles), *_units(angles), *_middle(yaw, pitch)]
    rolled = np.flatnonzero(np.abs(roll) > ROLLED)
    if len(rolled):
        text = counted(len(rolled), "picture is rolled by more than 2°", "pictures are rolled by more than 2°")
        said.append(Finding("rolled", text, "training knows no roll: turn the pictures upright", _few(rolled)))
    if not said and not covers_sphere(angles):
        text = (
            "sides that no camera sees can be anything; the discriminator is told the camera, or shapes come out flat"
        )
        said.append(
            Finding("narrow", "poses cover a part of the sphere only", f"{text} (camera condition)", warns=False)
        )
    return said


def picture_findings(found: Survey, angles: np.ndarray | None) -> list[Finding]:
    """What is odd about pictures: broken, alike, mirrored."""
    said: list[Finding] = []
    if found.broken:
        text = counted(len(found.broken), "picture cannot be read", "pictures cannot be read")
        said.append(Finding("broken", text, "replace or remove them", tuple(index for index, _ in found.broken)))
    groups = copies(np.where(found.readable, found.digests, np.arange(len(found.digests), dtype=np.uint64)))
    repeated = [index for group in groups for index in group[1:]]
    if repeated:
        text = counted(len(repeated), "picture is a copy of another", "pictures are copies of others")
        shown = tuple(index for group in groups for index in group)
        said.append(Finding("copies", text, "they count double; mirroring is done by the trainer, not stored", shown))
    elsewhere = [] if angles is None else [group for group in groups if _spread(angles[list(group)]) > SAME]
    if elsewhere:
        shown = tuple(index for group in elsewhere for index in group)
        text = counted(len(elsewhere), "picture occurs with different poses", "pictures occur with different poses")
        said.append(Finding("copies with other poses", text, "one of the poses is wrong", shown))
    seen = np.flatnonzero(found.readable)
    alike = seen[near_pairs(found.tiny[seen])]
    if len(alike):
        alike = alike[found.digests[alike[:, 0]] != found.digests[alike[:, 1]]]
    if len(alike) and angles is not None:  # what looks alike from elsewhere is symmetric
        alike = alike[[_spread(angles[pair]) < NEARBY for pair in alike]]
    if len(alike):
        text = counted(len(alike), "pair of pictures looks the same", "pairs of pictures look the same")
        advice = "frames of a film, or one picture saved twice? They count double"
        said.append(Finding("near copies", text, advice, tuple(alike.ravel().tolist()), warns=False))
    return said + _about_mirrors(found, angles, seen)


def _about_mirrors(found: Survey, angles: np.ndarray | None, seen: np.ndarray) -> list[Finding]:
    """Mirrored copies that are stored, and whether their poses are those of mirrors."""
    pairs = seen[mirror_pairs(found.digests[seen], found.mirrored[seen])]
    if len(pairs) < LEAST_SHARED:
        return []
    shown, advice = tuple(pairs.ravel().tolist()), "leave data.mirror off: it would add them once more"
    said = [Finding("mirrored copies", f"{len(pairs)} mirrored copies are stored", advice, shown, warns=False)]
    if angles is None:
        return said
    first, second = angles[pairs[:, 0]], angles[pairs[:, 1]]
    wrong = pairs[(_turn(first[:, 0] + second[:, 0]) > SAME) | (np.abs(first[:, 1] - second[:, 1]) > SAME)]
    if len(wrong):
        advice = "a mirrored picture has the negative yaw and the same pitch; are fronts at yaw 0?"
        text = f"{len(wrong)} mirrored copies have poses that are no mirrors"
        said.append(Finding("wrong mirror", text, advice, tuple(wrong.ravel().tolist())))
    return said


def _about_size(info: DataSetInfo) -> list[Finding]:
    said = []
    if info.resolution & (info.resolution - 1):
        text = f"{info.resolution} pixels are no power of two"
        said.append(Finding("size", text, "scale the pictures to one for training"))
    if info.count < FEW_PICTURES:
        text = "the discriminator will learn them by heart; even with augmentation (ADA) expect little"
        said.append(Finding("few", f"{info.count} pictures are few", text))
    elif info.count < ADA_PICTURES:
        text = "leave adaptive augmentation (ADA) on; mirrored copies help where left and right are alike"
        said.append(Finding("augment", f"{info.count} pictures need augmentation", text, warns=False))
    return said


def _about_rays(info: DataSetInfo, angles: np.ndarray) -> list[Finding]:
    """Whether the box holds the objects, and what rays sample: outside it the field is fog."""
    fov, radius, near, far, half = info.fov, info.radius, info.near, info.far, info.cube_scale
    if half is not None and info.scale is not None and info.scale > half:
        text = f"objects reach out of the box: their radius is {info.scale:g}, the cube scale {half:g}"
        return [Finding("cut off", text, "enlarge the cube scale, or objects are cut off")]
    if fov is None or radius is None or near is None or far is None or half is None:
        return []
    needed = needed_cube_scale(fov, radius, near, far, angles)
    if needed <= half:
        return []
    text = f"rays leave the box: cube scale {half:g} is less than {needed:.3f}"
    advice = "train with bounds: box (the small presets do), or the field is fog there"
    return [Finding("frustum", text, advice, warns=False)]


def _shared_pose(angles: np.ndarray) -> list[Finding]:
    """A pose that so many pictures have that somebody must have filled it in."""
    _, inverse, counts = np.unique(angles.round(6), axis=0, return_inverse=True, return_counts=True)
    most = int(counts.max(initial=0))
    if most < LEAST_SHARED or most < SHARED_PART * len(angles):
        return []
    shown = np.flatnonzero(inverse.ravel() == counts.argmax())
    text = f"{most} of {len(angles)} pictures have one and the same pose"
    return [Finding("shared pose", text, "was it filled in where nothing was known?", _few(shown))]


def _units(angles: np.ndarray) -> list[Finding]:
    """Whole numbers are degrees that happen to be small: a radian is 57 of them."""
    used = angles[:, :2]
    if len(angles) < LEAST_SHARED or not (used == used.round()).all():
        return []
    return [Finding("degrees", "all angles are whole numbers", "are they degrees? Angles are in radians")]


def _middle(yaw: np.ndarray, pitch: np.ndarray) -> list[Finding]:
    """Whether the cameras look from in front and from the side, where they all look from about one direction."""
    said = []
    if float(np.abs(pitch).max()) < math.pi / 4:
        text = f"all cameras look down from above (pitch up to {math.degrees(pitch.max()):.0f}°)"
        said.append(Finding("elevation", text, "is pitch counted from the horizon? Then it becomes pi / 2 - pitch"))
        return said
    mean = np.exp(1j * yaw).mean()
    offset = math.degrees(math.atan2(mean.imag, mean.real))
    if abs(mean) < HAS_MIDDLE or abs(offset) < 45:
        return said
    advice = "fronts are expected at yaw 0, or mirrored copies show another side; turn all yaws (convert --turn"
    if abs(offset) > 135:
        text = f"yaw is off by half a turn: cameras stand around {offset:.0f}°"
        return [*said, Finding("half turn", text, f"{advice} 180)")]
    text = f"cameras stand at the side, around yaw {offset:.0f}°"
    return [*said, Finding("side", text, f"{advice} {-offset:.0f})")]


def counted(count: int, one: str, many: str) -> str:
    """So many things, with the words for one or for several."""
    return f"{count} {one if count == 1 else many}"


def _spread(angles: np.ndarray) -> float:
    """The largest angle between the first camera of a group and the others."""
    eyes = sphere_points(angles[:, 0], angles[:, 1])
    return float(np.arccos(np.clip(eyes @ eyes[0], -1, 1)).max())


def _turn(angles: np.ndarray) -> np.ndarray:
    """Distance of angles from a whole turn, radians."""
    return np.abs((angles + math.pi) % math.tau - math.pi)


def _few(indices: np.ndarray, most: int = 1000) -> tuple[int, ...]:
    """Indices for a list that people read."""
    return tuple(indices[:most].tolist())
