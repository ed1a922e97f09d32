"""Makes a data set of pictures or meshes: `epigraf data convert` and `meshes` as a form."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from widgets.common import button, coloured, em, icon_button, icons, path_input, row, sentence
from widgets.data_view import (
    BrowseData,
    CancelMaking,
    DataForm,
    DataIntent,
    DataView,
    MakeForm,
    MakeItem,
    MakeKind,
    Paper,
    StartMaking,
    TakePath,
    Unit,
)
from widgets.quality import choice

KINDS: dict[MakeKind, str] = {
    "pictures": "pictures",
    "meshes": "meshes, rendered from all around",
}
PAPERS: dict[Paper, str] = {"white": "white", "black": "black"}
UNITS: dict[Unit, str] = {"titles": "as its titles say", "degrees": "degrees", "radians": "radians"}
SIZES = {0: "as large as the pictures allow", 64: "64 px", 128: "128 px", 256: "256 px", 512: "512 px", 1024: "1024 px"}
VIEWS = {count: f"{count}" for count in (16, 32, 64, 128, 256)}
WIDTH = 34.0


def draw(form: DataForm, view: DataView, intents: list[DataIntent]) -> DataForm:
    """Draw the form and what is being made.  Returns what is now filled in."""
    imgui.begin_child("make")
    imgui.begin_child("make form", ImVec2(min(imgui.get_content_region_avail().x, em(WIDTH)), 0),
                      imgui.ChildFlags_.auto_resize_y)  # fmt: skip
    make = _form(form.make, intents)
    label = f"{icons.ICON_FA_WAND_MAGIC_SPARKLES}  Make data set###start making"
    if button(label, bool(make.source), "" if make.source else "Say of what first", primary=True):
        intents.append(StartMaking())
    imgui.end_child()
    form = replace(form, make=make)
    for item in view.made:
        imgui.separator()
        form = _made(form, item, view, intents)
    imgui.end_child()
    return form


def _form(make: MakeForm, intents: list[DataIntent]) -> MakeForm:
    usual = MakeForm()
    make = replace(make, kind=choice("Of", "What there is to begin with", make.kind, KINDS, usual.kind))
    row("Source", "Folder, or for pictures also a zip", tail=1 if make.kind == "meshes" else 2)
    make = replace(make, source=path_input("##source", "folder or zip", make.source))
    if make.kind == "pictures" and icon_button(icons.ICON_FA_FILE_ZIPPER, "source zip", "Choose a zip"):
        intents.append(BrowseData("source zip"))
    if icon_button(icons.ICON_FA_FOLDER_OPEN, "source folder", "Choose a folder"):
        intents.append(BrowseData("source folder"))
    hint = "Pixels along a side; training wants a power of two"
    sizes = SIZES if make.kind == "pictures" else {0: "64 px", **{size: SIZES[size] for size in (128, 256, 512)}}
    size = make.resolution if make.resolution in sizes else 0
    make = replace(make, resolution=choice("Size", hint, size, sizes, usual.resolution))
    make = _pictures(make, usual, intents) if make.kind == "pictures" else _meshes(make, usual)
    row("Save as", "A name that ends in .zip, or a folder; empty for one beside the source")
    make = replace(make, out=path_input("##out", "beside the source", make.out))
    force = imgui.checkbox("Replace a data set of that name", make.force)[1]
    return replace(make, force=force)


def _pictures(make: MakeForm, usual: MakeForm, intents: list[DataIntent]) -> MakeForm:
    hint = "Below what is transparent"
    make = replace(make, paper=choice("Background", hint, make.paper, PAPERS, usual.paper))
    row("Poses", "dataset.json (EpiGRAF or EG3D), transforms.json (NeRF) or CSV; empty looks for one", tail=1)
    make = replace(make, poses=path_input("##poses", "found in the source", make.poses))
    if icon_button(icons.ICON_FA_FILE, "poses file", "Choose a file of poses"):
        intents.append(BrowseData("poses file"))
    if make.poses.lower().endswith(".csv"):
        hint = "Of a CSV's angles, unless its titles are yaw_deg, pitch_rad and so on"
        make = replace(make, unit=choice("Unit", hint, make.unit, UNITS, usual.unit))
    row("Turn", "Added to every yaw, so that fronts are at yaw 0: else mirrored copies show another side")
    changed, turn = imgui.drag_float("##turn yaw", make.turn, 1.0, -180, 180, "%.0f°")
    if changed:
        make = replace(make, turn=min(max(turn, -180.0), 180.0))
    mirror = imgui.checkbox("Mirrored copies, with the yaw negated", make.mirror)[1]
    imgui.set_item_tooltip("The trainer can do the same (data.mirror): only one of the two")
    return replace(make, mirror=mirror)


def _meshes(make: MakeForm, usual: MakeForm) -> MakeForm:
    make = replace(make, views=choice("Views", "Pictures of each mesh", make.views, VIEWS, usual.views))
    row("Processes", "How many render at a time; each needs a few hundred MB")
    changed, jobs = imgui.drag_int("##jobs", make.jobs, 0.05, 1, 64)
    return replace(make, jobs=min(max(jobs, 1), 64)) if changed else make


def _made(form: DataForm, item: MakeItem, view: DataView, intents: list[DataIntent]) -> DataForm:
    """One data set that is made: how far it is, its first pictures, and what to do with it."""
    imgui.push_id(item.number)
    imgui.align_text_to_frame_padding()
    imgui.text(item.path.name)
    imgui.set_item_tooltip(str(item.path))
    imgui.same_line()
    if item.state in ("waiting", "working"):
        if button(f"{icons.ICON_FA_XMARK}###cancel making", True, "Give it up"):
            intents.append(CancelMaking(item.number))
        imgui.same_line()
        imgui.progress_bar(item.fraction, ImVec2(-1, 0), item.text or "waiting")
    elif item.state == "done":
        if button(f"{icons.ICON_FA_ARROW_RIGHT}  Train on it###train on", tooltip="Let the Train form name it"):
            intents.append(TakePath(item.path))
        imgui.same_line()
        if button(f"{icons.ICON_FA_MAGNIFYING_GLASS}  Look at it###look at", tooltip="In this panel"):
            form = replace(form, path=str(item.path), only=(), only_words="", chosen=None)
        coloured(item.text, "quiet")
    else:
        coloured(sentence(item.text), "error" if item.state == "failed" else "quiet")
    sheet = view.preview(item)
    if sheet is not None and item.state in ("working", "done"):
        width = min(imgui.get_content_region_avail().x, em(WIDTH))
        imgui.image(imgui.ImTextureRef(sheet.texture), ImVec2(width, width * sheet.height / sheet.width))
    imgui.pop_id()
    return form
