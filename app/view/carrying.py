"""Which camera a generator is looked at with, when it takes the place of another."""

from __future__ import annotations

from dataclasses import replace

from app.view.engine import carried_camera
from app.view.training_poses import Found, aimed
from core.camera import Camera
from core.scene import Scene, Source


class Carrying:
    """Remembers for which generator the camera of the Scene was seen to.

    Args:
        scene: The one that a window begins with; if somebody has turned its camera, that stays.

    Attributes:
        home: Distance, pivot and angle of view of the training of what is shown.
    """

    def __init__(self, scene: Scene) -> None:
        self.home = Camera()
        self._shown: Source | None = None
        self._aimed = None if scene.camera == Camera() else _of_run(scene.source)

    def keep(self, scene: Scene) -> None:
        """The camera of this Scene stays as it is, whatever its generator was trained with."""
        self._shown, self._aimed = scene.source, _of_run(scene.source)

    def taken_over(self, scene: Scene, home: Camera) -> Scene:
        """The Scene when another picture has come: what nobody has touched of its camera is the training's.

        Args:
            scene: What is wanted.
            home: As `home`, of the picture.
        """
        old, self.home = self.home, home
        if self._shown == scene.source:
            return scene
        self._shown = scene.source
        return replace(scene, camera=carried_camera(scene.camera, old, home))

    def aimed(self, scene: Scene, found: Found | None) -> Scene:
        """The Scene as soon as the poses of its training are known: looked at from where that saw the object.

        Args:
            scene: What is wanted.
            found: What is known of its poses; None while they are being read.
        """
        run = _of_run(scene.source)
        if found is None or run == self._aimed:
            return scene
        self._aimed = run
        return replace(scene, camera=aimed(scene.camera, found))


def _of_run(source: Source) -> Source:
    """All snapshots of a run share its poses."""
    return replace(source, snapshot="")
