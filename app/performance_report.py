"""The figures of the Performance panel, and the report that is copied, from what is known."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.gl.ray_samples import RaySamples
from app.model.model_messages import Effort
from app.sharing import Sharing
from core.scene import Scene
from core.sizes import size
from widgets.performance_view import Figure, Group

NONE = "–"
# The worker's stages: field of Effort, label, what it means.
STAGES = (
    ("read", "read", "The worker reads the checkpoint."),
    ("map", "map", "From z to w."),
    ("synthesise", "synthesise", "From w to the planes."),
    ("bake", "bake", "The field on a grid, with the coarse one before it."),
    ("fold", "fold", "The decoder's first layer into the planes, for the exact field."),
    ("occupancy", "occupancy", "Which parts of the exact field are empty."),
)
# Those that only the exact field needs.
OF_EXACT = ("fold", "occupancy")


@dataclass(frozen=True)
class Facts:
    """What is known.  Times in milliseconds, memory in bytes; none where it is not known, or there is none.

    Attributes:
        scene: What is shown.
        graphics: The device that draws.
        driver: What its driver says of it, and how pictures are drawn.
        picture: Width and height of the last picture, pixels.
        volume: Voxels along an edge.
        planes: Layers and texels along an edge of the exact field.
        effort: What the sample has cost the worker.
        transfer_ms: From the worker to the window.
        upload_ms: From the window to the GPU.
        bake_ms: Until the GPU has baked the volume, if it does.
        march_ms: GPU time of the whole picture.
        frame_ms: What the window needs for a frame of its own, without waiting for the screen.
        fps: Frames of the window per second.
        samples: Of a ray; none as long as they are not counted.
        window: Memory of this process.
        worker: Of the model worker.
        trainer: Of the attached run's trainer, if it is on this machine.
        textures: On the GPU, by sizes.
        sharing: Who else needs the machine.
    """

    scene: Scene = field(default_factory=Scene)
    graphics: str = ""
    driver: str = ""
    picture: tuple[int, int] | None = None
    volume: int | None = None
    planes: tuple[int, int] | None = None
    effort: Effort = field(default_factory=Effort)
    transfer_ms: float | None = None
    upload_ms: float | None = None
    bake_ms: float | None = None
    march_ms: float | None = None
    frame_ms: float | None = None
    fps: float = 0.0
    samples: RaySamples | None = None
    window: int | None = None
    worker: int | None = None
    trainer: int | None = None
    textures: int | None = None
    sharing: Sharing = field(default_factory=Sharing)


def groups_of(facts: Facts) -> tuple[Group, ...]:
    """All figures."""
    return _stages(facts), _drawing(facts), _memory(facts)


def sharing_words(sharing: Sharing) -> str:
    """What is shared with a trainer now."""
    if sharing.gpus:
        held = ", ".join(map(str, sharing.gpus))
        return f"Trainers hold GPU {held} of this machine: the worker takes another one, or the processor."
    if sharing.gpu_taken:
        return "A trainer holds this machine's GPU: the worker leaves it alone."
    if sharing.training:
        return "A trainer works on this machine."
    return "No trainer works on this machine."


def report(facts: Facts, versions: str) -> str:
    """All of it as plain text."""
    scene, lines = facts.scene, ["EpiGRAF Studio: performance", ""]
    for group in groups_of(facts):
        lines += [group.title, *(f"  {figure.label:<22}{figure.value}" for figure in group.figures), ""]
    quality, source = scene.quality, scene.source
    shown = " ".join(filter(None, (source.kind, source.path, source.snapshot)))
    lines += [
        "Settings",
        f"  shown                 {shown}",
        f"  latent                {scene.latent.name}",
        f"  quality               {', '.join(f'{name} {value}' for name, value in vars(quality).items())}",
        f"  looking takes at most {facts.sharing.share:.0%}; {sharing_words(facts.sharing)}",
        "",
        "Versions",
        f"  {facts.driver or NONE}",
        *(f"  {line}" for line in versions.splitlines()),
    ]
    return "\n".join(lines)


def _stages(facts: Facts) -> Group:
    effort = facts.effort
    needed = [each for each in STAGES if facts.planes is not None or each[0] not in OF_EXACT]
    figures = [Figure(label, _stage(effort, name), told) for name, label, told in needed]
    figures.append(Figure("transfer", milliseconds(facts.transfer_ms), "From the worker to the window."))
    figures.append(Figure("upload", milliseconds(facts.upload_ms), "From the window to the GPU."))
    if facts.bake_ms is not None:
        figures.append(Figure("bake here", milliseconds(facts.bake_ms), "Until the GPU had baked it, between frames."))
    return Group("This sample", tuple(figures))


def _stage(effort: Effort, name: str) -> str:
    value = getattr(effort, name)
    return "at hand" if value is None and effort.sent is not None else milliseconds(value)


def _drawing(facts: Facts) -> Group:
    size_of = NONE if facts.picture is None else f"{facts.picture[0]} × {facts.picture[1]}"
    sizes = [f"{facts.volume}³ voxels"] if facts.volume is not None else []
    sizes += [f"{facts.planes[0]} layers of {facts.planes[1]}²"] if facts.planes is not None else []
    return Group(
        "Every picture",
        (
            Figure("device", facts.graphics or NONE, "What draws the viewport."),
            Figure("picture", size_of, "Pixels that were drawn last."),
            Figure("field", ", ".join(sizes) or NONE, "What rays march through."),
            Figure("march", milliseconds(facts.march_ms), "GPU time of one whole picture."),
            Figure("samples a ray", _samples(facts), "Mean over the picture, counted while it rests."),
            Figure("window frame", milliseconds(facts.frame_ms), "What the window itself does for a frame."),
            Figure("frames", f"{facts.fps:.0f} fps", "Of the window; an idle one draws next to none."),
        ),
    )


def _memory(facts: Facts) -> Group:
    effort = facts.effort
    figures = [
        Figure("window", size(facts.window) or NONE, "Of this process."),
        Figure("worker", size(facts.worker) or NONE, "Of the process that computes samples."),
        Figure("trainer", size(facts.trainer) or NONE, "Of the attached run's trainer on this machine."),
        Figure("textures", size(facts.textures) or NONE, "On the GPU, by their sizes: the sample and the picture."),
    ]
    if effort.gpu_bytes is not None:
        figures.append(Figure("worker's GPU", size(effort.gpu_bytes), "Tensors of the worker on the GPU."))
    if effort.sent is not None:
        figures.append(Figure("worker on", effort.device, "Where the worker computes."))
    return Group("Memory", tuple(figures))


def milliseconds(value: float | None) -> str:
    """A time for people."""
    if value is None:
        return NONE
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 1 else f"{value:.2f} ms"


def _samples(facts: Facts) -> str:
    """Samples of a ray for people."""
    samples = facts.samples
    if samples is None:
        return NONE if facts.volume is None or facts.scene.quality.field == "reference" else "counted at rest"
    if samples.everywhere is None:
        return f"{samples.taken:.1f}"
    return f"{samples.taken:.1f} of {samples.everywhere:.1f}"
