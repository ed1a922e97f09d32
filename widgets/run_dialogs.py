"""Questions about runs: delete it? end its trainer? begin a new one with which weights? go on how far?"""

from __future__ import annotations

import re

from imgui_bundle import ImVec2, imgui

from core.sizes import size
from widgets.common import button, em, icons, row, text_colour
from widgets.confirm import ConfirmDialog
from widgets.modal import draw_modal
from widgets.runs_view import (
    ContinueOffer,
    ContinueRun,
    DeleteOffer,
    DeleteRun,
    DropOffer,
    EndOffer,
    EndTrainer,
    Offer,
    OfferIntent,
    WarmOffer,
    WarmStart,
)

WARM = "###warm start"
CONTINUE = "###continue"
MOST_KIMG = 1e9
WIDTH = 28.0


class RunDialogs:
    """Draws the question that an offer stands for, above everything else."""

    def __init__(self) -> None:
        self._offer: Offer | None = None
        self._confirm: ConfirmDialog[OfferIntent] = ConfirmDialog()
        self._opened = False
        self._chosen = 0
        self._name = self._length = ""

    def draw(self, offer: Offer | None) -> OfferIntent | None:
        """Draw the question, if there is one.  Returns the answer, once."""
        if offer != self._offer:
            self._begin(offer)
        if isinstance(offer, WarmOffer):
            return self._draw_warm(offer)
        if isinstance(offer, ContinueOffer):
            return self._draw_continue(offer)
        if offer is None:
            return None
        answer = self._confirm.draw()
        return DropOffer() if answer is None and self._confirm.question is None else answer

    def _begin(self, offer: Offer | None) -> None:
        self._offer, self._opened, self._chosen = offer, False, 0
        match offer:
            case DeleteOffer(path, count):
                text = (
                    f"The run takes {size(count)} in {path}: settings, statistics, samples and all snapshots. "
                    "Nothing of it can be brought back."
                )
                self._confirm.ask(f"Delete {path.name}?", text, "Delete", DeleteRun(path))
            case EndOffer(path, process):
                text = (
                    f"{str(process).capitalize()} does not answer. It is killed, and what was learned since the "
                    "last saved state is lost; Resume goes on from there."
                )
                self._confirm.ask(f"End the trainer of {path.name}?", text, "End process", EndTrainer(path))
            case WarmOffer():
                self._name = offer.name
            case ContinueOffer():
                self._length = f"{2 * offer.done:g}"
            case None:
                pass

    def _draw_continue(self, offer: ContinueOffer) -> OfferIntent | None:
        first, self._opened = not self._opened, True
        name = f"Continue {offer.path.name}{CONTINUE}"
        return draw_modal(name, first, lambda: self._continue_contents(offer), closed=DropOffer())

    def _continue_contents(self, offer: ContinueOffer) -> OfferIntent | None:
        imgui.push_text_wrap_pos(em(WIDTH))
        imgui.text(
            f"It has finished its {offer.done:g} kimg. It goes on as if it had been planned longer: with its own "
            "optimisers, random numbers and schedules."
        )
        imgui.pop_text_wrap_pos()
        imgui.dummy(ImVec2(em(WIDTH), em(0.2)))
        row("Length", "Of the whole training, kimg")
        entered, self._length = imgui.input_text("##length", self._length, imgui.InputTextFlags_.enter_returns_true)
        kimg = _number(self._length)
        fits = kimg is not None and offer.done < kimg < MOST_KIMG
        with text_colour("quiet" if fits else "error"):
            more = f"{kimg - offer.done:g} kimg more." if kimg is not None and fits else ""
            imgui.text(more or f"Give a number of kimg above {offer.done:g}.")
        imgui.dummy(ImVec2(0, em(0.2)))
        if button(f"Continue training{CONTINUE} yes", fits, primary=True) or (entered and fits):
            return ContinueRun(offer.path, kimg or offer.done)
        imgui.same_line()
        if button(f"Cancel{CONTINUE} no") or imgui.is_key_pressed(imgui.Key.escape, False):
            return DropOffer()
        return None

    def _draw_warm(self, offer: WarmOffer) -> OfferIntent | None:
        first, self._opened = not self._opened, True
        name = f"Warm start from {offer.path.name}{WARM}"
        return draw_modal(name, first, lambda: self._warm_contents(offer), closed=DropOffer())

    def _warm_contents(self, offer: WarmOffer) -> OfferIntent | None:
        imgui.push_text_wrap_pos(em(WIDTH))
        imgui.text(
            "A new run begins with these weights, and with the settings and data of the old one. "
            "It counts from 0 kimg, so schedules begin anew."
        )
        imgui.pop_text_wrap_pos()
        imgui.dummy(ImVec2(em(WIDTH), em(0.2)))
        self._choose_snapshot(offer)
        row("Name", "Of the new run: part of its folder's name")
        entered, self._name = imgui.input_text("##warm name", self._name, imgui.InputTextFlags_.enter_returns_true)
        fits = re.match(offer.name_pattern, self._name) is not None
        with text_colour("quiet" if fits else "error"):
            hint = "It gets the next free number." if fits else "Use letters, digits, dots, dashes and underscores."
            imgui.text(hint)
        imgui.dummy(ImVec2(0, em(0.2)))
        if button(f"Start training{WARM} yes", fits, primary=True) or (entered and fits):
            return WarmStart(offer.path, offer.snapshots[self._chosen].path, self._name)
        imgui.same_line()
        if button(f"Cancel{WARM} no") or imgui.is_key_pressed(imgui.Key.escape, False):
            return DropOffer()
        return None

    def _choose_snapshot(self, offer: WarmOffer) -> None:
        labels = [f"{each.kimg:g} kimg" for each in offer.snapshots]
        labels[0] += ", the newest"
        star = f"   {icons.ICON_FA_STAR} best"
        labels = [f"{label}{star if each.best else ''}" for label, each in zip(labels, offer.snapshots, strict=True)]
        row("Snapshot", "Generator and discriminator as they were then")
        if imgui.begin_combo("##snapshot", labels[self._chosen]):
            for index, (label, each) in enumerate(zip(labels, offer.snapshots, strict=True)):
                if imgui.selectable(label, index == self._chosen)[0]:
                    self._chosen = index
                imgui.set_item_tooltip(f"{each.path}\nThe best by {each.best}" if each.best else str(each.path))
            imgui.end_combo()


def _number(text: str) -> float | None:
    """A number that somebody has typed, or None if it is none."""
    try:
        return float(text)
    except ValueError:
        return None
