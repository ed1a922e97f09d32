"""Settings of how a batch is divided: between processes, one on each GPU, and into pieces that fit into memory."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from core.model_config import DisagreementError, FrozenModel, unit

MOST_PROCESSES = 1024


def gpu_list(text: str) -> tuple[int, ...]:
    """Numbers of GPUs in a text like "0,1,3", each once.

    Raises:
        ValueError: One is no number from 0.
    """
    words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
    if not all(re.fullmatch(r"\d{1,4}", word) for word in words):
        raise ValueError(f"must be numbers of GPUs with commas between, as in '0,1', got {text!r}")
    return tuple(dict.fromkeys(int(word) for word in words))


def gpu_text(gpus: tuple[int, ...]) -> str:
    """GPUs as the text that is kept."""
    return ",".join(str(gpu) for gpu in gpus)


def _gpu_text(value: object) -> object:
    """A list of GPUs, as YAML has it, or one number, as the text that is kept."""
    numbers = value if isinstance(value, (list, tuple)) else [value]
    if all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        value = ", ".join(str(number) for number in numbers)
    return gpu_text(gpu_list(value)) if isinstance(value, str) else value


class ParallelConfig(FrozenModel):
    """How each batch is divided between GPUs and into pieces; it changes the rounding, and nothing else."""

    gpus: Annotated[str, BeforeValidator(_gpu_text)] = Field(
        default="",
        description="Numbers of the GPUs to train on together, as 0,1; empty for the first.",
        json_schema_extra=unit(empty="the first"),
    )
    processes: int = Field(
        default=1, ge=1, le=MOST_PROCESSES, description="Processes that train together, where no GPUs are named."
    )
    micro_batch: int | None = Field(
        default=None,
        ge=1,
        le=4096,
        description="Images that each process computes at once: fewer need less memory, and more time.",
        json_schema_extra=unit("images", empty="all"),
    )
    patience_minutes: float = Field(
        default=30,
        gt=0,
        le=10_000,
        description="How long processes wait for one of them that is silent.",
        json_schema_extra=unit("minutes"),
    )

    @property
    def gpu_numbers(self) -> tuple[int, ...]:
        """The GPUs that are named."""
        return gpu_list(self.gpus)

    @property
    def process_count(self) -> int:
        """How many processes train together on this machine."""
        return len(self.gpu_numbers) or self.processes

    def require_fit(self, batch: int, group: int) -> None:
        """See that a batch can be divided.

        Args:
            batch: loop.batch.
            group: discriminator.group_size; a group stays together.

        Raises:
            DisagreementError: It cannot.
        """
        if batch % group:
            below, above = max(batch // group, 1) * group, (batch // group + 1) * group
            nearest = f"{below}" if below > batch else f"{below} or {above}"
            raise DisagreementError(
                f"loop.batch ({batch}) must be a multiple of discriminator.group_size ({group}), the minibatch-std "
                f"group: use a batch of {nearest}, or a group_size that divides {batch}",
                "loop.batch",
                "discriminator.group_size",
            )
        if self.micro_batch is not None and self.micro_batch % group:
            raise DisagreementError(
                f"parallel.micro_batch ({self.micro_batch}) must be a multiple of discriminator.group_size ({group}), "
                f"the minibatch-std group: use {(self.micro_batch // group + 1) * group}, or leave it empty",
                "parallel.micro_batch",
                "discriminator.group_size",
            )
        if self.process_count > batch // group:
            raise DisagreementError(
                f"loop.batch ({batch}) has {batch // group} minibatch-std groups of {group}, too few for "
                f"{self.process_count} processes: use fewer {'GPUs' if self.gpus else 'processes'}, or a batch of "
                f"{self.process_count * group}",
                "loop.batch",
                "parallel.gpus" if self.gpus else "parallel.processes",
            )
