"""`epigraf import` from the command line, and the process behind it: its limits and its end."""

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from app.cli import main
from app.incoming.import_process import ImportCancelledError, ImportRequest, import_file
from core.checkpoint import load_checkpoint
from tests.core import published_pickles as pickles

pytestmark = pytest.mark.process


class Shell:
    """Pickles as a call of the shell."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


def nothing(_share: float, _text: str) -> None:
    pass


def test_a_published_network_becomes_a_checkpoint(tmp_path: Path, capsys):
    source = pickles.write_pickle(tmp_path / "net.pkl", {"G_ema": pickles.generator(settings=None)})
    target = tmp_path / "out.safetensors"
    assert main(["import", str(source), "-o", str(target)]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(target)
    assert "Megascans" in said.err
    assert load_checkpoint(target).generator.config.plane_resolution == 32
    assert main(["import", str(source), "-o", str(target)]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["import", str(source), "-o", str(target), "--cameras", "faces", "--force"]) == 0
    assert load_checkpoint(target).generator.config.render.fov == 12
    assert main(["import", str(source), "-o", str(tmp_path / "out.pt")]) == 2
    assert ".safetensors" in capsys.readouterr().err


def test_a_hostile_file_ends_in_one_line(tmp_path: Path, capsys):
    mark, source = tmp_path / "executed", tmp_path / "net.pkl"
    source.write_bytes(pickle.dumps({"G_ema": Shell(mark)}))
    assert main(["import", str(source)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    for part in ("net.pkl", "system", "not done"):
        assert part in line
    assert list(tmp_path.iterdir()) == [source]


def test_files_that_cannot_be_read_or_written(tmp_path: Path, capsys):
    assert main(["import", str(tmp_path / "gone.pkl")]) == 2
    assert "gone.pkl" in capsys.readouterr().err
    source = pickles.write_pickle(tmp_path / "net.pkl", {"G_ema": pickles.generator()})
    target = tmp_path / "no folder" / "net.safetensors"
    assert main(["import", str(source), "-o", str(target)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "no folder" in line


def test_it_is_given_up_when_nobody_wants_it_or_it_takes_too_long(tmp_path: Path):
    source = pickles.write_pickle(tmp_path / "net.pkl", {"G_ema": pickles.generator()})
    request = ImportRequest(source, tmp_path / "net.safetensors")
    cancelled = threading.Event()
    cancelled.set()
    before = set(psutil.Process().children())
    with pytest.raises(ImportCancelledError, match=r"net\.pkl"):
        import_file(request, nothing, cancelled)
    with pytest.raises(ValueError, match="given up"):
        import_file(request, nothing, time_limit_s=0.0)
    assert set(psutil.Process().children()) <= before
    assert list(tmp_path.iterdir()) == [source]


def test_a_process_that_dies_is_noticed(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("app.incoming.import_process.MODULE", "core.no_such_module")
    with pytest.raises(ValueError, match="no_such_module"):
        import_file(ImportRequest(tmp_path / "net.pkl", tmp_path / "net.safetensors"), nothing)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems need not keep the limit")
def test_memory_is_limited(repository: Path):
    code = "from core.import_main import limit_memory; limit_memory(2**28); bytes(2**30)"
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, timeout=120)
    assert "MemoryError" in done.stderr
