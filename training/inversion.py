"""Inversion: the w and the pose whose picture comes closest to a given one, by gradients through the renderer."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.bake import z_from_seed
from core.camera import POLE_MARGIN, Camera, sphere_points
from core.directions import directions_of
from core.field_generator import CHUNK_RAYS
from core.generator import Generator, Sample, as_image
from core.model_config import RenderConfig
from core.place_gradients import PlacedField, matrices_at
from core.triplane import TriPlaneField
from core.viewing import rays_from
from training.given_picture import GivenPicture
from training.inversion_settings import InversionSettings
from training.likeness import Likeness, Perception, decibels

# Directions in which w hardly varies count as if it did by this share of the largest deviation.
LEAST_DEVIATION = 0.02
# Where the search begins: the mean and so many seeds, truncated; pictures of so few pixels are compared.
SEEDS, SEED_PSI, GLANCE = 15, 0.7, 8
# Poses where nobody knows those of the training: all around, at so many heights.
YAWS, PITCHES = 12, (math.radians(65), math.radians(90))
MOST_POSES = 24
# Ways that are followed side by side, and the share of the steps that each round of them takes.
ROUNDS, ROUND_SHARE = (4, 2), 0.1
FIRST_SIZE, PATCH = 16, 64
# Per step: deviations of w, and radians.
W_RATE, POSE_RATE = 0.12, 0.05
# The rate falls over the last part of the steps.
FALL = 0.6
# Pull towards the mean of w.
PULL = 2e-3


@dataclass(frozen=True)
class Moment:
    """How far an inversion is.

    Attributes:
        done: Steps that are done.
        total: All steps.
        psnr: Of the picture as it is found so far, dB, at the size at which pictures are compared now.
        pixels: That picture, [r, r, 3], uint8.
    """

    done: int
    total: int
    psnr: float
    pixels: np.ndarray


@dataclass(frozen=True)
class Found:
    """What an inversion has found.

    Attributes:
        w: [layers or 1, w_dim], float32.
        yaw: Of the camera, radians.
        pitch: Likewise.
        psnr: Of its picture, dB, at the size of the settings.
        pixels: Its picture, [size, size, 3], uint8.
    """

    w: np.ndarray
    yaw: float
    pitch: float
    psnr: float
    pixels: np.ndarray


class Space:
    """w in coordinates of which each has a mean of 0 and a deviation of 1 over the seeds."""

    def __init__(self, generator: Generator) -> None:
        directions = directions_of(generator.mapping)  # [w_dim, w_dim]
        lengths = directions.norm(dim=1, keepdim=True)
        floor = float(lengths.max()) * LEAST_DEVIATION
        self._lengths = lengths.clamp(min=max(floor, 1e-6))
        self._units = torch.linalg.qr(directions.double().t())[0].t().float()
        self._mean = generator.mapping.w_avg
        self.layers = generator.config.ws_count

    def w(self, coordinates: Tensor) -> Tensor:
        """[..., w_dim] -> [..., w_dim]."""
        return self._mean + coordinates @ (self._lengths * self._units)

    def coordinates(self, w: Tensor) -> Tensor:
        """The inverse of `w`."""
        return ((w - self._mean) @ self._units.t()) / self._lengths[:, 0]


class _Way:
    """A w and a pose on their way to the picture, with the optimiser that moves them."""

    def __init__(self, coordinates: Tensor, angles: Tensor) -> None:
        self.coordinates = coordinates.clone().requires_grad_()  # [layers or 1, w_dim]
        self.angles = angles.clone().requires_grad_()  # [2], radians
        groups = [{"params": [self.coordinates], "lr": W_RATE}, {"params": [self.angles], "lr": POSE_RATE}]
        self._optimiser = torch.optim.Adam(groups, betas=(0.9, 0.99))
        self.loss = math.inf

    def step(self, loss: Tensor, rate: float) -> None:
        """One step against a loss, with so much of the full rate."""
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        for group, full in zip(self._optimiser.param_groups, (W_RATE, POSE_RATE), strict=True):
            group["lr"] = rate * full
        self._optimiser.step()
        with torch.no_grad():
            self.angles[1].clamp_(POLE_MARGIN, math.pi - POLE_MARGIN)
        self.loss = float(loss.detach())


class Inversion:
    """Looks for the sample of one picture.

    Args:
        generator: Whose sample is looked for; its weights do not change.
        picture: What is wanted.
        settings: How long, how freely and how finely.
        poses: Yaws and pitches to begin with, radians, [n, 2]; None: all around.
        camera: Where the picture was taken from, if that is known; else yaw and pitch are found, on the sphere of the
            training's cameras.
        perception: Of a network that has seen the world, if there is one; pixels and random filters need no file.
    """

    def __init__(
        self,
        generator: Generator,
        picture: GivenPicture,
        settings: InversionSettings,
        poses: np.ndarray | None = None,
        camera: Camera | None = None,
        perception: Perception | None = None,
    ) -> None:
        self._generator, self._settings = generator.requires_grad_(False), settings
        self._device = generator.mapping.w_avg.device
        render = generator.config.render
        self._finds_pose = camera is None and generator.config.family != "stylegan2"
        self._camera = camera or Camera(radius=render.radius, fov=render.fov, pivot=render.pivot)
        self._rays = rays_from(self._camera, generator.config.rays)
        self._space = Space(generator)
        self._poses = _spread(poses) if poses is not None else _around()
        pixels = torch.from_numpy(picture.pixels).to(self._device, torch.float32)
        self._given = (pixels / 127.5 - 1).permute(2, 0, 1)[None]  # [1, 3, side, side]
        self._reach = picture.reach
        self._perception, self._likenesses = perception, dict[int, Likeness]()
        self._random = np.random.default_rng(settings.seed)

    def run(self, report: Callable[[Moment], None]) -> Found:
        """Look for it: on several ways at first, then on the best of them, in ever larger pictures.

        Args:
            report: Told after each step how far it is; what it raises ends the search.
        """
        total, done = self._settings.steps, 0
        ways = self._begin()
        for keep in ROUNDS:
            ways = sorted(ways, key=lambda way: way.loss)[:keep]
            for _ in range(max(round(ROUND_SHARE * total), 1)):
                seen = [self._step(way, FIRST_SIZE, 1.0) for way in ways]
                done += 1
                best = min(range(len(ways)), key=lambda index: ways[index].loss)
                report(self._moment(done, seen[best]))
        way = min(ways, key=lambda way: way.loss)
        sizes = _sizes(self._size)
        first = done
        for index, size in enumerate(sizes):
            if index == (len(sizes) > 1) and self._settings.layers == "each":
                way = _Way(way.coordinates.detach().expand(self._space.layers, -1), way.angles.detach())
            last = first + round((total - first) * (index + 1) / len(sizes))
            while done < last:
                seen = self._step(way, size, min(1.0, (1 - done / total) / FALL))
                done += 1
                report(self._moment(done, seen if size <= PATCH else self._look(way, PATCH)))
        return self._found(way)

    @property
    def _size(self) -> int:
        """Pixels along a side that are compared at last: no more than the picture has."""
        return min(self._settings.size, self._given.shape[-1])

    def _begin(self) -> list[_Way]:
        """Places from which the picture is not far, the best of each pose."""
        angles = torch.tensor(self._poses if self._finds_pose else self._poses[:1], dtype=torch.float32)
        likeness, places = Likeness(self._at(GLANCE)), self._places(GLANCE)
        starts: list[tuple[float, int, int]] = []
        ws, glance = self._starts(), self._rays.model_copy(update={"fine_samples": 0})
        with torch.no_grad():
            for index, w in enumerate(ws):
                sample = _at_hand(self._sample(w[None], placed=False))
                for number, pose in enumerate(angles):
                    seen = as_image(self._seen(sample, pose.to(self._device), places, glance), GLANCE)
                    starts.append((float(likeness(seen)), index, number))
        ways, taken = [], set()
        for loss, index, number in sorted(starts):
            if number not in taken and len(ways) < ROUNDS[0]:
                taken.add(number)
                ways.append(_Way(self._space.coordinates(ws[index])[None], angles[number].to(self._device)))
                ways[-1].loss = loss
        return ways

    def _starts(self) -> Tensor:
        """The mean w and those of some seeds, [n, w_dim]."""
        mapping = self._generator.mapping
        seeds = self._random.integers(2**32, size=SEEDS)
        with torch.no_grad():
            ws = [mapping(z_from_seed(int(seed), mapping.z_dim).to(self._device), psi=SEED_PSI)[0, 0] for seed in seeds]
        return torch.stack([mapping.w_avg, *ws])

    def _step(self, way: _Way, size: int, rate: float) -> Tensor:
        """One step of the optimiser.  Returns the picture before it, or a part of a large one, [1, 3, r, r]."""
        places, likeness = self._places(size), self._likeness(size)
        if size > PATCH:
            left, top = self._random.integers(size - PATCH + 1, size=2)
            rows, columns = slice(top, top + PATCH), slice(left, left + PATCH)
            places = places.reshape(size, size, 2)[rows, columns].reshape(1, -1, 2)
            likeness = Likeness(self._at(size)[..., rows, columns], self._perception)
        sample = self._sample(self._space.w(way.coordinates)[None], placed=self._finds_pose)
        seen = as_image(self._seen(sample, way.angles, places), math.isqrt(places.shape[1]))
        way.step(likeness(seen).sum() + PULL * way.coordinates.square().mean(), rate)
        return seen.detach()

    def _likeness(self, size: int) -> Likeness:
        """The loss of whole pictures of a size."""
        if size not in self._likenesses:
            self._likenesses[size] = Likeness(self._at(size), self._perception)
        return self._likenesses[size]

    def _sample(self, w: Tensor, *, placed: bool) -> Sample:
        """What the generator makes of w [1, w_dim] or [1, layers, w_dim]."""
        ws = w.reshape(1, -1, w.shape[-1]).expand(-1, self._space.layers, -1)
        sample = self._generator.field(ws)
        return PlacedField.of(sample) if placed and isinstance(sample, TriPlaneField) else sample

    def _seen(self, sample: Sample, angles: Tensor, places: Tensor, rays: RenderConfig | None = None) -> Tensor:
        """The sample from a pose, at places [1, n, 2].  Returns [1, n, 3]."""
        if self._finds_pose:
            matrix = matrices_at(angles[None], self._camera.radius, self._camera.pivot)
        else:
            matrix = torch.from_numpy(self._camera.matrix)[None].float().to(self._device)
        rays, fov = rays or self._rays, self._camera.fov
        return self._generator.render(sample, matrix, 0, fov=fov, places=places, rays=rays).rgb

    def _at(self, size: int) -> Tensor:
        """The picture made smaller, [1, 3, size, size]."""
        return F.adaptive_avg_pool2d(self._given, size)

    def _places(self, size: int) -> Tensor:
        """Where its pixels lie in the image plane, [1, size * size, 2], y up."""
        line = self._reach * ((2 * torch.arange(size, device=self._device) + 1) / size - 1)
        y, x = torch.meshgrid(-line, line, indexing="ij")
        return torch.stack([x, y], dim=-1).reshape(1, -1, 2)

    def _moment(self, done: int, seen: Tensor) -> Moment:
        return Moment(done, self._settings.steps, decibels(seen, self._at(seen.shape[-1])), _pixels(seen))

    @torch.no_grad()
    def _look(self, way: _Way, size: int) -> Tensor:
        """The whole picture of a way as it is now, [1, 3, size, size]."""
        sample = self._sample(self._space.w(way.coordinates)[None], placed=False)
        bands = self._places(size).split(CHUNK_RAYS, dim=1)
        return as_image(torch.cat([self._seen(sample, way.angles, band) for band in bands], dim=1), size)

    def _found(self, way: _Way) -> Found:
        seen = self._look(way, self._size)
        with torch.no_grad():
            w = self._space.w(way.coordinates)
        yaw, pitch = (self._camera.yaw, self._camera.pitch) if not self._finds_pose else way.angles.tolist()
        yaw = math.remainder(yaw, math.tau)
        return Found(w.cpu().numpy(), yaw, pitch, decibels(seen, self._at(self._size)), _pixels(seen))


def _at_hand(sample: Sample) -> Sample:
    """The sample with its planes as the gather reads them: else every look would turn them around."""
    if not isinstance(sample, TriPlaneField):
        return sample
    return replace(sample, planes=sample.planes.contiguous(memory_format=torch.channels_last))


def _pixels(seen: Tensor) -> np.ndarray:
    """[1, 3, r, r] in about [-1, 1] -> [r, r, 3], uint8."""
    return ((seen[0].clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()


def _sizes(largest: int) -> list[int]:
    """Pixels along a side, rising to the largest."""
    sizes = [FIRST_SIZE]
    while 2 * sizes[-1] < largest:
        sizes.append(2 * sizes[-1])
    return sizes if sizes[-1] == largest else [*sizes, largest]


def _around() -> np.ndarray:
    """Poses all around.  [n, 2], radians."""
    return np.array([(math.tau * index / YAWS, pitch) for pitch in PITCHES for index in range(YAWS)])


def _spread(poses: np.ndarray) -> np.ndarray:
    """Some of the poses, each as far as possible from those before it.  [n, 2] -> [MOST_POSES or fewer, 2]."""
    points = sphere_points(poses[:, 0], poses[:, 1])
    chosen = [0]
    while len(chosen) < min(MOST_POSES, len(points)):
        distances = np.linalg.norm(points[:, None] - points[chosen], axis=-1).min(axis=1)
        chosen.append(int(distances.argmax()))
    return poses[chosen, :2]
