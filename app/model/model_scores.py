"""Answers in the model worker how a discriminator judges squares of real and of generated pictures."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from app.model.model_inspect import Opened
from app.model.score_messages import NO_PATCHES, CurveAnswer, CurveQuestion, Facts, MapAnswer, MapQuestion, RealData
from app.workers.worker_child import Port
from core.bake import z_from_seed
from core.camera import Camera
from core.discriminator import Discriminator
from core.model_config import Antialias
from core.scene import Latent
from core.score_grid import CURVE_COUNTS, MAP_COUNTS, centred_offsets, curve_scales, map_offsets
from core.score_map import PictureGroup, score_squares
from core.viewing import View, Viewing, image_places, tiles_of
from training.config_files import load_config
from training.data_set import ImageDataSet

SEEDS = 2**32
# Classes among which one is looked for.
MOST_TRIED = 64
AnyQuestion = MapQuestion | CurveQuestion


@dataclass(frozen=True)
class _Reals:
    """A data set as the training takes patches of it."""

    data: ImageDataSet
    antialias: Antialias = "none"
    blur: Callable[[float], float] = lambda _kimg: 0.0


@dataclass(frozen=True)
class _Exhibit:
    """A group of pictures, and what is known of the first."""

    group: PictureGroup
    facts: Facts

    @property
    def picture(self) -> np.ndarray:
        """The first picture for people, [R, R, 3], uint8."""
        first = self.group.images[0].clamp(-1, 1).permute(1, 2, 0).cpu().numpy()
        return np.round(127.5 * first + 127.5).astype(np.uint8)


def answer_map(question: MapQuestion, opened: Opened, port: Port) -> None:
    """Send the scores of squares all over a picture."""
    judge = opened.discriminator()
    exhibit = _exhibit(question, opened, judge, port)
    scale = min(max(question.scale, exhibit.facts.least_scale), 1.0)
    # All squares of a whole picture are the same one.
    finest = 1 if question.count == 1 or scale >= 1 else MAP_COUNTS[-1]
    key = (*_who(question), scale, finest)
    scores = opened.stages.get("score maps", 64).get(key, lambda: np.full((finest, finest), np.nan, np.float32))
    every = (finest - 1) // (question.count - 1) if finest > 1 else 1
    offsets = map_offsets(scale, finest)[::every, ::every].reshape(-1, 2)
    # A view of what is kept: what is not known of it is filled in.
    _fill(scores[::every, ::every], np.full(len(offsets), scale), offsets, judge, exhibit.group, port)
    port.answer(MapAnswer(question, scale, exhibit.facts), (scores[::every, ::every].copy(), exhibit.picture))


def answer_curve(question: CurveQuestion, opened: Opened, port: Port) -> None:
    """Send the scores of squares of all scales around a place."""
    judge = opened.discriminator()
    exhibit = _exhibit(question, opened, judge, port)
    scales, every = curve_scales(exhibit.facts.least_scale), (CURVE_COUNTS[-1] - 1) // (question.count - 1)
    key = (*_who(question), question.place)
    scores = opened.stages.get("score curves", 64).get(key, lambda: np.full(len(scales), np.nan, np.float32))
    scales = scales[::every]
    _fill(scores[::every], scales, centred_offsets(scales, question.place), judge, exhibit.group, port)
    port.answer(CurveAnswer(question), (scales, scores[::every].copy()))


def _fill(
    known: np.ndarray, scales: np.ndarray, offsets: np.ndarray, judge: Discriminator, group: PictureGroup, port: Port
) -> None:
    """Judge the squares of which there is no score yet, and keep each as soon as it is there.

    Args:
        known: Scores in the order of the squares, any shape; NaN where there is none.
        scales: Of the squares, [n].
        offsets: [n, 2].
        judge: The discriminator.
        group: What it judges.
        port: Whether to go on.
    """
    missing = np.flatnonzero(np.isnan(known))
    for start in range(0, len(missing), group.squares_at_once):
        port.stop_if_cancelled()
        port.progress(start / len(missing), "judging patches")
        some = missing[start : start + group.squares_at_once]
        known[np.unravel_index(some, known.shape)] = score_squares(judge, group, scales[some], offsets[some])


def _exhibit(question: AnyQuestion, opened: Opened, judge: Discriminator, port: Port) -> _Exhibit:
    """The pictures that are judged; they are made once."""
    if judge.config.whole:
        raise ValueError(NO_PATCHES)
    make = _real if question.judged.kind == "real" else _generated
    return opened.stages.get("exhibits", 8).get(_who(question), lambda: make(question, opened, judge, port))


def _who(question: AnyQuestion) -> tuple[Hashable, ...]:
    """What decides who is judged by whom: for a real picture the sample does not count."""
    sample, judged = question.sample, question.judged
    return (sample.checkpoint, judged) if judged.kind == "real" else (judged, sample)


def _real(question: AnyQuestion, opened: Opened, judge: Discriminator, port: Port) -> _Exhibit:
    """A picture of the data set beside others, evenly spaced behind it."""
    judged, config = question.judged, judge.config
    reals = _reals(judged.data, opened, config.image_resolution)
    count, size = len(reals.data), config.group_size
    first, step = judged.index % count, max(count // size, 1)
    indices = [(first + step * member) % count for member in range(size)]
    pixels = torch.from_numpy(np.stack([reals.data.image(index) for index in indices]))
    images = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    poses = None if reals.data.all_angles is None else reals.data.all_angles[indices, :2]
    if config.camera_condition and poses is None:
        raise ValueError(f"{reals.data.info.path} has no poses, and this discriminator is told the camera")
    classes, of = None, ""
    if config.label_count:
        labels = reals.data.all_labels
        if labels is not None and labels.max() < config.label_count:
            classes = labels[indices]
        else:
            likeliest = _likeliest(images, poses, judge)
            classes, of = np.full(size, likeliest), f", told as class {likeliest}"
    pose = None if poses is None else (float(poses[0, 0]), float(poses[0, 1]))
    name = f"{reals.data.names[first % len(reals.data.names)]}{', mirrored' * (first >= len(reals.data.names))}"
    return _judged(images, poses, classes, reals, opened, judge, Facts(
        name=f"{name}{of}", pose=pose, pictures=count, least_scale=config.min_scale, resolution=config.image_resolution,
        group=size,
    ))  # fmt: skip


def _generated(question: AnyQuestion, opened: Opened, judge: Discriminator, port: Port) -> _Exhibit:
    """The question's sample beside other seeds, all from one pose of the training."""
    judged, config, latent = question.judged, judge.config, question.sample.latent
    reals = _reals(judged.data, opened, config.image_resolution) if judged.data.known else None
    pose = judged.pose
    if pose is None:
        if reals is None or reals.data.all_angles is None:
            raise ValueError("the pose of the real picture is not known: choose that of the viewport")
        yaw, pitch = reals.data.all_angles[judged.index % len(reals.data), :2].tolist()
        pose = (yaw, pitch)
    others = [latent.at_seed((latent.seed + member) % SEEDS) for member in range(1, config.group_size)]
    images = []
    for member, each in enumerate([latent, *others]):
        port.progress(member / config.group_size, "rendering the pictures of a group")
        images.append(_rendered(opened, each, pose, config.image_resolution, port))
    classes = np.array([_class_of(opened, each) for each in (latent, *others)]) if config.label_count else None
    poses = np.tile(np.array(pose), (len(images), 1))
    return _judged(torch.stack(images), poses, classes, reals, opened, judge, Facts(
        name=latent.name, pose=pose, pictures=None if reals is None else len(reals.data),
        least_scale=config.min_scale, resolution=config.image_resolution, group=config.group_size,
    ))  # fmt: skip


