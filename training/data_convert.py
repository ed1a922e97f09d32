"""Pictures of others become a data set: cropped, scaled, opaque, with poses in radians, mirrored if that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path, PurePosixPath

import numpy as np

from training.cores import usable_cores
from training.data_format import DESCRIPTION_FILE, Angles, Background, DataSetError, StudioBlock
from training.data_set import MAX_RESOLUTION
from training.data_source import Source, open_source, picture_names
from training.data_writer import encode_picture, require_free, writing
from training.picture_files import FOREIGN_SUFFIXES, picture_size, read_picture
from training.pose_files import FoundPoses, PoseReading, pictures_of, read_poses
from training.ray_fit import centre_fov, cropped_fov, edge_fov, fitted_rays
from training.resample import Colour, Crop, centre_crop, require_inside, squared

OnProgress = Callable[[int, int, str], None]
# Where poses are looked for unless somebody names a file.
POSE_FILES = (DESCRIPTION_FILE, "transforms.json", "transforms_train.json")
WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
LEAST_RESOLUTION = 8


@dataclass(frozen=True)
class ConvertOrder:
    """What to make of which pictures.

    Attributes:
        source: Zip or folder.
        out: The data set: a zip, or a folder.
        resolution: Pixels along a side; None takes the largest power of two that enlarges no picture.
        crop: The part of each picture; None takes the largest square in its middle.
        paper: Colour below what is transparent.
        background: What the set says lies behind its objects; None finds out whether all of it was transparent.
        mirror: Add a copy of each picture, flipped, with its yaw and roll negated.
        poses: File of poses, in the source or anywhere; None looks for one in the source.
        no_poses: Take no poses even if there are some.
        reading: How to read what files of poses leave open.
        scale: Radius of the objects' bounding sphere in distances of the camera; None takes what fills the picture.
        light: Average light instead of the values that are stored.
        skip: Leave out pictures that cannot be read instead of ending there.
        overwrite: Replace what is there.
        jobs: Threads that decode and encode; 0 for as many as there are processors.
    """

    source: Path
    out: Path
    resolution: int | None = None
    crop: Crop | None = None
    paper: Colour = WHITE
    background: Background | None = None
    mirror: bool = False
    poses: Path | None = None
    no_poses: bool = False
    reading: PoseReading = field(default_factory=PoseReading)
    scale: float | None = None
    light: bool = False
    skip: bool = False
    overwrite: bool = False
    jobs: int = 0


@dataclass(frozen=True)
class Converted:
    """What came of it.

    Attributes:
        count: Pictures in the set.
        resolution: Pixels along a side.
        form: Of the poses; empty without.
        notes: What somebody should know, for people.
    """

    count: int
    resolution: int
    form: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Plan:
    """What is known before the first picture is decoded."""

    names: tuple[str, ...]
    crops: tuple[Crop, ...]
    sizes: tuple[tuple[int, int], ...]  # width and height, pixels
    resolution: int
    found: FoundPoses | None
    meant: dict[str, str]


def convert(order: ConvertOrder, on_progress: OnProgress | None = None) -> Converted:
    """Make a data set.  The same input makes the same bytes; what fails or is interrupted leaves nothing.

    Args:
        order: What to make.
        on_progress: Called with pictures done, pictures in all, and the picture's name; may raise to end it.

    Raises:
        DataSetError: Something cannot be used; the message names the file and what to do.
    """
    require_free(order.out, overwrite=order.overwrite)
    source = open_source(order.source)
    try:
        notes: list[str] = []
        plan = _plan(order, source, notes)
        with writing(order.out, overwrite=order.overwrite) as writer:
            covered, left_out = True, set()
            for index, (name, made) in enumerate(_pictures(order, plan, source)):
                if on_progress is not None:
                    on_progress(index, len(plan.names), name)
                if isinstance(made, DataSetError):
                    notes.append(f"left out: {made}")
                    left_out.add(name)
                    continue
                pictures, opaque = made
                covered = covered and opaque
                angles, label = _pose(plan, name), _label(plan, name)
                for flipped, content in enumerate(pictures):
                    writer.add_encoded(content, _mirrored(angles) if flipped else angles, label)
            if on_progress is not None:
                on_progress(len(plan.names), len(plan.names), "")
            writer.describe(_description(order, plan, _background(order, plan, covered)))
    finally:
        source.close()
    notes += _changes(order, plan, left_out)
    return Converted(writer.count, plan.resolution, plan.found.form if plan.found else "", tuple(notes))


def _plan(order: ConvertOrder, source: Source, notes: list[str]) -> _Plan:
    """Find pictures and poses, and look at the sizes of all pictures."""
    names = picture_names(source, FOREIGN_SUFFIXES)
    found = None if order.no_poses else _find_poses(order, source)
    meant: dict[str, str] = {}
    if found is not None:
        notes += found.notes
        known = found.angles if found.angles is not None else found.labels
        if known is not None:
            meant = pictures_of(known, names, _folder_of_poses(order, source), f"{source.path}: poses")
            left = len(names) - len(meant)
            if left:
                what = "pose" if found.angles is not None else "label"
                notes.append(f"{left} pictures have no {what} and were left out")
            names = [name for name in names if name in meant]
        found = _with_whole_labels(found, meant, notes)
    kept, crops, sizes = [], [], []
    for name in names:
        where = f"{source.path}: {name}"
        try:
            width, height = picture_size(source.read(name), where)
        except DataSetError as error:
            if not order.skip:
                raise
            notes.append(f"left out: {error}")
            continue
        crop = order.crop or centre_crop(width, height)
        require_inside(crop, width, height, where)
        kept.append(name)
        crops.append(crop)
        sizes.append((width, height))
    if not kept:
        raise DataSetError(f"{source.path}: no picture is left that could be converted.")
    resolution = _resolution(order, crops, notes)
    if order.crop is not None and found is not None and found.angles:
        notes.append("the crop moves the middle of the pictures unless it lies there: poses then are a little wrong")
    return _Plan(tuple(kept), tuple(crops), tuple(sizes), resolution, found, meant)


def _with_whole_labels(found: FoundPoses, meant: dict[str, str], notes: list[str]) -> FoundPoses:
    """All pictures have a label or none has."""
    if found.labels is None or all(name in found.labels for name in meant.values()):
        return found
    notes.append("some pictures have no label, so the set has none")
    return replace(found, labels=None)


def _find_poses(order: ConvertOrder, source: Source) -> FoundPoses | None:
    """Read the file of poses that was named, or the first known one of the source; None if there is none."""
    if order.poses is not None and order.poses.is_file():
        try:
            content = order.poses.read_bytes()
        except OSError as error:
            raise DataSetError(f"{order.poses}: cannot be read ({error}).") from error
        return read_poses(order.poses.name, content, order.reading, str(order.poses))
    name = _pose_file(order, source)
    if name is None:
        return None
    return read_poses(name, source.read(name), order.reading, f"{source.path}: {name}")


def _pose_file(order: ConvertOrder, source: Source) -> str | None:
    if order.poses is None:
        return next((name for name in POSE_FILES if name in source.sizes), None)
    name = order.poses.as_posix()
    if name not in source.sizes:
        raise DataSetError(f"{order.poses}: there is no such file, neither here nor in {source.path}.")
    return name


def _folder_of_poses(order: ConvertOrder, source: Source) -> str:
    """What names of pictures are relative to, within the source."""
    if order.poses is None:
        return ""
    if not order.poses.is_file():
        return str(PurePosixPath(order.poses.as_posix()).parent)
    inside, root = order.poses.resolve().parent, source.path.resolve()
    return inside.relative_to(root).as_posix() if inside.is_relative_to(root) else ""


def _resolution(order: ConvertOrder, crops: list[Crop], notes: list[str]) -> int:
    smallest = min(crop.side for crop in crops)
    if smallest < LEAST_RESOLUTION:
        raise DataSetError(f"{order.source}: the smallest picture has {smallest} pixels; at least {LEAST_RESOLUTION}.")
    if order.resolution is None:
        return min(1 << (smallest.bit_length() - 1), MAX_RESOLUTION)
    enlarged = sum(crop.side < order.resolution for crop in crops)
    if enlarged:
        notes.append(
            f"{enlarged} pictures are smaller than {order.resolution} px and were enlarged: they hold no detail"
        )
    return order.resolution


def _changes(order: ConvertOrder, plan: _Plan, left_out: Collection[str]) -> list[str]:
    """What pictures lost on their way, and why they have the size that they have; nothing if none has changed."""
    sides = [
        (size, crop.side)
        for name, size, crop in zip(plan.names, plan.sizes, plan.crops, strict=True)
        if name not in left_out
    ]
    cropped = sum(size != (side, side) for size, side in sides)
    reduced = sum(side > plan.resolution for _, side in sides)
    notes: list[str] = []

    def some(count: int) -> str:
        return f"{count} of {len(sides)} pictures {'was' if count == 1 else 'were'}"

    if order.resolution is None and (cropped or reduced):
        notes.append(_why_this_size(order, plan))
    if cropped:
        notes.append(f"{some(cropped)} cropped to squares")
    if reduced:
        notes.append(f"{some(reduced)} scaled down to {plan.resolution} px")
    return notes


def _why_this_size(order: ConvertOrder, plan: _Plan) -> str:
    """Where the resolution comes from if nobody has said one."""
    least, name = min((crop.side, name) for crop, name in zip(plan.crops, plan.names, strict=True))
    whose = f"the crop of {least} px" if order.crop is not None else f"the smallest picture {name}"
    if least > MAX_RESOLUTION:
        why = "the most that data sets have"
    elif least == plan.resolution:
        why = f"of {whose}"
    else:
        why = f"the largest power of two in {whose}" + ("" if order.crop is not None else f" ({least} px)")
    return f"{plan.resolution} px, {why}; --resolution sets another"


_Made = tuple[list[bytes], bool] | DataSetError


def _pictures(order: ConvertOrder, plan: _Plan, source: Source) -> Iterator[tuple[str, _Made]]:
    """Every picture as it is stored, in order; several are made at a time, since PIL leaves Python's lock alone."""
    workers = order.jobs or usable_cores()
    tasks = zip(plan.names, plan.crops, strict=True)
    with ThreadPoolExecutor(workers, "convert") as pool:
        # Not all at once: what is made and not yet written fills the memory.
        while chunk := list(islice(tasks, 4 * workers)):
            futures = [(name, pool.submit(partial(_made, order, plan, source, name, crop))) for name, crop in chunk]
            try:
                for name, future in futures:
                    yield name, future.result()
            finally:
                for _, future in futures:
                    future.cancel()


