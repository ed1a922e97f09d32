"""The law from a Latent to w: plain seeds as ever, blends between seeds, mixing, truncation, noise, what is told."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.bake import z_from_seed
from core.directions import directions_of
from core.epigraf import EpigrafGenerator
from core.given_w import w_mark, w_text
from core.latents import sample_of, ws_of
from core.lattice import ROW, moved
from core.model_config import GeneratorConfig
from core.scene import Latent, Scene

SMALL = GeneratorConfig(
    z_dim=16, w_dim=16, plane_resolution=8, channel_base=64, channel_max=16, plane_features=4, label_count=3,
    camera_condition=True,
)  # fmt: skip


@pytest.fixture(scope="module")
def generator() -> EpigrafGenerator:
    torch.manual_seed(0)
    made = EpigrafGenerator(SMALL).requires_grad_(False)
    made.mapping.w_avg.normal_()
    for name, parameter in made.named_parameters():
        if name.endswith("noise_strength"):
            parameter.fill_(0.5)
    return made


def plain(generator: EpigrafGenerator, seed: int, **told) -> torch.Tensor:
    return generator.mapping(z_from_seed(seed, 16), **told)


@pytest.mark.parametrize(("psi", "cutoff"), [(0.7, None), (1.0, None), (-0.5, 2), (0.3, 0), (2.0, 99)])
def test_a_seed_of_the_lattice_is_that_seed(generator, psi, cutoff):
    assert torch.equal(ws_of(generator, Latent(5, psi, cutoff=cutoff)), plain(generator, 5, psi=psi, cutoff=cutoff))


def test_between_seeds_w_is_bilinear_and_continuous(generator):
    one, right, above, both = (plain(generator, 5 + step) for step in (0, 1, ROW, ROW + 1))
    found = ws_of(generator, Latent(5, 1.0, 0.25, 0.5))
    torch.testing.assert_close(found, 0.375 * one + 0.125 * right + 0.375 * above + 0.125 * both)
    near = ws_of(generator, moved(Latent(6, 1.0), -1e-4, 1e-4))
    assert 0 < (near - right).abs().max() < 1e-3
    mean = generator.mapping.w_avg.expand_as(found)
    torch.testing.assert_close(ws_of(generator, Latent(5, 0.0, 0.25, 0.5)), mean)


def test_layers_take_the_second_seed(generator):
    latent = Latent(5, mix_seed=9, mix_layers=(0, 2, 400))
    found, one, other = ws_of(generator, latent), plain(generator, 5, psi=0.7), plain(generator, 9, psi=0.7)
    for layer in range(generator.mapping.ws_count):
        assert torch.equal(found[:, layer], (other if layer in (0, 2) else one)[:, layer])
    for off in (replace(latent, mix_seed=None), replace(latent, mix_layers=())):
        assert torch.equal(ws_of(generator, off), one)


def test_what_the_generator_is_told(generator):
    labels, angles = torch.tensor([2]), torch.tensor([[0.3, 1.2]])
    found = ws_of(generator, Latent(5, 1.0, label=2, pose=(0.3, 1.2)))
    assert torch.equal(found, plain(generator, 5, labels=labels, angles=angles))
    usual = ws_of(generator, Latent(5, 1.0))
    assert not torch.allclose(found, usual)
    assert torch.equal(ws_of(generator, Latent(5, 1.0, label=3)), usual), "a class that it does not know"


def test_noise_has_a_seed_and_leaves_torchs_own_alone(generator):
    def planes(**noise) -> torch.Tensor:
        return sample_of(generator, Latent(5, **noise)).planes

    state = torch.get_rng_state()
    first = planes(noise="random", noise_seed=3)
    assert torch.equal(state, torch.get_rng_state())
    assert torch.equal(first, planes(noise="random", noise_seed=3))
    constant = generator.field(plain(generator, 5, psi=0.7)).planes
    assert torch.equal(planes(), constant)
    others = (constant, planes(noise="none"), planes(noise="random", noise_seed=4))
    assert not any(torch.allclose(first, other) for other in others)


def test_directions_are_the_principal_components_of_w(generator):
    directions = directions_of(generator.mapping)
    zs = torch.cat([z_from_seed(seed, 16) for seed in range(2048)])
    w = generator.mapping(zs)[:, 0]
    units = directions[:4] / directions[:4].norm(dim=1, keepdim=True)
    torch.testing.assert_close(units @ units.t(), torch.eye(4), atol=1e-4, rtol=0)
    spread = (w @ units.t()).std(dim=0)
    torch.testing.assert_close(spread, directions[:4].norm(dim=1), rtol=1e-3, atol=0)
    assert (spread.diff() <= 0).all()
    assert (spread[0] - w.std(dim=0)).min() >= 0, "no axis varies more"
    assert torch.equal(directions, directions_of(generator.mapping))


def test_steps_along_directions_are_told_in_deviations_and_reach_some_layers(generator):
    directions, plain_ws = directions_of(generator.mapping), plain(generator, 5, psi=0.7)
    found = ws_of(generator, Latent(5, shifts=(0.0, -2.0), shift_layers=(1, 2))) - plain_ws
    for layer in range(generator.mapping.ws_count):
        expected = -2 * directions[1] if layer in (1, 2) else torch.zeros(16)
        torch.testing.assert_close(found[0, layer], expected, atol=1e-5, rtol=1e-4)
    everywhere = ws_of(generator, Latent(5, shifts=(1.0,)), lambda: directions)
    torch.testing.assert_close(everywhere - plain_ws, directions[:1].expand_as(plain_ws[0])[None], atol=1e-5, rtol=1e-4)
    assert torch.equal(ws_of(generator, Latent(5, shifts=(0.0,))), plain_ws)


def test_the_way_to_another_latent_is_straight(generator):
    here, there = Latent(5, 0.5), Latent(9, 1.0, mix_seed=3, mix_layers=(0,))
    ends = ws_of(generator, here), ws_of(generator, there)
    assert torch.equal(ws_of(generator, replace(here, toward=there)), ends[0])
    for share in (0.25, 1.0):
        found = ws_of(generator, replace(here, toward=there, share=share))
        torch.testing.assert_close(found, (1 - share) * ends[0] + share * ends[1])


def test_a_given_w_stands_in_place_of_the_seeds(generator):
    ws = plain(generator, 5)
    for rows in (ws[0, :1], ws[0]):
        latent = Latent(9, 1.0, 0.5, w=w_text(rows.numpy()))
        assert torch.equal(ws_of(generator, latent), ws), "bit by bit"
        assert torch.equal(sample_of(generator, latent).planes, generator.field(ws).planes)
        assert torch.equal(ws_of(generator, replace(latent, psi=0.3)), plain(generator, 5, psi=0.3))
        mixed = ws_of(generator, replace(latent, mix_seed=9, mix_layers=(1,)))
        assert torch.equal(mixed[:, 1], plain(generator, 9)[:, 1])
        assert torch.equal(mixed[:, 0], ws[:, 0])
        again = Scene.from_json(Scene(latent=latent).to_json()).latent
        assert again == latent
        for gone in (latent.at_seed(9), moved(latent, 1, 0)):
            assert (gone.w, gone.place.startswith("seed")) == (None, True)
        assert latent.name == f"found sample {w_mark(latent.w or '')}, psi 1"
    with pytest.raises(ValueError, match="found for another generator: it has 15 numbers, and this one takes 16"):
        ws_of(generator, Latent(w=w_text(ws[0, :1, :15].numpy())))


@pytest.mark.parametrize(
    ("text", "says"),
    [("!", "base64"), ("", "cut off"), ("AAAA", "cut off"), (w_text(np.array([[np.nan]])), "finite")],
)
def test_a_w_that_is_none_is_refused(text, says):
    with pytest.raises(ValueError, match=f"latent.w cannot be read: .*{says}"):
        Latent(w=text)
