"""Names of directions are found again by the next window, for the generator that they belong to."""

from app.view.direction_names import FILE, DirectionNames
from core.scene import Source

RUN = Source("run", "/runs/00001-tiny", "000010.safetensors")


def test_the_next_window_has_them_for_all_snapshots_of_the_run(tmp_path):
    DirectionNames(tmp_path / "new").keep(RUN, ("width", "", "smile", ""))
    names = DirectionNames(tmp_path / "new")
    assert names.of(Source("run", "/runs/00001-tiny")) == ("width", "", "smile")
    assert names.of(Source()) == ()
    names.keep(RUN, ("", ""))
    assert DirectionNames(tmp_path / "new").of(RUN) == ()


def test_the_generators_named_last_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("app.view.direction_names.MOST", 2)
    names = DirectionNames(tmp_path)
    for name in "abac":
        names.keep(Source("checkpoint", name), (f"{name}{len(names.of(Source('checkpoint', name)))}",))
    assert [names.of(Source("checkpoint", name)) for name in "abc"] == [("a1",), (), ("c0",)]


def test_a_broken_file_is_reported_and_ignored(tmp_path, caplog):
    for content in ("{", "[1]", '{"a": 3}'):
        (tmp_path / FILE).write_text(content)
        caplog.clear()
        assert DirectionNames(tmp_path).of(Source()) == ()
        assert "cannot be read" in caplog.text