def _made(order: ConvertOrder, plan: _Plan, source: Source, name: str, crop: Crop) -> _Made:
    """The files of a picture, and of its mirrored copy if that is wanted; and whether its corners are transparent."""
    try:
        pixels = read_picture(source.read(name), f"{source.path}: {name}")
    except DataSetError as error:
        if order.skip:
            return error
        raise
    stored = squared(pixels, crop, plan.resolution, order.paper, light=order.light)
    copies = [stored, np.ascontiguousarray(stored[:, ::-1])] if order.mirror else [stored]
    corners = pixels[[0, 0, -1, -1], [0, -1, 0, -1], 3]
    return [encode_picture(copy, "png") for copy in copies], bool((corners == 0).all())


def _pose(plan: _Plan, name: str) -> Angles | None:
    if plan.found is None or plan.found.angles is None:
        return None
    return plan.found.angles[plan.meant[name]]


def _mirrored(angles: Angles | None) -> Angles | None:
    return None if angles is None else (-angles[0], angles[1], -angles[2])


def _label(plan: _Plan, name: str) -> int | None:
    if plan.found is None or plan.found.labels is None:
        return None
    return plan.found.labels.get(plan.meant.get(name, name))


def _background(order: ConvertOrder, plan: _Plan, transparent: bool) -> Background:
    """What lies behind the objects: what was said, or the paper where all pictures were cut out."""
    if order.background is not None:
        return order.background
    if transparent and order.paper in (WHITE, BLACK):
        return "white" if order.paper == WHITE else "black"
    return plan.found.background if plan.found is not None else "as-is"


