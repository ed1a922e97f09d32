"""What metrics are, in a few words with their unit: the help of the board's columns (docs/metrics.md)."""

from __future__ import annotations

# By how names begin; the longest that fits counts.
WORDS = {
    "fid": "Fréchet distance of Inception features; lower is better",
    "kid": "kernel distance of Inception features; lower is better",
    "frechet_random": "Fréchet distance of random features; lower is better",
    "density": "how densely fakes lie among reals, about 1 between equal sets; higher is better",
    "coverage": "part of the reals with a fake nearby; higher is better",
    "wasserstein": "sliced Wasserstein distance of patches at so many pixels, times 1000; lower is better",
    "mask_iou": "soft IoU of mean silhouettes; higher is better",
    "reprojection_picture": "colour difference of close views as shown, after an upsampler, in steps of 1/255; lower "
    "is better, and as good as possible is reprojection_rays",
    "reprojection_rays": "colour difference of close views as rays see the field, in steps of 1/255; lower is better",
    "reprojection_unrelated": "the same with another sample's picture, in steps of 1/255: the scale of the other two",
    "reprojection_visible": "part of the surface whose depth two close views agree on; higher is better",
    "relief": "thickness over width of surfaces: 0 is a plane, 0.47 a sphere",
}


def metric_help(name: str) -> str:
    """What a metric is; empty if it is not known.  name: without its head."""
    known = [head for head in WORDS if name.startswith(head)]
    return WORDS[max(known, key=len)] if known else ""
