"""Which class belongs to which generator family."""

from __future__ import annotations

from core.eg3d import Eg3dGenerator
from core.epigraf import EpigrafGenerator
from core.generator import Generator
from core.model_config import Family, GeneratorConfig
from core.stylegan2 import StyleGan2Generator

FAMILIES: dict[Family, type[Generator]] = {
    "epigraf": EpigrafGenerator,
    "eg3d": Eg3dGenerator,
    "stylegan2": StyleGan2Generator,
}


def build_generator(config: GeneratorConfig) -> Generator:
    """A generator of the configured family, initialised from torch's random state."""
    return FAMILIES[config.family](config)
