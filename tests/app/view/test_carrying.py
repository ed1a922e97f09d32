"""The camera when another generator takes the place of one: taken over, aimed, or kept."""

from dataclasses import replace

import numpy as np

from app.view.carrying import Carrying
from app.view.training_poses import Found
from core.camera import Camera
from core.scene import Scene, Source
from training.known_poses import KnownPoses

RUN = Source("run", "/runs/faces", "000010.safetensors")
FACES = KnownPoses(0.0, 1.5, "a test", np.array([[-0.3, 1.4], [0.3, 1.6]]))
FRONT = Camera(yaw=0.0, pitch=1.5)


def test_faces_are_looked_at_from_the_front_once_their_poses_are_known():
    carrying, scene = Carrying(Scene()), Scene(RUN)
    assert carrying.aimed(scene, None) == scene
    scene = carrying.aimed(scene, Found(RUN, FACES))
    assert scene.camera == FRONT
    turned = replace(scene, camera=Camera(yaw=2.0))
    later = replace(turned, source=replace(RUN, snapshot="000020.safetensors"))
    assert carrying.aimed(later, Found(RUN, FACES)) == later, (
        "another snapshot leaves the camera where it was turned to"
    )


def test_a_scene_as_it_was_saved_keeps_its_camera():
    carrying, saved = Carrying(Scene()), Scene(RUN, camera=Camera(yaw=2.0))
    carrying.keep(saved)
    assert carrying.aimed(saved, Found(RUN, FACES)) == saved
    assert carrying.taken_over(saved, Camera(radius=2.0)) == saved
    again = Carrying(saved)  # a session that is opened again
    assert again.aimed(saved, Found(RUN, FACES)) == saved


def test_lengths_that_nobody_touched_are_those_of_the_training():
    carrying, scene = Carrying(Scene()), Scene(RUN, camera=Camera(fov=50))
    home = Camera(radius=2.7, fov=18)
    taken = carrying.taken_over(scene, home)
    assert taken.camera == Camera(radius=2.7, fov=50)
    assert carrying.home == home
    assert carrying.taken_over(scene, home) == scene, "once for each generator"
