"""The part of the Train panel about the run that is shown: its state and progress, and what can be asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from core.durations import duration
from widgets.common import badge, button, coloured, em, icon_button, icon_width, icons, row, sentence, text_colour
from widgets.run_words import state_words, trouble
from widgets.runs_view import AskContinue, AskEnd, FollowRun, ResumeRun, RunIntent, RunItem, SendCommand

if TYPE_CHECKING:
    from training.liveness import RunView


def draw(item: RunItem, follow: bool, warning: str = "") -> list[RunIntent]:
    """Draw the run, with what looks wrong with what it learns.  Returns what was asked for."""
    intents: list[RunIntent] = []
    word, tone = state_words(item)
    row("State")
    badge(word, tone)
    status = item.view.status
    if status is not None and status.sec_per_kimg and item.view.state == "running":
        imgui.same_line()
        imgui.align_text_to_frame_padding()
        with text_colour("quiet"):
            imgui.text(f"{status.sec_per_kimg:.1f} s/kimg")
    if trouble(item):
        coloured(sentence(trouble(item)), tone)
    if end_button(item, "end"):
        intents.append(AskEnd(item.path))
    if warning:
        coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {sentence(warning)}", "warning")
    _progress(item.view)
    _buttons(item, intents)
    changed, follow = imgui.checkbox("Follow run", follow)
    imgui.set_item_tooltip("Show this run's generator in the viewport while it learns")
    if changed:
        intents.append(FollowRun(follow))
    return intents


def resumption(item: RunItem) -> RunIntent:
    """What lets a run go on, depending on why it does not."""
    if item.can_continue:
        return AskContinue(item.path)
    return SendCommand("resume", item.path) if "resume" in item.view.offered else ResumeRun(item.path)


def end_button(item: RunItem, identity: str) -> bool:
    """The way out of a hung run, where there is one.  Returns whether it was clicked."""
    if not item.view.can_end:
        return False
    hint = "Kill the trainer's process, so that the run can be resumed from its last saved state"
    return button(f"{icons.ICON_FA_SKULL}  End process…###{identity}", tooltip=hint)


def _progress(run: RunView) -> None:
    status = run.status
    if status is None:
        imgui.progress_bar(0.0, ImVec2(-1, 0), "")
        return
    fraction = status.kimg / status.total_kimg if status.total_kimg else 0.0
    imgui.progress_bar(min(fraction, 1.0), ImVec2(-1, 0), f"{status.kimg:.2f} / {status.total_kimg:g} kimg")
    with text_colour("quiet"):
        imgui.text(f"step {status.step}")
        if status.eta_s is not None and run.state == "running":
            text = f"about {duration(status.eta_s)} left"
            imgui.same_line(imgui.get_content_region_avail().x - imgui.calc_text_size(text).x + em(0.5))
            imgui.text(text)


def _buttons(item: RunItem, intents: list[RunIntent]) -> None:
    offered = item.view.offered
    style = imgui.get_style()
    taken = 2 * style.item_spacing.x + style.item_inner_spacing.x + icon_width()
    third = (imgui.get_content_region_avail().x - taken) / 3
    if button(f"{icons.ICON_FA_PAUSE}  Pause###pause", "pause" in offered, "Halt; the trainer keeps its memory", third):
        intents.append(SendCommand("pause"))
    imgui.same_line()
    goes_on = "resume" in offered or item.can_resume or item.can_continue
    hint = "Go on past its planned end: asks how far" if item.can_continue else "Go on where it stands"
    if button(f"{icons.ICON_FA_PLAY}  Resume###resume", goes_on, hint, third):
        intents.append(resumption(item))
    imgui.same_line()
    if button(
        f"{icons.ICON_FA_STOP}  Stop###stop", "stop" in offered, "Save a snapshot and end; Resume goes on later", third
    ):
        intents.append(SendCommand("stop"))
    hint = "Write a snapshot of both networks now"
    if icon_button(icons.ICON_FA_FLOPPY_DISK, "snapshot", hint, "snapshot" in offered):
        intents.append(SendCommand("snapshot"))
