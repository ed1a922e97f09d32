"""Desks are made when their panel is first drawn, and not before the first frame is over."""

from app.desks import Desks


class Recording:
    """A desk that writes down what it is told."""

    def __init__(self, name: str, told: list[str]) -> None:
        self._name, self._told = name, told
        told.append(f"{name} made")

    def update(self) -> None:
        self._told.append(f"{self._name} update")

    def draw(self) -> None:
        self._told.append(f"{self._name} draw")

    def free_gpu(self) -> None:
        self._told.append(f"{self._name} free")

    def close(self) -> None:
        self._told.append(f"{self._name} close")


def test_a_desk_is_made_when_its_panel_is_first_seen():
    told: list[str] = []
    desks = Desks({name: lambda name=name: Recording(name, told) for name in "ab"})
    desks.panels["a"]()
    assert told == []  # the first frame is still being drawn
    desks.open = True
    for call in (desks.update, desks.panels["a"], desks.panels["a"], desks.update, desks.free_gpu, desks.close):
        call()
    assert told == ["a made", "a draw", "a draw", "a update", "a free", "a close"]
    assert desks.find("a") is not None
    assert desks.find("b") is None
