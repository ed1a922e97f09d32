"""Names of parameters in the published implementations, and what they are called here (METHOD: Conventions)."""

from __future__ import annotations

from collections.abc import Mapping

# Beginnings of names; the first that fits is replaced.
RENAMED = {
    "synthesis.tri_plane_decoder.": "backbone.",
    "synthesis.tri_plane_mlp.model.0.": "decoder.hidden.",
    "synthesis.tri_plane_mlp.model.1.": "decoder.out.",
    "scalar_enc.const_embed.": "patch_embedding.table.",
    "hyper_mod_mapping.": "hypernetwork.",
    "synthesis.bg_model.": "background.",
}
EG3D_RENAMED = {
    "backbone.synthesis.": "backbone.",
    "backbone.mapping.": "mapping.",
    "decoder.net.0.": "decoder.hidden.",
    "decoder.net.2.": "decoder.out.",
    "superresolution.": "upsampler.",
}
EG3D_JUDGE_RENAMED = {"mapping.": "head_mapping."}
# Buffers that follow from the architecture; ours are computed.
CONSTANTS = ("resample_filter", "fourier_coefs", "plane_axes")
# Buffers that only ours have; they begin as they are.
OURS_ALONE = ("mapping.camera_avg",)


def our_name(published: str, renamed: Mapping[str, str] = RENAMED) -> str:
    """Our name of a published parameter."""
    for old, new in renamed.items():
        if published.startswith(old):
            return new + published.removeprefix(old)
    return published


def published_name(ours: str, renamed: Mapping[str, str] = RENAMED) -> str:
    """The published name of a parameter of ours."""
    for old, new in renamed.items():
        if ours.startswith(new):
            return old + ours.removeprefix(new)
    return ours


def has_no_influence(name: str) -> bool:
    """Whether a published parameter that our networks lack changes nothing.

    Those are the constants, and the `fromrgb` which every published block owns, although only the first one's is used.
    """
    return name.endswith(CONSTANTS) or name.split(".")[1:2] == ["fromrgb"]
