"""What ships with the program is whole: the demo and the built-in data."""

import numpy as np

from core.bake import bake, z_from_seed
from core.baked import BakedVolume
from core.checkpoint import load_checkpoint
from core.scene import Scene
from training.data_set import ImageDataSet


def test_the_demo_opens_on_the_volume_that_its_checkpoint_bakes(repository):
    scene = Scene()
    shipped = BakedVolume.load(repository / "assets" / "demo.npz")
    assert shipped.values.shape == (*[scene.quality.volume] * 3, 4)
    checkpoint = load_checkpoint(repository / "assets" / "demo.safetensors")
    assert checkpoint.discriminator is not None
    z = z_from_seed(scene.latent.seed, checkpoint.generator.config.z_dim)
    baked = bake(checkpoint.generator, checkpoint.generator.mapping(z, scene.latent.psi), scene.quality.volume)
    difference = np.abs(shipped.values.astype(np.float32) - baked.values.astype(np.float32))
    assert difference.max() <= 0.02 * np.abs(baked.values.astype(np.float32)).max()


def test_the_built_in_data_has_many_objects_of_many_kinds(repository):
    with ImageDataSet.open(repository / "assets" / "shapes128.zip") as data:
        kinds = {name.rpartition("-")[0] for name in data.info.objects}
        assert len(data.info.objects) >= 200
        assert len(kinds) >= 5
        assert len(data) >= 8 * len(data.info.objects)
        assert data.image(len(data) - 1).shape == (128, 128, 3)
