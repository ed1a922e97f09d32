"""Behind the Latent panel: what the shown generator has, and the walk."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.view.direction_names import DirectionNames
from app.view.favourites import Favourites
from app.view.portraits import Portraits, Snap
from app.view.walk import Walk
from app.workers.loader import Loader
from core.scene import Scene, Source
from widgets import latent as latent_panel
from widgets.latent_view import GeneratorTraits, LatentView


def read_traits(path: str) -> GeneratorTraits:
    """What the generator of a checkpoint has, by the file's header.  Raises ValueError, OSError."""
    # Loads pydantic, so not before the first frame.
    from core.checkpoint_header import read_header
    from core.model_config import GeneratorConfig

    facts = read_header(Path(path))
    if "generator" not in facts:
        raise ValueError(f"{path} holds no generator")
    config = GeneratorConfig.model_validate_json(facts["generator"])
    noise = config.backbone == "stylegan2" and config.noise != "none"
    return GeneratorTraits(config.ws_count, config.label_count, config.camera_condition, noise)


class LatentDesk:
    """What the Latent panel needs from frame to frame.

    Args:
        wake: Called from threads when a frame should be drawn.

    Attributes:
        favourites: Where favourites are kept; None keeps none.
        names: Where names of directions are kept; None keeps none.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.walk, self.speed = Walk(), latent_panel.DEFAULT_SPEED
        self.favourites: Favourites | None = None
        self.names: DirectionNames | None = None
        self._portraits = Portraits(wake)
        self._headers: Loader[str, GeneratorTraits] = Loader(read_traits, wake)
        self._known: tuple[Source, GeneratorTraits] | None = None

    def traits(self, source: Source, path: str | None) -> GeneratorTraits | None:
        """What the generator of a source has; None until it is known.

        Args:
            source: Which generator.
            path: The file of its weights; None while there is none.
        """
        source = replace(source, snapshot="")  # all snapshots of a run are alike
        found = None if path is None else self._headers.get(path)
        if isinstance(found, GeneratorTraits):
            self._known = (source, found)
        return self._known[1] if self._known is not None and self._known[0] == source else None

    def moved(self, scene: Scene) -> Scene:
        """The Scene as the walk has it now."""
        latent = self.walk.moved(scene.latent, self.speed)
        return scene if latent is scene.latent else replace(scene, latent=latent)

    def draw(self, scene: Scene, path: str | None, rng: random.Random, snap: Snap) -> Scene:
        """Draw the panel, arguments as of `traits`; `snap` gives what the viewport shows of the Scene's sample.

        Returns:
            The Scene as it is now wanted.
        """
        latent, traits = scene.latent, self.traits(scene.source, path)
        view = LatentView(latent, scene.camera, traits, self.walk.on, self.speed)
        if self.favourites is not None:
            self._portraits.take(self.favourites, scene, snap)
            portrait = partial(self._portraits.of, self.favourites)
            view = replace(view, favourites=self.favourites.all, portrait=portrait)
        if self.names is not None:
            view = replace(view, names=self.names.of(scene.source))
        wish = latent_panel.draw_panel(view, rng)
        self.speed = wish.speed
        if self.favourites is not None:
            self.favourites.keep(wish.favourites)
            for each in set(view.favourites) - set(wish.favourites):
                self._portraits.forget(self.favourites.portrait(each.latent))
        if self.names is not None:
            self.names.keep(scene.source, wish.names)
        taken = any(getattr(wish.latent, name) != getattr(latent, name) for name in ("seed", "x", "y", "w"))
        self.walk.on = wish.walking and not taken
        return scene if wish.latent == latent else replace(scene, latent=wish.latent)

    def free_gpu(self) -> None:
        """Free what lies on the GPU."""
        self._portraits.free_gpu()

    def close(self) -> None:
        """End the threads."""
        self._headers.close()
        self._portraits.close()
