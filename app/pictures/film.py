"""Films of many pictures, as MP4 (H.264) or GIF files that carry the Scene they were made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from core.files import replacing
from core.scene import Scene
from core.timeline import Timeline, is_timeline

FILM_SUFFIXES = (".mp4", ".gif")
# MP4 players show this field, and nobody else needs it; GIF has a comment of its own.
SCENE_FIELD = "comment"
# Nearly without loss: 18 is called that of H.264's constant rate factors, 0 to 51.
RATE_FACTOR = "16"
MOST_FPS = 120


@dataclass(frozen=True)
class SavedFilm:
    """What a film tells of itself.

    Attributes:
        scene: What made its first picture.
        timeline: What made all of them; None of a turntable, which its Scene begins.
        size: Width and height, pixels.
        pictures: How many.
        fps: Of them per second.
    """

    scene: Scene
    size: tuple[int, int]
    pictures: int
    fps: float
    timeline: Timeline | None = None


def save_film(path: Path, pictures: Iterable[np.ndarray], fps: int, made_of: Scene | Timeline) -> int:
    """Write a film, aside and renamed; pictures are taken one after the other.

    Args:
        path: Ends in .mp4 or .gif.
        pictures: [height, width, 3], uint8, top row first, all of one size; MP4 leaves out an odd last row or column.
        fps: Pictures per second, 1 to 120; GIF rounds their time to hundredths of a second.
        made_of: What made the first picture, or all of them; kept in the file.

    Returns:
        How many pictures were written.

    Raises:
        ValueError: The name is not that of a film, or a number is out of range.
        OSError: The file cannot be written.
    """
    if path.suffix.lower() not in FILM_SUFFIXES:
        raise ValueError(f"{path}: films are written as MP4 or GIF; choose a name that ends in .mp4 or .gif")
    if not 1 <= fps <= MOST_FPS:
        raise ValueError(f"a film has 1 to {MOST_FPS} pictures per second, got {fps}")
    path.parent.mkdir(parents=True, exist_ok=True)
    write = _write_mp4 if path.suffix.lower() == ".mp4" else _write_gif
    with replacing(path) as aside:
        return write(aside, pictures, fps, made_of.to_json())


def read_film(path: Path) -> SavedFilm:
    """What a film was made of.  Raises ValueError if it cannot be read, or carries no Scene."""
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            pictures = sum(1 for _ in container.decode(stream))
            size, rate = (stream.width, stream.height), float(stream.average_rate or 0)
            text = container.metadata.get(SCENE_FIELD, "")
    except (av.FFmpegError, IndexError) as error:
        raise ValueError(f"{path} cannot be read as a film ({error})") from error
    text = text or _gif_comment(path)
    if not text:
        raise ValueError(f"{path} carries no Scene: it was not made by EpiGRAF Studio, or was changed elsewhere")
    try:
        timeline = Timeline.from_json(text) if is_timeline(text) else None
        scene = Scene.from_json(text) if timeline is None else timeline.keyframes[0].scene
        return SavedFilm(scene, size, pictures, rate, timeline)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _write_mp4(path: Path, pictures: Iterable[np.ndarray], fps: int, text: str) -> int:
    import av

    count = 0
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "use_metadata_tags+faststart"}) as container:
            container.metadata[SCENE_FIELD] = text
            stream = None
            for picture in pictures:
                height, width = (side - side % 2 for side in picture.shape[:2])  # colours are stored at half size
                if stream is None:
                    stream = container.add_stream("libx264", rate=Fraction(fps))
                    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                    # One thread: the same pictures give the same bytes.
                    stream.codec_context.thread_count = 1
                    stream.options = {"crf": RATE_FACTOR, "preset": "medium"}
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="rgb24")
                container.mux(stream.encode(frame))
                count += 1
            if stream is None:
                raise ValueError("a film has at least one picture")
            container.mux(stream.encode())
    except av.FFmpegError as error:
        raise OSError(f"{path}: the film could not be written ({error})") from error
    return count


def _write_gif(path: Path, pictures: Iterable[np.ndarray], fps: int, text: str) -> int:
    from PIL import Image

    count = 0

    def counted() -> Iterable[Image.Image]:
        nonlocal count
        for picture in pictures:
            count += 1
            yield Image.fromarray(picture).quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)

    frames = iter(counted())
    first = next(frames, None)
    if first is None:
        raise ValueError("a film has at least one picture")
    first.save(
        path, "GIF", save_all=True, append_images=frames, duration=round(1000 / fps), loop=0, comment=text.encode()
    )
    return count


def _gif_comment(path: Path) -> str:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            comment = image.info.get("comment", b"")
    except (UnidentifiedImageError, OSError):
        return ""
    return comment.decode(errors="replace") if isinstance(comment, bytes) else str(comment)
