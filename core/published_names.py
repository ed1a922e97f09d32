"""Names of parameters in the published implementation, and what they are called here (METHOD: Conventions)."""

from __future__ import annotations

# Beginnings of names; the first that fits is replaced.
RENAMED = {
    "synthesis.tri_plane_decoder.": "backbone.",
    "synthesis.tri_plane_mlp.model.0.": "decoder.hidden.",
    "synthesis.tri_plane_mlp.model.1.": "decoder.out.",
    "scalar_enc.const_embed.": "patch_embedding.table.",
    "hyper_mod_mapping.": "hypernetwork.",
    "synthesis.bg_model.": "background.",
}
# Buffers that follow from the architecture; ours are computed.
CONSTANTS = ("resample_filter", "fourier_coefs")
# Buffers that only ours have; they begin as they are.
OURS_ALONE = ("mapping.camera_avg",)


def our_name(published: str) -> str:
    """Our name of a published parameter."""
    for old, new in RENAMED.items():
        if published.startswith(old):
            return new + published.removeprefix(old)
    return published


def published_name(ours: str) -> str:
    """The published name of a parameter of ours."""
    for old, new in RENAMED.items():
        if ours.startswith(new):
            return old + ours.removeprefix(new)
    return ours


def has_no_influence(name: str) -> bool:
    """Whether a published parameter that our networks lack changes nothing.

    Those are the constants, and the `fromrgb` which every published block owns, although only the first one's is used.
    """
    return name.endswith(CONSTANTS) or name.split(".")[1:2] == ["fromrgb"]
