"""A model worker for which large volumes do not fit into memory: torch is asked for more than any machine has."""

from __future__ import annotations

from typing import Any

import torch

from app.model.model_messages import BakeRequest
from app.model.model_worker import ModelHandler
from app.workers.worker_child import Port

TOO_LARGE = 256


class GreedyHandler(ModelHandler):
    """Fails as torch does when memory ends."""

    def _bake(self, request: BakeRequest, port: Port) -> Any:
        if request.resolution >= TOO_LARGE:
            torch.empty(2**46)
        return super()._bake(request, port)
