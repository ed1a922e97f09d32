"""The model worker draws by the generator's own renderer: the command's pixels, tile by tile, given up at once."""

from pathlib import Path

import numpy as np
import pytest
import torch

from app.model.model_messages import PICTURE, BakeRequest, CheckpointId, PictureRequest
from app.model.model_worker import ModelHandler
from app.pictures.reference import reference_views
from app.pictures.render import turntable
from app.workers.worker_child import Cancelled
from core.camera import Camera
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.model_config import GeneratorConfig, RenderConfig
from core.scene import Latent, Scene, Source

SMALL = GeneratorConfig(
    z_dim=16, w_dim=16, plane_resolution=8, channel_base=64, channel_max=16, plane_features=4, view_direction=True,
    render=RenderConfig(coarse_samples=6, fine_samples=6),
)  # fmt: skip
CAMERA = Camera(yaw=0.4, pitch=1.3)


class Port:
    """Stands for the pipe: keeps tiles and says when to stop."""

    def __init__(self, most: int = 10**6) -> None:
        self.tiles, self.told, self._most = [], [], most

    def progress(self, fraction: float, text: str) -> None:
        self.told.append(fraction)

    def cancelled(self) -> bool:
        return len(self.tiles) >= self._most

    def stop_if_cancelled(self) -> None:
        if self.cancelled():
            raise Cancelled

    def answer(self, value, arrays=()) -> None:
        self.tiles.append((value, arrays[0]))


@pytest.fixture
def request_of(tmp_path: Path) -> PictureRequest:
    path = tmp_path / "small.safetensors"
    torch.manual_seed(0)
    save_checkpoint(path, EpigrafGenerator(SMALL), None, {})
    stat = path.stat()
    sample = BakeRequest(CheckpointId(str(path), stat.st_mtime_ns, stat.st_size), Latent(5, 0.7), 0)
    return PictureRequest(sample, CAMERA, 150, 90, "learned")


def test_tiles_make_the_picture_of_the_command(request_of):
    port = Port()
    ModelHandler().handle(PICTURE, request_of, port)
    picture, seen = np.zeros((90, 150, 3), np.uint8), np.zeros((90, 150), int)
    for answer, pixels in port.tiles:
        rows, columns = slice(answer.top, answer.top + len(pixels)), slice(answer.left, answer.left + pixels.shape[1])
        picture[rows, columns] = pixels
        seen[rows, columns] += 1
    assert (seen == 1).all()
    scene = Scene(Source("checkpoint", request_of.sample.checkpoint.path), Latent(5, 0.7), CAMERA)
    (wanted,) = (each[..., :3] for each in reference_views(scene, lambda _home: [CAMERA], (150, 90)))
    assert wanted.std() > 2
    assert np.array_equal(picture, wanted)
    fractions = [answer.fraction for answer, _ in port.tiles]
    assert fractions == sorted(fractions)
    assert (fractions[-1], port.told[0]) == (1, 0)


def test_views_of_a_film_are_drawn_as_they_are_asked_for_and_each_alike(request_of):
    scene = Scene(Source("checkpoint", request_of.sample.checkpoint.path), Latent(5, 0.7), CAMERA)
    around, done = turntable(CAMERA, 3), []
    film = reference_views(scene, lambda _home: around, (20, 12), noise_seed=4, on_progress=done.append)
    assert done == []
    pictures = [next(film)]
    assert done[-1] == pytest.approx(1 / 3)
    pictures += film
    (alone,) = reference_views(scene, lambda _home: [around[2]], (20, 12), noise_seed=4)
    assert np.array_equal(pictures[2], alone)


def test_a_picture_is_given_up_between_two_tiles(request_of):
    port = Port(most=2)
    with pytest.raises(Cancelled):
        ModelHandler().handle("picture of b", request_of, port)
    assert len(port.tiles) == 2


def test_what_does_not_belong_together_is_refused(request_of):
    with pytest.raises(ValueError, match="does not know requests of kind bake"):
        ModelHandler().handle("bake", request_of, Port())
