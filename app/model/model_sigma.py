"""Answers questions about modulation in the model worker, from the discriminator of what is shown."""

from __future__ import annotations

import numpy as np

from app.model.model_inspect import Opened
from app.model.sigma_inspection import PortraitQuestion, SigmaAnswer, SigmaQuestion
from app.workers.worker_child import Port
from core.sigma_patches import centred_scales, edge_patches, offsets_at
from core.viewing import View, Viewing, tiles_of
from training.tick_modulations import sigma_at

MIDDLE = (0.5, 0.5)


def answer_sigma(question: SigmaQuestion, opened: Opened, port: Port) -> None:
    """Sigma of all layers.  Raises ValueError where the checkpoint holds no discriminator."""
    discriminator = opened.discriminator()
    config, facts = discriminator.config, opened.checkpoint.progress
    scales, edges = centred_scales(config.min_scale), question.place == MIDDLE
    edge_scales, edge_offsets = edge_patches(config.min_scale)
    along = sigma_at(discriminator, scales, offsets_at(np.array(question.place), scales))
    around = sigma_at(discriminator, edge_scales, edge_offsets) if edges else {}
    mode = config.modulation if along else None
    answer = SigmaAnswer(tuple(along), mode, config.min_scale, edges, facts.get("kimg"), str(facts.get("run", "")))
    port.answer(answer, (scales, edge_scales, *along.values(), *around.values()))


def answer_portrait(question: PortraitQuestion, opened: Opened, port: Port) -> None:
    """A picture of the sample, [side, side, 4], uint8."""
    side = question.side
    viewing = Viewing(opened.generator, opened.sample(), View(question.camera, side, side))
    pixels = np.empty((side, side, 4), np.uint8)
    for tile in tiles_of(side, side):
        port.stop_if_cancelled()
        pixels[tile.rows, tile.columns] = viewing.draw(tile)
    pixels[..., 3] = 255  # how opaque the sample is does not matter here
    port.answer(side, (pixels,))