def _description(order: ConvertOrder, plan: _Plan, background: Background) -> StudioBlock:
    """What the set says of its cameras: as the source does, or rays that fit them, with the cameras at distance 1."""
    found, angles = plan.found, None
    made_by = f"epigraf-studio {version('epigraf-studio')}: data convert"
    known = found.studio if found is not None and found.studio is not None else StudioBlock()
    name = known.name or order.source.resolve().stem
    block = known.model_copy(update={"name": name, "background": background, "generator": made_by})
    share = plan.crops[0].side / plan.sizes[0][0]
    if known.fov is not None:  # between the centres of the outer pixels, as they were
        edges = cropped_fov(edge_fov(known.fov, plan.sizes[0][0]), share)
        return block.model_copy(update={"fov": round(centre_fov(edges, plan.resolution), 4)})
    if found is None or found.fov is None or found.angles is None:
        return block
    angles = np.array([found.angles[plan.meant[each]] for each in plan.names])
    if order.mirror:
        angles = np.concatenate([angles, angles * [-1, 1, -1]])
    fov = centre_fov(cropped_fov(found.fov, share), plan.resolution)
    rays = fitted_rays(fov, 1.0, order.scale, angles)
    return block.model_copy(
        update={
            "fov": rays.fov, "radius": rays.radius, "near": rays.near, "far": rays.far, "cube_scale": rays.cube_scale,
            "scale": order.scale,
        }
    )  # fmt: skip
