"""The model worker says of a ray what its own pictures show at that pixel."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from app.model.model_messages import PICTURE, BakeRequest, CheckpointId, PictureRequest
from app.model.model_worker import ModelHandler
from app.model.ray_messages import RAY, RayQuestion
from core.camera import Camera
from core.checkpoint import save_checkpoint
from core.families import build_generator
from core.model_config import GeneratorConfig, RenderConfig
from core.projection import to_plane
from core.scene import Latent
from tests.app.model.test_model_inspect import PlainPort
from tests.app.model.test_model_picture import Port as TilePort

SMALL = GeneratorConfig(
    z_dim=16, w_dim=16, plane_resolution=8, channel_base=64, channel_max=16, plane_features=4, view_direction=True,
    background="plane", render=RenderConfig(coarse_samples=6, fine_samples=6),
)  # fmt: skip
CAMERA, WIDTH, HEIGHT = Camera(yaw=0.4, pitch=1.3), 30, 20


def sample_of(path: Path, config: GeneratorConfig = SMALL) -> BakeRequest:
    torch.manual_seed(0)
    save_checkpoint(path, build_generator(config), None, {})
    stat = path.stat()
    return BakeRequest(CheckpointId(str(path), stat.st_mtime_ns, stat.st_size), Latent(5, 0.7), 0)


@pytest.mark.parametrize("backdrop", ["learned", "white"])
def test_the_ray_of_a_pixel_adds_up_to_it(tmp_path: Path, backdrop):
    handler, port, tiles = ModelHandler(), PlainPort(), TilePort()
    sample = sample_of(tmp_path / "a.safetensors")
    handler.handle(PICTURE, PictureRequest(sample, CAMERA, WIDTH, HEIGHT, backdrop), tiles)
    [(_, pixels)] = tiles.tiles
    for x, y in ((3, 4), (15, 10), (28, 1)):
        place = to_plane(x + 0.5, y + 0.5, WIDTH, HEIGHT)
        question = RayQuestion(sample, CAMERA, place, backdrop)
        handler.handle(f"{RAY} of ray probe", question, port)
        answer = port.answers[-1]
        assert answer.question == question
        colour = np.clip(127.5 * np.array(answer.profile.colour) + 127.5, 0, 255)
        assert np.abs(colour - pixels[y, x]).max() <= 0.51
        assert len(answer.profile.samples) == 12
    assert pixels.std() > 2
    handler.handle(RAY, RayQuestion(replace(sample, latent=Latent(6, 0.7)), CAMERA, place, backdrop), port)
    assert port.answers[-1].profile.colour != answer.profile.colour, "another sample, the same ray"


def test_a_flat_picture_says_so(tmp_path: Path):
    flat = GeneratorConfig(family="stylegan2", z_dim=16, w_dim=16, plane_resolution=16, channel_max=16)
    question = RayQuestion(sample_of(tmp_path / "flat.safetensors", flat), CAMERA, (0.0, 0.0), "learned")
    with pytest.raises(ValueError, match="there is no field"):
        ModelHandler().handle(RAY, question, PlainPort())
