"""Networks that others have published, as checkpoints of ours: read without executing anything, checked by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from torch import nn

from core.checkpoint import save_checkpoint
from core.discriminator import PatchDiscriminator
from core.dual_discriminator import DualDiscriminator
from core.eg3d import Eg3dGenerator
from core.epigraf import EpigrafGenerator
from core.foreign_files import require_pickle
from core.import_eg3d import dual_config, eg3d_config, gains
from core.import_settings import CameraKind
from core.inert_modules import InertNetwork, foreign_calls, networks_in
from core.inert_pickle import PickleRefusedError, PickleSource, read_pickle
from core.inert_tensors import TensorBuilder
from core.inert_values import mapping_of
from core.infer_architecture import Family, discriminator_config, family_of, generator_config
from core.published_names import (
    EG3D_JUDGE_RENAMED,
    EG3D_RENAMED,
    OURS_ALONE,
    RENAMED,
    has_no_influence,
    our_name,
    published_name,
)

Progress = Callable[[float, str], None]
Network = TypeVar("Network", bound=nn.Module)
SOURCE, DIGEST = "imported_from", "imported_sha256"
EG3D_ANGLE = "It does not state the angle of view: that of the published {0} is assumed."


@dataclass(frozen=True)
class ImportOrder:
    """What is to be imported.

    Attributes:
        source: A pickle.
        target: The .safetensors file to write.
        cameras: Whose cameras are meant where the file is silent; None: told from the discriminator.
        force: Replace the target; else another name beside it is taken, unless it was made of the same pickle.
    """

    source: Path
    target: Path
    cameras: CameraKind | None = None
    force: bool = False


@dataclass(frozen=True)
class Imported:
    """What came of it.

    Attributes:
        path: The checkpoint.
        family: What it holds.
        notes: What is worth knowing, sentences.
        warnings: What somebody should see, sentences.
    """

    path: Path
    family: Family
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def import_pickle(order: ImportOrder, say: Progress) -> Imported:
    """Convert a pickle.

    Args:
        order: What, and where to.
        say: Told the share that is done, 0 to 1, and what is being done.

    Raises:
        PickleRefusedError: It is no network that can be used; the message says why.
        OSError: A file cannot be read or written.
    """
    size = require_pickle(order.source)
    with order.source.open("rb") as file:
        say(0.0, "checking")
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        target, known = _target(order, digest)
        if known is not None:
            return Imported(target, known, ("It was imported before.",))
        file.seek(0)
        content = read_pickle(PickleSource(file, size, lambda share: say(0.1 + 0.6 * share, "reading")))
    say(0.7, "converting")
    networks, foreign = networks_in(content), foreign_calls(content)
    generator = networks.get("G_ema") or networks.get("G")
    family = family_of(generator) if generator is not None else None
    if generator is None or family is None:
        raise PickleRefusedError(_nothing_usable(networks, foreign))
    progress = {SOURCE: order.source.name, DIGEST: digest, **_training(content)}
    warnings = _warning_of(foreign)
    if family == "eg3d":
        return _write_eg3d(order, target, networks, generator, progress, warnings)
    return _write_epigraf(order, target, networks, generator, progress, warnings)


def _write_epigraf(
    order: ImportOrder,
    target: Path,
    networks: dict[str, InertNetwork],
    published: InertNetwork,
    progress: dict[str, Any],
    warnings: tuple[str, ...],
) -> Imported:
    """Build both networks and write them.  Without a discriminator that is known here, the generator alone."""
    builder, discriminator = TensorBuilder(), None
    if "D" in networks:
        try:
            patches = discriminator_config(networks["D"])
            discriminator = _fill(lambda: PatchDiscriminator(patches), networks["D"], builder)
        except (PickleRefusedError, ValidationError) as error:
            warnings += (f"The discriminator was left out: {_first_line(error)}.",)
    narrow = discriminator is not None and discriminator.config.camera_condition
    cameras = order.cameras or ("faces" if narrow else "objects")
    try:
        config, assumed = generator_config(published, cameras)
    except ValidationError as error:
        raise PickleRefusedError(f"its architecture is none that is known here: {_first_line(error)}") from error
    generator = _fill(lambda: EpigrafGenerator(config), published, builder)
    if config.background == "plane":
        warnings += ("Its background is taken to be in the last three channels: compare with a published picture.",)
    save_checkpoint(target, generator, discriminator, progress)
    notes = (f"It does not state the {', '.join(assumed)}: {_WORDS[cameras]}'s are assumed.",) if assumed else ()
    return Imported(target, "epigraf", notes, warnings)


def _write_eg3d(
    order: ImportOrder,
    target: Path,
    networks: dict[str, InertNetwork],
    published: InertNetwork,
    progress: dict[str, Any],
    warnings: tuple[str, ...],
) -> Imported:
    """As `_write_epigraf`."""
    builder, discriminator = TensorBuilder(), None
    try:
        config = eg3d_config(published, order.cameras)
    except ValidationError as error:
        raise PickleRefusedError(f"its architecture is none that is known here: {_first_line(error)}") from error
    generator = _fill(lambda: Eg3dGenerator(config), published, builder, EG3D_RENAMED, gains(published))
    if "D" in networks:
        try:
            judge = dual_config(networks["D"])
            discriminator = _fill(lambda: DualDiscriminator(judge, config), networks["D"], builder, EG3D_JUDGE_RENAMED)
        except (PickleRefusedError, ValidationError) as error:
            warnings += (f"The discriminator was left out: {_first_line(error)}.",)
    save_checkpoint(target, generator, discriminator, progress)
    return Imported(target, "eg3d", (EG3D_ANGLE.format("cars" if config.render.white_back else "faces"),), warnings)


_WORDS: dict[CameraKind, str] = {"faces": "FFHQ", "objects": "Megascans"}


def _fill(
    make: Callable[[], Network],
    published: InertNetwork,
    builder: TensorBuilder,
    renamed: Mapping[str, str] = RENAMED,
    factors: Mapping[str, float] | None = None,
) -> Network:
    """A network of ours with published numbers.

    Args:
        make: Gives a fresh one.
        published: As it was read.
        builder: Makes tensors of what was read.
        renamed: What its parameters are called here.
        factors: What numbers are multiplied by, by beginning of their published names.

    Raises:
        PickleRefusedError: Something does not fit; the message names it.
    """
    with torch.device("meta"):  # the shapes alone: what the file claims takes no memory yet
        expected = make().state_dict()
    given = {our_name(name, renamed): tensor for name, tensor in published.tensors.items()}
    expected = {name: value for name, value in expected.items() if name not in OURS_ALONE}
    for name, value in expected.items():
        if name not in given:
            raise PickleRefusedError(f"the parameter {published_name(name, renamed)} is missing")
        if given[name].shape != tuple(value.shape):
            raise PickleRefusedError(
                f"the parameter {published_name(name, renamed)} has the shape {given[name].shape}, expected "
                f"{tuple(value.shape)}"
            )
    for name in published.tensors:
        if our_name(name, renamed) not in expected and not has_no_influence(name):
            raise PickleRefusedError(f"the parameter {name} is not part of such a network as it is known here")
    state = {name: builder.build(published_name(name, renamed), given[name]).to(torch.float32) for name in expected}
    for beginning, factor in (factors or {}).items():
        for name in (each for each in state if published_name(each, renamed).startswith(beginning)):
            state[name] = state[name] * factor
    network = make()
    network.load_state_dict(network.state_dict() | state)
    return network.eval().requires_grad_(False)


def _target(order: ImportOrder, digest: str) -> tuple[Path, Family | None]:
    """Where to write, and what is there already if it was made of this very pickle."""
    path, number = order.target, 1
    while path.exists() and not order.force:
        family = _family_imported(path, digest)
        if family is not None:
            return path, family
        number += 1
        path = order.target.with_stem(f"{order.target.stem}-{number}")
    return path, None


def _family_imported(path: Path, digest: str) -> Family | None:
    """The family of a checkpoint that was made of a pickle with this digest; None if it was not."""
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            metadata = file.metadata() or {}
        made_of = json.loads(metadata.get("progress", "{}"))
    except (SafetensorError, OSError, ValueError):
        return None
    # Earlier versions only kept an EG3D's weights: such a file is made anew.
    if not isinstance(made_of, dict) or made_of.get(DIGEST) != digest or "family" in metadata:
        return None
    return "eg3d" if '"family":"eg3d"' in metadata.get("generator", "") else "epigraf"


def _training(content: Any) -> dict[str, float]:
    """How long it was trained, where the file says so."""
    images = mapping_of(content).get("cur_nimg")
    return {"kimg": images / 1000} if isinstance(images, int) and 0 < images < 10**12 else {}


def _nothing_usable(networks: dict[str, InertNetwork], foreign: tuple[str, ...]) -> str:
    if foreign:
        return f"it is no network, but asks for {', '.join(foreign[:3])}, which was not done: do not trust this file"
    if not networks:
        return "it holds no network of the StyleGAN lineage (G_ema or G)"
    names = ", ".join(f"{role}: {network.class_name or 'unknown'}" for role, network in list(networks.items())[:4])
    return f"it holds networks ({names}), but no generator of EpiGRAF or EG3D"


def _warning_of(foreign: tuple[str, ...]) -> tuple[str, ...]:
    if not foreign:
        return ()
    return (
        f"Beside the network the file asks for {', '.join(foreign[:3])}; that was not done. Be wary of its origin.",
    )


def _first_line(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)
