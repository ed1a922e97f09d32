"""What draws: the graphics device by name."""

from __future__ import annotations

import re

from OpenGL import GL

LONGEST = 28


def device_name() -> str:
    """The name of the graphics device, without what only drivers want to know.  Needs a current context."""
    raw = GL.glGetString(GL.GL_RENDERER)
    return short_name(raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw or ""))


def driver_details() -> str:
    """Device, vendor and version of OpenGL as the driver says them, for reports.  Needs a current context."""
    raw = [GL.glGetString(name) for name in (GL.GL_RENDERER, GL.GL_VENDOR, GL.GL_VERSION)]
    return "; ".join(each.decode(errors="replace") if isinstance(each, bytes) else str(each or "?") for each in raw)


def short_name(text: str) -> str:
    """Without bus and version: NVIDIA GeForce RTX 3090/PCIe/SSE2 -> NVIDIA GeForce RTX 3090."""
    name = re.split(r"[/(,]", text)[0].strip()
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