def _judged(
    images: Tensor, poses: np.ndarray | None, classes: np.ndarray | None, reals: _Reals | None, opened: Opened,
    judge: Discriminator, facts: Facts,
) -> _Exhibit:  # fmt: skip
    """Pictures with what the discriminator is told of them, where it computes."""
    angles, labels = _told(poses, classes, judge)
    kimg = opened.checkpoint.progress.get("kimg")
    blur = 0.0 if reals is None or kimg is None else reals.blur(float(kimg))
    antialias = "none" if reals is None else reals.antialias
    device = next(judge.parameters()).device
    return _Exhibit(PictureGroup(images.to(device), angles, labels, antialias, blur), replace(facts, blur=blur))


def _told(
    poses: np.ndarray | None, classes: np.ndarray | None, judge: Discriminator
) -> tuple[Tensor | None, Tensor | None]:
    """Angles and classes as far as a discriminator is told of them, where it computes."""
    device, told = next(judge.parameters()).device, poses if judge.config.camera_condition else None
    angles = None if told is None else torch.from_numpy(told.astype(np.float32)).to(device)
    return angles, None if classes is None else torch.from_numpy(classes).to(device)


def _likeliest(images: Tensor, poses: np.ndarray | None, judge: Discriminator) -> int:
    """The class for which the first of pictures that are of none that D knows gets its highest score as a whole."""
    device, scores = next(judge.parameters()).device, []
    for each in range(min(judge.config.label_count, MOST_TRIED)):
        angles, labels = _told(poses, np.full(len(images), each), judge)
        group = PictureGroup(images.to(device), angles, labels, "none", 0.0)
        scores.append(float(score_squares(judge, group, np.ones(1), np.zeros((1, 2)))[0]))
    return int(np.argmax(scores))


def _rendered(opened: Opened, latent: Latent, pose: tuple[float, float], resolution: int, port: Port) -> Tensor:
    """The sample of a latent as the training's cameras see it; its colours are not cut off.  Returns [3, R, R]."""
    render = opened.generator.config.render
    camera = Camera(yaw=pose[0], pitch=pose[1], radius=render.radius, fov=render.fov, pivot=render.pivot)
    viewing = Viewing(opened.generator, opened.sample_of(latent), View(camera, resolution, resolution))
    image = torch.empty(3, resolution, resolution)
    for tile in tiles_of(resolution, resolution):
        port.stop_if_cancelled()
        places = image_places(resolution, resolution, tile).reshape(1, -1, 2)
        image[:, tile.rows, tile.columns] = viewing.render(places).rgb[0].T.reshape(3, tile.height, tile.width).cpu()
    return image


def _class_of(opened: Opened, latent: Latent) -> int:
    """The class that a sample is of: the latent's own, else the one that its seed stands for."""
    mapping = opened.generator.mapping
    if latent.label is not None or not mapping.label_count:
        return latent.label or 0
    return int(mapping.usual_labels(z_from_seed(latent.seed, mapping.z_dim)))


def _reals(place: RealData, opened: Opened, resolution: int) -> _Reals:
    """The data set, open; it is kept."""

    def make() -> _Reals:
        if not place.config:
            return _Reals(ImageDataSet.open(Path(place.archive), resolution))
        config = load_config(Path(place.config))
        if config.data.path is None:
            raise ValueError(f"{place.config}: data.path names no data set")
        data = ImageDataSet.open(config.data.path, resolution, mirrored=config.data.mirror)
        return _Reals(data, config.patches.antialias, config.anneal.blur)

    return opened.stages.get("data sets", 2).get((place, resolution), make)
