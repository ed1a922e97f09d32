"""The window's frame: size, OpenGL, docked panels, idling; what the panels show is the Studio's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from imgui_bundle import hello_imgui, imgui, immapp

TITLE = "EpiGRAF Studio"
SIZE = (1280, 800)
# What a first start takes where the screen has room for it: more of each panel is seen.
ROOMY, SHARE_OF_SCREEN = (1720, 1040), 0.92
# Nobody does anything and nothing changes: the window still draws so many frames a second, for what ages by itself.
IDLE_FPS = 0.5
ACTIVE_FPS = 60.0
ACTIVE_SECONDS = 0.5

TRAIN, RUNS, VIEWPORT, LATENT, CAMERA, COMPARE = "Train", "Runs", "Viewport", "Latent", "Camera", "Compare"
CURVES, PATCHES, MODULATION, LOG, SAMPLES = "Curves", "Patch scales", "Modulation", "Log", "Samples"
PERFORMANCE, TIMELINE, GEOMETRY = "Performance", "Timeline", "Geometry"
PLANES, RAY_PROBE, SCORE_MAP = "Tri-planes", "Ray probe", "Score map"
PATCH_VIEW, HEALTH = "Patch view", "Health"
DATA = "Data"
MAIN = "MainDockSpace"
# The little triangle on every tab bar offers nothing that the View menu does not.
PLAIN = imgui.internal.DockNodeFlagsPrivate_.no_window_menu_button.value  # `|` of the enum fails in Python 3.11.2
# Panel: where it is docked.
PLACES: dict[str, str] = {
    TRAIN: "left",
    RUNS: "left",
    VIEWPORT: MAIN,
    LATENT: "right",
    CAMERA: "right below",
    CURVES: "bottom",
    PATCHES: "bottom",
    MODULATION: "bottom",
    LOG: "bottom",
    SAMPLES: "bottom right",
    COMPARE: "right below",  # last: the others keep their keys
    TIMELINE: "bottom",
    PERFORMANCE: "bottom",
    GEOMETRY: MAIN,
    PLANES: "bottom right",
    RAY_PROBE: "bottom",
    SCORE_MAP: MAIN,
    PATCH_VIEW: "bottom",
    HEALTH: "bottom",
    DATA: MAIN,
}
# Panels that look inside networks, samples and training: a group of their own in the View menu.
INSIDE = frozenset({PATCHES, MODULATION, PATCH_VIEW, HEALTH, SCORE_MAP, PLANES, RAY_PROBE, GEOMETRY})
# Panels that are there when somebody asks for them.
HIDDEN = frozenset({PERFORMANCE, GEOMETRY, PLANES, RAY_PROBE, SCORE_MAP, PATCH_VIEW, HEALTH, DATA})


def first_size(screen: tuple[int, int]) -> tuple[int, int]:
    """How large the window is when it is first opened; later it is as it was left.

    Args:
        screen: Width and height of what the desktop leaves free, screen coordinates.
    """
    width, height = (
        max(least, min(most, int(SHARE_OF_SCREEN * room)))
        for least, most, room in zip(SIZE, ROOMY, screen, strict=True)
    )
    return width, height


def runner_params(
    panels: Mapping[str, Callable[[], None]], layout_file: Path | None, style: Callable[[], None], scale: float = 1.0
) -> hello_imgui.RunnerParams:
    """Parameters of the window.

    Args:
        panels: What draws each panel of PLACES.
        layout_file: Where the layout is kept; None keeps none.
        style: Sets colours and metrics.
        scale: Of the interface.
    """
    params = hello_imgui.RunnerParams()
    params.app_window_params.window_title = TITLE
    params.app_window_params.window_geometry.size = SIZE
    params.app_window_params.restore_previous_geometry = True
    params.renderer_backend_options.open_gl_options = opengl_options()
    window = params.imgui_window_params
    window.default_imgui_window_type = hello_imgui.DefaultImGuiWindowType.provide_full_screen_dock_space
    window.show_menu_bar = True
    window.show_menu_app = window.show_menu_view = False  # app/menu.py draws them
    window.show_status_bar = True
    window.show_status_fps = False
    window.remember_status_bar_settings = False
    window.remember_theme = False
    params.fps_idling.fps_idle = IDLE_FPS
    params.fps_idling.fps_max = ACTIVE_FPS
    params.fps_idling.time_active_after_last_event = ACTIVE_SECONDS
    params.callbacks.default_icon_font = hello_imgui.DefaultIconFont.font_awesome6
    params.callbacks.setup_imgui_style = style
    _dock(params.docking_params, panels, scale)
    if layout_file is None:
        params.ini_disable = True
    else:
        params.ini_folder_type = hello_imgui.IniFolderType.absolute_path
        params.ini_filename = str(layout_file)
    return params


def addons() -> immapp.AddOnsParams:
    """What the toolkit loads beside ImGui."""
    return immapp.AddOnsParams(with_implot=True)


def opengl_options(minimal: bool = False) -> hello_imgui.OpenGlOptions:
    """Which OpenGL is asked for: 4.3 has compute; 3.3 is enough, and macOS ends at 4.1."""
    options = hello_imgui.OpenGlOptions()
    newest = (4, 1) if sys.platform == "darwin" else (4, 3)
    options.major_version, options.minor_version = (3, 3) if minimal else newest
    options.use_core_profile = options.use_forward_compat = True
    # Multisampling would halve the frame rate and smooth nothing here: ImGui smooths its own edges.
    options.anti_aliasing_samples = 0
    return options


def splits(scale: float = 1.0) -> list[hello_imgui.DockingSplit]:
    """How the window is divided at first, for a scale of the interface: larger text needs larger side panels."""
    split, way = hello_imgui.DockingSplit, imgui.Dir
    return [
        split(MAIN, "left", way.left, min(0.25 * scale, 0.3), PLAIN),
        split(MAIN, "bottom", way.down, min(0.38 * scale, 0.46), PLAIN),
        split("bottom", "bottom right", way.right, 0.42, PLAIN),
        split(MAIN, "right", way.right, min(0.33 * scale, 0.42), PLAIN),
        split("right", "right below", way.down, 0.48, PLAIN),
    ]


def _dock(docking: hello_imgui.DockingParams, panels: Mapping[str, Callable[[], None]], scale: float) -> None:
    docking.main_dock_space_node_flags |= PLAIN
    docking.docking_splits = splits(scale)
    windows = []
    for label, place in PLACES.items():
        window = hello_imgui.DockableWindow(label, place, panels[label])
        window.is_visible = label not in HIDDEN
        window.can_be_closed = False  # the View menu hides panels; crosses on every tab only tempt
        windows.append(window)
    docking.dockable_windows = windows
