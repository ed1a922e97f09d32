"""The Scene's camera as VTK's: pictures of a surface lie exactly over those of the viewport."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from vtkmodules.vtkRenderingCore import vtkCamera

from core.camera import Camera
from core.projection import picture_extent

# In front of the eye, at least, in units of the box's radius: VTK's depths lose their precision nearer.
NEAREST = 1e-3


@dataclass(frozen=True)
class Aim:
    """A camera and the picture that it takes.

    Attributes:
        camera: From where; its angle of view reaches the centres of the shorter side's end pixels.
        width: Pixels.
        height: Likewise.
    """

    camera: Camera
    width: int
    height: int

    def apply(self, camera: vtkCamera, reach: float) -> None:
        """Set VTK's camera.

        Args:
            camera: Its angle of view is that of the picture's height, from edge to edge.
            reach: Farthest thing from the origin, world units.
        """
        matrix = self.camera.matrix
        eye, up, backward = matrix[:3, 3], matrix[:3, 1], matrix[:3, 2]
        camera.ParallelProjectionOff()
        camera.SetPosition(*eye)
        camera.SetFocalPoint(*(eye - self.camera.radius * backward))
        camera.SetViewUp(*up)
        upper = picture_extent(self.width, self.height)[1]
        camera.SetViewAngle(math.degrees(2 * math.atan(upper * math.tan(math.radians(self.camera.fov) / 2))))
        depth = float(eye @ backward)  # of the origin, along the view
        nearest = NEAREST * reach
        camera.SetClippingRange(max(depth - reach, nearest), max(depth + reach, 2 * nearest))

    def ray(self, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
        """The ray of a place in the picture, pixels from its upper left corner: eye and unit direction, world units."""
        right, upper = picture_extent(self.width, self.height)
        across, along = (2 * x / self.width - 1) * right, (1 - 2 * y / self.height) * upper
        local = np.array([across, along, -1 / math.tan(math.radians(self.camera.fov) / 2)])
        matrix = self.camera.matrix
        direction = matrix[:3, :3] @ local
        return matrix[:3, 3], direction / np.linalg.norm(direction)
