"""The generator's own renderer, tile by tile: the same pixels as whole pictures, of any shape."""

import numpy as np
import pytest
import torch

from core.bake import z_from_seed
from core.camera import Camera
from core.epigraf import EpigrafGenerator
from core.families import build_generator
from core.model_config import GeneratorConfig, RenderConfig
from core.viewing import Tile, View, Viewing, image_places, tiles_of

SMALL = GeneratorConfig(
    z_dim=16, w_dim=16, plane_resolution=16, plane_features=4, channel_max=16, background="plane",
    render=RenderConfig(bounds="box", coarse_samples=8, fine_samples=8),
)  # fmt: skip


def drawn(generator, view: View, side: int) -> np.ndarray:
    sample = generator.field(generator.mapping(z_from_seed(1, 16)))
    viewing, picture = Viewing(generator, sample, view), np.zeros((view.height, view.width, 4), np.uint8)
    for tile in tiles_of(view.width, view.height, side):
        picture[tile.rows, tile.columns] = viewing.draw(tile)
    return picture


@pytest.fixture
def generator():
    torch.manual_seed(0)
    generator = EpigrafGenerator(SMALL).eval().requires_grad_(False)
    generator.decoder.out.weight[3] *= 20
    return generator


def test_tiles_make_the_generators_picture(generator):
    matrix = torch.from_numpy(Camera(yaw=1).matrix)[None].float()
    sample = generator.field(generator.mapping(z_from_seed(1, 16)))
    whole = generator.picture(sample, matrix, 20)[0, [0, 1, 2, 4]].numpy()
    wanted = 255 * np.clip(np.concatenate([0.5 * whole[:3] + 0.5, whole[3:]]), 0, 1)
    picture = drawn(generator, View(Camera(yaw=1), 20, 20), side=7)
    assert np.abs(picture - np.moveaxis(wanted, 0, -1)).max() < 0.51
    assert picture[..., :3].std() > 5


def test_a_wide_picture_holds_the_square_one_in_its_middle(generator):
    square, wide = (drawn(generator, View(Camera(), width, 12), 5).astype(int) for width in (12, 30))
    assert np.abs(wide[:, 9:21] - square).max() <= 1


def test_a_constant_backdrop_stands_where_light_passes(generator):
    generator.decoder.out.weight[:3] *= 0.2  # no colour is cut off at white
    plain = {name: drawn(generator, View(Camera(), 12, 12, name), 6).astype(float) for name in ("white", "black")}
    passed = (plain["white"] - plain["black"])[..., :3]
    assert np.abs(passed - (255 - plain["white"][..., 3:])).max() <= 2
    learned = drawn(generator, View(Camera(), 12, 12), 6)
    assert np.array_equal(learned[..., 3], plain["white"][..., 3])


def test_tiles_cover_a_picture_once_and_begin_in_its_middle():
    seen = np.zeros((50, 70), int)
    tiles = list(tiles_of(70, 50, 16))
    for tile in tiles:
        seen[tile.rows, tile.columns] += 1
    assert (seen == 1).all()
    assert (tiles[0].left, tiles[0].top) == (32, 16)


def test_places_follow_the_shaders_convention():
    places = image_places(4, 2, Tile(0, 0, 4, 2))
    assert places[..., 0].tolist() == [[-3.0, -1.0, 1.0, 3.0]] * 2
    assert places[:, 0, 1].tolist() == [1.0, -1.0]


def test_flat_pictures_are_drawn_whatever_the_backdrop():
    flat = GeneratorConfig(family="stylegan2", z_dim=16, w_dim=16, plane_resolution=16, channel_max=16)
    generator = build_generator(flat).eval().requires_grad_(False)
    one, other = (drawn(generator, View(Camera(), 8, 8, name), 8) for name in ("learned", "black"))
    assert np.array_equal(one, other)
