"""The window of evaluations: choose a snapshot, measure it, read what was found."""

from __future__ import annotations

from contextlib import nullcontext

from imgui_bundle import ImVec2, imgui

from widgets.common import (
    badge,
    button,
    coloured,
    em,
    empty_state,
    error_box,
    icons,
    path_input,
    row,
    sentence,
    text_colour,
)
from widgets.evaluation_view import (
    CancelMeasure,
    CloseEvaluations,
    EvaluationIntent,
    EvaluationView,
    Measure,
    Moment,
    Report,
)

WINDOW = "###evaluations"
SIZE = (46.0, 32.0)
LEAST_PICTURES, MOST_PICTURES = 8, 50_000
USUAL = 50_000


class EvaluationWindow:
    """Draws the window; keeps what is chosen in it."""

    def __init__(self) -> None:
        self._of: object = None
        self._kimg: float | None = None
        self._pictures = 200
        self._inception = ""
        self._fid_pictures = USUAL
        self._dismissed = ""

    def draw(self, view: EvaluationView | None) -> EvaluationIntent | None:
        """Draw the window, if there is something to show.  Returns what was asked for."""
        if view is None:
            self._of = None
            return None
        if view.run != self._of and not view.loading:
            self._of, self._kimg = view.run, None
            self._pictures, self._inception = view.pictures, view.inception
        centre = imgui.get_main_viewport().get_center()
        imgui.set_next_window_pos(centre, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
        imgui.set_next_window_size(ImVec2(em(SIZE[0]), em(SIZE[1])), imgui.Cond_.appearing)
        flags = imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_collapse | imgui.WindowFlags_.no_docking
        imgui.push_style_var(imgui.StyleVar_.window_border_size, 1.0)
        _, open_ = imgui.begin(f"Evaluations of {view.run.name}{WINDOW}", True, flags)
        imgui.pop_style_var()
        intent = self._contents(view) if open_ else None
        imgui.end()
        return intent if open_ else CloseEvaluations()

    def _contents(self, view: EvaluationView) -> EvaluationIntent | None:
        if not view.moments and view.problem:
            empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "This run cannot be read", sentence(view.problem))
            return None
        if not view.moments:
            hint = view.run.name if view.loading else "A run has snapshots once it was saved: press Snapshot or Stop."
            title = "Reading the snapshots…" if view.loading else "No snapshot to measure yet"
            empty_state(icons.ICON_FA_HOURGLASS_HALF if view.loading else icons.ICON_FA_CHART_COLUMN, title, hint)
            return None
        moment = self._choose(view.moments)
        intent = self._settings(view, moment)
        if view.problem and view.problem != self._dismissed:
            if error_box("evaluation", view.problem) == "dismiss":
                self._dismissed = view.problem
        elif not view.problem:
            self._dismissed = ""
        imgui.separator()
        imgui.spacing()
        if moment.report is not None:
            _draw_report(moment.report)
        else:
            busy = view.measured == moment.kimg
            title = "Measuring…" if busy else "Not measured yet"
            hint = view.work if busy else "Measure compares what this snapshot generates with the run's data set."
            empty_state(icons.ICON_FA_CHART_COLUMN, title, hint)
        return intent

    def _choose(self, moments: tuple[Moment, ...]) -> Moment:
        chosen = next((each for each in moments if each.kimg == self._kimg), moments[0])
        row("Snapshot", "Measured are the weights of its moving average", least=10)
        if imgui.begin_combo("##moment", _name(chosen)):
            for each in moments:
                if imgui.selectable(f"{_name(each)}##{each.kimg}", each is chosen)[0]:
                    chosen = each
            imgui.end_combo()
        self._kimg = chosen.kimg
        if chosen.best:
            row("")
            badge(f"{icons.ICON_FA_STAR}  Best by {chosen.best}, and kept", "good")
        return chosen

    def _settings(self, view: EvaluationView, moment: Moment) -> EvaluationIntent | None:
        """Numbers of pictures, the Inception file, and the button or how far it is."""
        busy = view.measured is not None
        imgui.begin_disabled(busy)
        row("Pictures", "Generated, and as many real ones; at most half of the data set")
        _, pictures = imgui.input_int("##pictures", self._pictures, 0)
        self._pictures = min(max(pictures, LEAST_PICTURES), MOST_PICTURES)
        row("Inception", "For FID and KID: the path of pt_inception-2015-12-05-6726825d.pth. It is never downloaded.")
        self._inception = path_input("##inception", "no FID", self._inception)
        if self._inception:
            row("FID pictures", "Generated for FID and KID; the usual protocol has 50,000")
            _, number = imgui.input_int("##fid pictures", self._fid_pictures, 0)
            self._fid_pictures = min(max(number, LEAST_PICTURES), MOST_PICTURES)
        imgui.end_disabled()
        if busy:
            imgui.progress_bar(view.fraction, ImVec2(-em(6), 0), f"{sentence(view.work)}  {view.fraction:.0%}")
            imgui.same_line()
            return CancelMeasure() if button("Cancel###cancel evaluation") else None
        gone = "" if moment.snapshot is not None else "The weights of this moment are gone: only the report is left"
        again = "Measure again" if moment.report is not None else "Measure"
        words = gone or "In a process of its own, behind everything else; the training goes on"
        if button(f"{icons.ICON_FA_CHART_COLUMN}  {again}###measure", not gone, words, primary=moment.report is None):
            assert moment.snapshot is not None
            self._dismissed = ""
            return Measure(view.run, moment.kimg, moment.snapshot, self._pictures, self._inception,
                           self._fid_pictures)  # fmt: skip
        if moment.report is not None:
            imgui.same_line()
            if button(f"{icons.ICON_FA_COPY}  Copy###copy report", tooltip="The table with all protocols, as text"):
                imgui.set_clipboard_text(moment.report.text)
        return None


