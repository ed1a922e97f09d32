"""Describes a generator by its parts, for panels that know no family."""

from __future__ import annotations

from core.description import Description
from core.field_generator import FieldGenerator
from core.generator import Generator


def describe(generator: Generator) -> Description:
    """What a generator is made of."""
    poses = generator.mapping.camera_condition
    if not isinstance(generator, FieldGenerator):
        return Description(poses=poses)
    planes = tuple("–".join("xyz"[axis] for axis in pair) for pair in generator.axes)
    if generator.upsampler is None:
        return Description(poses=poses, planes=planes)
    sizes = generator.upsampler.config
    return Description(sizes.image_resolution, sizes.raw_resolution, poses, planes)
