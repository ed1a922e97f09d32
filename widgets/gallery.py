"""The Gallery: what the studio has saved, as small pictures; a click brings back what one was made of."""

from __future__ import annotations

import time

from imgui_bundle import ImVec2, imgui

from widgets.common import button, coloured, em, empty_state, icons, sentence, tone_ink
from widgets.gallery_view import CloseGallery, FileKind, GalleryFile, GalleryIntent, GalleryView, OpenFile, RevealFile
from widgets.thumbnail import draw_thumbnail

WINDOW = "Gallery###gallery"
SIZE = (44.0, 30.0)
# Font sizes: of a picture's edge.
CELL = 8.0
ICONS: dict[FileKind, str] = {
    "picture": icons.ICON_FA_IMAGE,
    "film": icons.ICON_FA_FILM,
    "mesh": icons.ICON_FA_CUBE,
    "session": icons.ICON_FA_BOOKMARK,
    "file": icons.ICON_FA_FILE,
}
# What carries the Scene that made it.
OPENED: dict[FileKind, str] = {
    "picture": "Click: show what it was made of",
    "film": "Click: show what it was made of",
    "mesh": "Click: show what it was made of",
    "session": "Click: go back to it",
}


class GalleryWindow:
    """The window's own state: what is searched for."""

    def __init__(self) -> None:
        self._filter = ""

    def draw(self, view: GalleryView) -> GalleryIntent | None:
        """Draw the window.  Returns what was asked for."""
        centre = imgui.get_main_viewport().get_center()
        imgui.set_next_window_pos(centre, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
        imgui.set_next_window_size(ImVec2(em(SIZE[0]), em(SIZE[1])), imgui.Cond_.appearing)
        flags = imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_collapse | imgui.WindowFlags_.no_docking
        imgui.push_style_var(imgui.StyleVar_.window_border_size, 1.0)
        _, stays = imgui.begin(WINDOW, True, flags)
        imgui.pop_style_var()
        intent = self._contents(view) if stays else CloseGallery()
        imgui.end()
        return intent

    def _contents(self, view: GalleryView) -> GalleryIntent | None:
        intent: GalleryIntent | None = None
        imgui.set_next_item_width(em(14))
        _, self._filter = imgui.input_text_with_hint("##filter", "Part of a name", self._filter)
        imgui.same_line()
        if button(f"{icons.ICON_FA_FOLDER_OPEN}  Folder###reveal", bool(view.files), f"Show {view.folder}"):
            intent = RevealFile()
        words = self._filter.lower().split()
        files = [each for each in view.files or () if all(word in each.name.lower() for word in words)]
        imgui.same_line()
        coloured(counted(len(files), len(view.files or ()), view.hidden), "quiet")
        imgui.separator()
        imgui.begin_child("files")
        if view.problem:
            empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "The folder cannot be read", sentence(view.problem))
        elif view.files is None:
            empty_state(icons.ICON_FA_HOURGLASS_HALF, "Looking…", str(view.folder))
        elif not view.files:
            hint = f"File → Save picture and File → Export… put files into {view.folder}."
            empty_state(icons.ICON_FA_IMAGES, "Nothing saved yet", hint)
        elif not files:
            empty_state(icons.ICON_FA_IMAGES, "No such file", f"None of {len(view.files)} names has “{self._filter}”.")
        else:
            intent = _grid(files, view) or intent
        imgui.end_child()
        return intent


def counted(shown: int, files: int, hidden: int) -> str:
    """How many files there are, for people."""
    older = f", {hidden} older ones in the folder" if hidden else ""
    return f"{shown} of {files}{older}" if shown != files else f"{files} files{older}" if files != 1 else "1 file"


def _grid(files: list[GalleryFile], view: GalleryView) -> GalleryIntent | None:
    side, gap = em(CELL), imgui.get_style().item_spacing.x
    height = side + imgui.get_text_line_height_with_spacing() + em(0.3)
    columns = max(int((imgui.get_content_region_avail().x + gap) / (side + gap)), 1)
    rows, intent = -(-len(files) // columns), None
    clipper = imgui.ListClipper()
    clipper.begin(rows, height + imgui.get_style().item_spacing.y)
    while clipper.step():
        for row in range(clipper.display_start, clipper.display_end):
            for column, each in enumerate(files[row * columns : (row + 1) * columns]):
                if column:
                    imgui.same_line(0, gap)
                if _cell(each, view, ImVec2(side, height)):
                    intent = OpenFile(each.path)
    clipper.end()
    return intent


def _cell(each: GalleryFile, view: GalleryView, size: ImVec2) -> bool:
    """One file.  Returns whether it shall be opened."""
    corner = imgui.get_cursor_screen_pos()
    clicked = imgui.invisible_button(f"###{each.name}", size)
    hovered = imgui.is_item_hovered()
    draw_thumbnail(view.thumbnail(each), corner, size.x, ICONS[each.kind])
    canvas, opens = imgui.get_window_draw_list(), OPENED.get(each.kind, "")
    if each.kind == "film":
        canvas.add_text(ImVec2(corner.x + em(0.4), corner.y + em(0.3)), tone_ink("accent"), icons.ICON_FA_FILM)
    if hovered:
        far = ImVec2(corner.x + size.x, corner.y + size.x)
        canvas.add_rect(corner, far, tone_ink("accent"), imgui.get_style().frame_rounding, thickness=em(0.12))
        when = time.strftime("%d %b %Y %H:%M", time.localtime(each.changed))
        imgui.set_tooltip("\n".join(filter(None, (each.name, f"{when}, {_bytes(each.size)}", opens))))
    canvas.push_clip_rect(corner, ImVec2(corner.x + size.x, corner.y + size.y), True)
    below = ImVec2(corner.x, corner.y + size.x + em(0.2))
    ink = imgui.get_color_u32(imgui.Col_.text if hovered else imgui.Col_.text_disabled)
    canvas.add_text(below, ink, short_name(each))
    canvas.pop_clip_rect()
    return clicked and bool(opens)


def short_name(file: GalleryFile) -> str:
    """The name that somebody gave; of a file that the studio has named, when it was written."""
    if not file.name.startswith("epigraf-"):
        return file.name
    return time.strftime("%d %b, %H:%M", time.localtime(file.changed))


def _bytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size / 1e3, 0.1):.1f} kB"