def _name(moment: Moment) -> str:
    """A moment in the list."""
    words = [f"{moment.kimg:g} kimg"]
    if moment.best:
        words.append(f"{icons.ICON_FA_STAR} best")
    if moment.report is not None:
        words.append("measured")
    if moment.snapshot is None:
        words.append("weights are gone")
    return "   ".join(words)


def _draw_report(report: Report) -> None:
    with text_colour("quiet"):
        imgui.text_wrapped(f"{report.about}. Point at a figure to read how it was measured.")
    if report.alarm:
        coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {sentence(report.alarm)}", "warning")
    flags = imgui.TableFlags_
    style = flags.row_bg | flags.borders_inner_h | flags.scroll_y | flags.sizing_fixed_fit | flags.pad_outer_x
    if not imgui.begin_table("figures", 5, style, imgui.get_content_region_avail()):
        return
    imgui.table_setup_scroll_freeze(0, 1)
    imgui.table_setup_column("Metric", imgui.TableColumnFlags_.width_stretch)
    for title in ("N", "Generated", "Floor", "Better"):
        imgui.table_setup_column(title)
    imgui.table_headers_row()
    for figure in report.figures:
        imgui.table_next_row()
        imgui.table_next_column()
        imgui.selectable(f"{figure.label}##figure", False, imgui.SelectableFlags_.span_all_columns)
        if imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip):
            imgui.begin_tooltip()
            imgui.push_text_wrap_pos(em(26))
            imgui.text(figure.protocol)
            imgui.pop_text_wrap_pos()
            imgui.end_tooltip()
        _cell(str(figure.count), quiet=True)
        _cell(figure.value, alarming=figure.alarming)
        _cell(figure.floor, quiet=True)
        _cell(figure.better, quiet=True, left=True)
    imgui.end_table()


def _cell(text: str, quiet: bool = False, alarming: bool = False, left: bool = False) -> None:
    imgui.table_next_column()
    if not left:
        room = imgui.get_content_region_avail().x - imgui.calc_text_size(text).x
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(room, 0))
    with text_colour("warning" if alarming else "quiet") if alarming or quiet else nullcontext():
        imgui.text(text)
