"""Behind the Data panel: a data set that is opened on a thread, read in a process, and fitted with cameras."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from app.data.data_jobs import DataJobs
from app.data.data_reading import OpenedData, PictureReading, open_data
from app.data.data_thumbnails import DataThumbnails
from app.dialogs import DialogKind, PathDialog
from app.export.thumbnails import Thumbnails
from app.form.form_checks import data_path
from app.paths import cache_dir, user_path
from app.runs.train_controller import TrainController
from app.workers.loader import Loader, LoadFailure
from training.ray_fit import RayFit, edge_fov, filling_scale, fitted_rays, needed_cube_scale, seen_scale
from widgets.data import DataPanel
from widgets.data_view import (
    BrowseData,
    CancelMaking,
    DataForm,
    DataIntent,
    DataView,
    MakeItem,
    RaysView,
    ReadAgain,
    StartMaking,
    StopReading,
    TakePath,
    TakeRays,
)
from widgets.picture import Picture
from widgets.setting_view import Changes, without_changes

if TYPE_CHECKING:
    from training.data_survey import Survey

log = logging.getLogger(__name__)

RENDER = "generator.render."
RAYS = ("fov", "radius", "near", "far", "cube_scale")
# Angle of view of what says none, degrees, and distance of the cameras (METHOD: Cameras).
USUAL_FOV, USUAL_RADIUS = 30.0, 1.0
# So many pictures may show an object further out than is taken for its outline: cut off, or not on a plain ground.
OUTLIERS = 1.0


class DataDesk:
    """Made when somebody first looks at the panel.  All methods are called on the window's thread.

    Args:
        train: Whose form says what is trained on.
        wake: Called from threads when a frame should be drawn.

    Attributes:
        form: What is chosen in the panel.
        reading: Of all pictures.
        pictures: Small ones.
        jobs: Data sets that are made.
    """

    def __init__(self, train: TrainController, wake: Callable[[], None]) -> None:
        self._train, self._paths = train, PathDialog()
        self.form = DataForm()
        self._panel = DataPanel()
        self._previews = TemporaryDirectory(prefix="epigraf-previews-")
        self._opened: Loader[tuple[str, int], OpenedData] = Loader(lambda key: open_data(key[0]), wake)
        self.reading = PictureReading(cache_dir() / "data", wake)
        self.pictures, self._sheets = DataThumbnails(wake), Thumbnails(wake)
        self.jobs = DataJobs(Path(self._previews.name), wake)
        self._revision = 0
        self._fits: tuple[object, RaysView] | None = None

    def update(self) -> None:
        """Nothing happens while nobody looks."""

    def draw(self) -> None:
        """The panel is seen: draw it, and read what it lacks."""
        asked, problem = self._asked()
        opened = self._opened.get((asked, self._revision)) if asked else None
        if isinstance(opened, LoadFailure):
            opened, problem = None, opened.message
        if opened is not None:
            self.reading.want(opened)
        self.pictures.show(opened.facts.path if opened is not None else None)
        self.form, intents = self._panel.draw(self.form, self._view(asked, opened, problem))
        for intent in intents:
            self._handle(intent)
        chosen = self._paths.poll()
        if chosen is not None:
            self.take(*chosen)

    def front(self, tab: str) -> None:
        """Bring a view of the panel to the front."""
        self._panel.front = tab

    def take(self, kind: DialogKind, path: str) -> None:
        """Take a path that was chosen."""
        make = self.form.make
        match kind:
            case "look zip" | "look folder":
                self.form = DataForm(path=path, make=make)
            case "source zip" | "source folder":
                self.form = replace(self.form, make=replace(make, source=path))
            case "poses file":
                self.form = replace(self.form, make=replace(make, poses=path))
            case _:
                pass  # nothing that this panel asks for

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        self.pictures.free_gpu()
        self._sheets.free_gpu()

    def close(self) -> None:
        """End threads and processes."""
        self.jobs.close()
        for each in (self.reading, self.pictures, self._sheets, self._opened):
            each.close()
        self._previews.cleanup()

    def _asked(self) -> tuple[str, str]:
        """The data set that is looked at, and why there is none."""
        try:
            if self.form.path:
                return str(user_path(self.form.path)), ""
            form = self._train.form
            own = form.choice == "own" and not form.data_path
            return "" if own else str(data_path(form)), ""
        except ValueError as error:
            return "", str(error)

    def _view(self, asked: str, opened: OpenedData | None, problem: str) -> DataView:
        view = DataView(asked, problem=problem, made=self.jobs.items, preview=self._preview)
        if opened is None:
            return view
        found = self.reading.found
        try:
            in_form = opened.facts.path == data_path(self._train.form)
        except ValueError:
            in_form = False
        return replace(
            view,
            facts=opened.facts,
            reading=self.reading.fraction,
            read=found is not None,
            stopped=self.reading.problem,
            findings=opened.findings if found is None else found.findings,
            broken=() if found is None else tuple(text for _, text in found.survey.broken),
            rays=self._rays(opened, None if found is None else found.survey),
            picture=self.pictures.get,
            in_form=in_form,
        )

    def _preview(self, item: MakeItem) -> Picture | None:
        stamp = item.fraction  # a sheet of meshes grows
        return None if item.preview is None else self._sheets.get(item.preview, stamp)

    def _rays(self, opened: OpenedData, found: Survey | None) -> RaysView:
        """The fit, made anew only when something of it has changed."""
        values = self._train.view().form.settings.values
        current = _rays_of(values)
        boxed = values.get(f"{RENDER}bounds") == "box"
        key = (self.form.rays, opened.info.fingerprint, found is None, current, boxed)
        if self._fits is None or self._fits[0] != key:
            self._fits = key, replace(fit_rays(self.form, opened, found, current), boxed=boxed)
        return self._fits[1]

    def _handle(self, intent: DataIntent) -> None:
        match intent:
            case BrowseData(kind):
                self._paths.open(kind, self._asked()[0] if kind.startswith("look") else self.form.make.source)
            case ReadAgain():
                self._revision += 1
                self.reading.forget()
            case StopReading():
                self.reading.stop()
            case TakePath(path):
                self._train.edit(replace(self._train.form, choice="own", data_path=str(path)), ())
            case TakeRays(rays):
                form = self._train.form
                self._train.edit(replace(form, changes=with_rays(form.changes, rays)), ())
            case StartMaking():
                self._start()
            case CancelMaking(number):
                self.jobs.cancel(number)

    def _start(self) -> None:
        try:
            self.jobs.start(self.form.make)
        except ValueError as error:
            log.error("%s", error)


def fit_rays(form: DataForm, opened: OpenedData, found: Survey | None, current: RayFit | None) -> RaysView:
    """The proposal for a data set, and what it begins with.

    Args:
        form: What somebody has filled in.
        opened: The data set.
        found: Of its pictures, if they were read: outlines tell how large objects are.
        current: What the next run would have.
    """
    info, filled, angles = opened.info, form.rays, opened.facts.angles
    fov, said = (info.fov, "as the data set says") if info.fov is not None else (USUAL_FOV, "a usual value: not known")
    radius, told = (info.radius, said) if info.radius is not None else (USUAL_RADIUS, "the usual unit of length")
    used_fov, used_radius = filled.fov or fov, filled.radius or radius
    scale, seen = _scale(opened, found, used_fov, used_radius)
    fit = fitted_rays(used_fov, used_radius, filled.scale or scale, angles)
    needed = None
    if current is not None:
        needed = needed_cube_scale(current.fov, current.radius, current.near, current.far, angles)
    return RaysView((fov, radius, scale), (said, told, seen), fit, current, needed)


def _scale(opened: OpenedData, found: Survey | None, fov: float, radius: float) -> tuple[float, str]:
    """Radius of the objects, and where it is from."""
    if opened.info.scale is not None:
        return opened.info.scale, "as the data set says"
    extent = np.empty(0) if found is None else found.extent[np.isfinite(found.extent)]
    if len(extent) >= 0.9 * len(opened.facts.names) > 0:
        reach = float(np.percentile(extent, 100 - OUTLIERS))
        return seen_scale(reach, fov, radius), "from the outlines in the pictures"
    return filling_scale(edge_fov(fov, opened.facts.resolution), radius), "what fills the picture"


def _rays_of(values: Mapping[str, object]) -> RayFit | None:
    """The cameras among resolved settings; None while they are not known."""
    found = [values.get(RENDER + name) for name in RAYS]
    numbers = [float(value) for value in found if isinstance(value, int | float)]
    return RayFit(*numbers) if len(numbers) == len(RAYS) else None


def with_rays(changes: Changes, rays: RayFit) -> Changes:
    """Changes of the form with these cameras in them."""
    names = tuple(RENDER + name for name in RAYS)
    values = (rays.fov, rays.radius, rays.near, rays.far, rays.cube_scale)
    return (*without_changes(changes, names), *zip(names, values, strict=True))
