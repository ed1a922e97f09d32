"""Textures on the GPU: the volume that is sampled and the picture that is drawn."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from OpenGL import GL

from app.gl.errors import forget_errors
from app.gl.state import texture_state

# The texture units of what lies behind the field, and of the cells that are empty.
SURROUND_UNIT, EMPTY_UNIT = 1, 2
TargetKind = Literal["screen", "float"]
# Half floats for the screen: means of many pictures are not rounded to 8 bits on the way.
# Internal format, its name in shaders, bytes of a texel.
_TARGET_FORMATS = {"screen": (GL.GL_RGBA16F, "rgba16f", 8), "float": (GL.GL_RGBA32F, "rgba32f", 16)}


@dataclass(frozen=True)
class TexelLayout:
    """What a stack of texels holds and how it is read.

    Attributes:
        kind: OpenGL's target: a volume, or layers of an array.
        texels: Internal format, format and type of a texel.
        dtype: Of the arrays that are uploaded.
        filter: Between texels.
        wrap: What lies beside them.
    """

    kind: Any
    texels: tuple[Any, Any, Any]
    dtype: type[np.generic]
    filter: Any
    wrap: Any


HALF_RGBA = (GL.GL_RGBA16F, GL.GL_RGBA, GL.GL_HALF_FLOAT)
WHOLE_NUMBERS = (GL.GL_R8UI, GL.GL_RED_INTEGER, GL.GL_UNSIGNED_BYTE)
# [depth z, height y, width x, 4], float16: a baked volume, clamped at its edges.
VOLUME = TexelLayout(GL.GL_TEXTURE_3D, HALF_RGBA, np.float16, GL.GL_LINEAR, GL.GL_CLAMP_TO_EDGE)
# [z, y, x], uint8: small whole numbers, fetched cell by cell.
CELLS = TexelLayout(GL.GL_TEXTURE_3D, WHOLE_NUMBERS, np.uint8, GL.GL_NEAREST, GL.GL_CLAMP_TO_EDGE)
# [layers, height, width, 4], float16: the planes of a field, zero beside them.
PLANES = TexelLayout(GL.GL_TEXTURE_2D_ARRAY, HALF_RGBA, np.float16, GL.GL_LINEAR, GL.GL_CLAMP_TO_BORDER)


class TexelStack:
    """A texture of many layers of one layout, replaced as a whole."""

    def __init__(self, layout: TexelLayout) -> None:
        self._layout, self._id = layout, int(GL.glGenTextures(1))
        self._shape: tuple[int, ...] | None = None

    def upload(self, values: np.ndarray, *, inside: bool = False) -> None:
        """Replace the content by an array of the layout.

        Args:
            values: The array.
            inside: Nobody looks beside the outermost texel centres: software renderers are quicker without a border.

        Raises:
            ValueError: This GPU has no room for it.
        """
        forget_errors()
        layout, (depth, height, width) = self._layout, values.shape[:3]
        kind, (internal, form, part) = layout.kind, layout.texels
        self._require_room(depth, height, width)
        values = np.ascontiguousarray(values, layout.dtype)
        # A bare address: PyOpenGL has no array handler for half floats.
        pixels = ctypes.c_void_p(values.ctypes.data)
        with texture_state():
            GL.glBindTexture(kind, self._id)
            for axis in (GL.GL_TEXTURE_WRAP_S, GL.GL_TEXTURE_WRAP_T, GL.GL_TEXTURE_WRAP_R):
                GL.glTexParameteri(kind, axis, GL.GL_CLAMP_TO_EDGE if inside else layout.wrap)
            if values.shape == self._shape:
                GL.glTexSubImage3D(kind, 0, 0, 0, 0, width, height, depth, form, part, pixels)
                return
            self._set_filters()
            GL.glTexImage3D(kind, 0, internal, width, height, depth, 0, form, part, pixels)
            self._shape = values.shape

    @property
    def nbytes(self) -> int:
        """Memory that the texels take."""
        return 0 if self._shape is None else math.prod(self._shape) * np.dtype(self._layout.dtype).itemsize

    def allocate(self, resolution: int) -> None:
        """Make room for a volume of so many texels along an edge.  Raises ValueError if this GPU has none."""
        forget_errors()
        layout, shape = self._layout, (resolution, resolution, resolution, 4)
        if shape == self._shape:
            return
        self._require_room(resolution, resolution, resolution)
        internal, form, part = layout.texels
        with texture_state():
            GL.glBindTexture(layout.kind, self._id)
            self._set_filters()
            for axis in (GL.GL_TEXTURE_WRAP_S, GL.GL_TEXTURE_WRAP_T, GL.GL_TEXTURE_WRAP_R):
                GL.glTexParameteri(layout.kind, axis, layout.wrap)
            GL.glTexImage3D(layout.kind, 0, internal, resolution, resolution, resolution, 0, form, part, None)
        self._shape = shape

    def attach(self, layer: int) -> None:
        """Draw to one of the layers from now on, with the framebuffer that is bound."""
        GL.glFramebufferTextureLayer(GL.GL_DRAW_FRAMEBUFFER, GL.GL_COLOR_ATTACHMENT0, self._id, 0, layer)

    def _set_filters(self) -> None:
        kind = self._layout.kind
        GL.glTexParameteri(kind, GL.GL_TEXTURE_MIN_FILTER, self._layout.filter)
        GL.glTexParameteri(kind, GL.GL_TEXTURE_MAG_FILTER, self._layout.filter)
        GL.glTexParameteri(kind, GL.GL_TEXTURE_MAX_LEVEL, 0)
        GL.glTexParameterfv(kind, GL.GL_TEXTURE_BORDER_COLOR, np.zeros(4, np.float32))

    def bind(self, unit: int = 0) -> None:
        """Bind to a texture unit (inside `drawing_state`, which knows units 0 to 2); unit 0 is active afterwards."""
        GL.glActiveTexture(GL.GL_TEXTURE0 + unit)
        GL.glBindTexture(self._layout.kind, self._id)
        GL.glActiveTexture(GL.GL_TEXTURE0)

    def close(self) -> None:
        """Free the texture."""
        if self._id:
            GL.glDeleteTextures([self._id])
            self._id = 0

    def _require_room(self, depth: int, height: int, width: int) -> None:
        if self._layout.kind == GL.GL_TEXTURE_3D:
            limit = int(GL.glGetIntegerv(GL.GL_MAX_3D_TEXTURE_SIZE))
            if max(depth, height, width) > limit:
                shape = (depth, height, width)
                raise ValueError(f"a volume of {shape} voxels: this GPU takes {limit} a side; bake it coarser")
            return
        layers, texels = (
            int(GL.glGetIntegerv(name)) for name in (GL.GL_MAX_ARRAY_TEXTURE_LAYERS, GL.GL_MAX_TEXTURE_SIZE)
        )
        if depth > layers or max(height, width) > texels:
            raise ValueError(
                f"planes of {depth} layers with {width} x {height} texels: this GPU takes {layers} layers of {texels}; "
                "look at the baked volume instead"
            )


class PictureTarget:
    """A texture that can be drawn to, shown and read back.

    The texture's identity stays the same whatever its size. Its alpha channel holds opacity for read-back, but is 1
    where it is sampled: shown in a window, the picture must not be blended with what lies below.
    """

    def __init__(self, kind: TargetKind) -> None:
        self._format, self.texels, self._texel_bytes = _TARGET_FORMATS[kind]
        self.texture = int(GL.glGenTextures(1))
        self._framebuffer = int(GL.glGenFramebuffers(1))
        self.size = (0, 0)

    @property
    def nbytes(self) -> int:
        """Memory that the picture takes."""
        return self.size[0] * self.size[1] * self._texel_bytes

    def bind(self, width: int, height: int) -> None:
        """Draw to it from now on, at this size in pixels (inside `drawing_state`)."""
        if (width, height) != self.size:
            self._allocate(width, height)
        GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, self._framebuffer)
        GL.glViewport(0, 0, width, height)

    def bind_image(self) -> None:
        """Let a compute shader read and write its texels, as image 0."""
        GL.glBindImageTexture(0, self.texture, 0, GL.GL_FALSE, 0, GL.GL_READ_WRITE, self._format)

    def release_image(self) -> None:
        """End `bind_image`."""
        GL.glBindImageTexture(0, 0, 0, GL.GL_FALSE, 0, GL.GL_READ_WRITE, self._format)

    def read(self) -> np.ndarray:
        """The picture, top row first.  [height, width, 4], float32."""
        width, height = self.size
        pixels = np.empty((height, width, 4), np.float32)
        if pixels.size == 0:
            return pixels
        forget_errors()
        before = int(GL.glGetIntegerv(GL.GL_READ_FRAMEBUFFER_BINDING))
        buffer = int(GL.glGetIntegerv(GL.GL_PIXEL_PACK_BUFFER_BINDING))
        try:
            # llvmpipe reads on while it still draws what an earlier frame of the window has begun.
            GL.glFinish()
            GL.glBindBuffer(GL.GL_PIXEL_PACK_BUFFER, 0)
            GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._framebuffer)
            # Rows of four bytes or more: packed tightly under OpenGL's default alignment of 4.
            GL.glReadPixels(0, 0, width, height, GL.GL_RGBA, GL.GL_FLOAT, pixels)
        finally:
            GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, before)
            GL.glBindBuffer(GL.GL_PIXEL_PACK_BUFFER, buffer)
        return np.ascontiguousarray(pixels[::-1])

    def read_bytes(self) -> np.ndarray:
        """The picture as the screen shows it, top row first.  [height, width, 4], uint8."""
        return np.round(255 * np.clip(np.nan_to_num(self.read()), 0, 1)).astype(np.uint8)

    def wait(self) -> None:
        """Wait until it is drawn, by reading one pixel: some drivers return from glFinish early."""
        if self.size == (0, 0):
            return
        before = int(GL.glGetIntegerv(GL.GL_READ_FRAMEBUFFER_BINDING))
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, self._framebuffer)
        GL.glReadPixels(0, 0, 1, 1, GL.GL_RGBA, GL.GL_FLOAT, np.empty(4, np.float32))
        GL.glBindFramebuffer(GL.GL_READ_FRAMEBUFFER, before)

    def close(self) -> None:
        """Free texture and framebuffer."""
        if self.texture:
            GL.glDeleteFramebuffers(1, [self._framebuffer])
            GL.glDeleteTextures([self.texture])
            self.texture = 0

    def _allocate(self, width: int, height: int) -> None:
        flat = GL.GL_TEXTURE_2D
        GL.glBindTexture(flat, self.texture)
        for name, value in (
            (GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR),
            (GL.GL_TEXTURE_MAG_FILTER, GL.GL_LINEAR),
            (GL.GL_TEXTURE_WRAP_S, GL.GL_CLAMP_TO_EDGE),
            (GL.GL_TEXTURE_WRAP_T, GL.GL_CLAMP_TO_EDGE),
            (GL.GL_TEXTURE_MAX_LEVEL, 0),
            (GL.GL_TEXTURE_SWIZZLE_A, GL.GL_ONE),
        ):
            GL.glTexParameteri(flat, name, value)
        GL.glTexImage2D(flat, 0, self._format, width, height, 0, GL.GL_RGBA, GL.GL_FLOAT, None)
        GL.glBindFramebuffer(GL.GL_DRAW_FRAMEBUFFER, self._framebuffer)
        GL.glFramebufferTexture2D(GL.GL_DRAW_FRAMEBUFFER, GL.GL_COLOR_ATTACHMENT0, flat, self.texture, 0)
        status = GL.glCheckFramebufferStatus(GL.GL_DRAW_FRAMEBUFFER)
        if status != GL.GL_FRAMEBUFFER_COMPLETE:
            raise RuntimeError(f"this GPU cannot draw to a picture of {width} x {height} (status {int(status):#x})")
        self.size = (width, height)
