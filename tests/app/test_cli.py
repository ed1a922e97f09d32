"""The command `epigraf`: what it loads, how it fails, and that it opens the window by itself."""

import subprocess
import sys
import types
from importlib.metadata import version

import pytest

from app import cli


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch):
    """A function that makes `epigraf act` call the given handler."""

    def set_handler(handler):
        def register(subparsers):
            subparsers.add_parser("act").set_defaults(handler=handler)

        monkeypatch.setitem(sys.modules, "acting", types.SimpleNamespace(register=register))
        monkeypatch.setattr(cli, "COMMANDS", {"act": "acting"})

    return set_handler


def raising(error: BaseException):
    def handler(args):
        raise error

    return handler


def test_exit_code_is_the_handlers(command):
    command(lambda args: 3)
    assert cli.main(["act"]) == 3


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("batch must be positive"), "epigraf: batch must be positive\n"),
        (ValueError("two\n  lines"), "epigraf: two lines\n"),
        (ValueError(), "epigraf: ValueError\n"),
        (FileNotFoundError(2, "No such file or directory", "set.zip"), "epigraf: set.zip: No such file or directory\n"),
        (OSError("the disk is full"), "epigraf: the disk is full\n"),
    ],
)
def test_errors_are_one_line(command, capsys, monkeypatch, error, message):
    monkeypatch.delenv("EPIGRAF_DEBUG", raising=False)
    command(raising(error))
    assert cli.main(["act"]) == 2
    assert capsys.readouterr().err == message


def test_debug_shows_where(command, monkeypatch):
    command(raising(ValueError("here")))
    with pytest.raises(ValueError, match="here"):
        cli.main(["--debug", "act"])
    monkeypatch.setenv("EPIGRAF_DEBUG", "1")
    with pytest.raises(ValueError, match="here"):
        cli.main(["act"])


def test_a_bug_is_not_hidden(command):
    command(raising(KeyError("bug")))
    with pytest.raises(KeyError):
        cli.main(["act"])


def test_interrupt(command, capsys):
    command(raising(KeyboardInterrupt()))
    assert cli.main(["act"]) == 130
    assert capsys.readouterr().err == "epigraf: interrupted\n"


def test_unknown_command_names_the_known_ones(capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["trian"])
    assert exit_.value.code == 2
    error = capsys.readouterr().err
    assert all(f"'{name}'" in error for name in cli.COMMANDS)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["trian"], "train"),
        (["Train", "--preset", "tiny"], "train"),
        (["data", "shape"], "shapes"),
        (["runs", "lst"], "list"),
        (["invert", "a.png", "--out", "a.json", "--device", "cua"], "cuda"),
    ],
)
def test_a_mistyped_word_gets_the_one_that_was_meant(words, meant, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(words)
    assert exit_.value.code == 2
    assert capsys.readouterr().err.endswith(f"; did you mean '{meant}'?\n")


def test_a_word_that_is_near_nothing_gets_no_guess(capsys):
    with pytest.raises(SystemExit):
        cli.main(["xyzzy"])
    assert "did you mean" not in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "shown"), [([], None), (["--open", "runs/00001-tiny"], "runs/00001-tiny")])
def test_alone_it_opens_the_studio(monkeypatch, arguments, shown):
    opened = []
    window = types.SimpleNamespace(run_studio=lambda source: opened.append(source) or 0)
    monkeypatch.setitem(sys.modules, "app.window", window)
    assert cli.main(arguments) == 0
    assert opened == [shown]


def test_missing_library_is_explained(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "app.window", None)  # importing it raises ImportError
    assert cli.main([]) == 2
    error = capsys.readouterr().err
    assert "a library is missing" in error
    assert "apt-get install" in error


@pytest.mark.parametrize(
    ("arguments", "modules"),
    [
        ([], []),
        (["train", "--help"], ["training.cli"]),
        (["data", "check", "train"], ["app.data.cli"]),
        (["--help"], list(cli.COMMANDS.values())),
        (["trian"], list(cli.COMMANDS.values())),
    ],
)
def test_only_the_named_command_is_loaded(arguments, modules):
    assert cli.modules_for(arguments) == modules


def test_as_a_module():
    run = [sys.executable, "-m", "app", "--version"]
    result = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (0, f"epigraf {version('epigraf-studio')}\n")


def test_a_reader_that_leaves_is_no_error():
    """`epigraf … | head` ends quietly."""
    code = (
        "import sys, types\nfrom app import cli\n"
        "def handler(args):\n    for _ in range(100000):\n        print('a line')\n    return 0\n"
        "register = lambda subparsers: subparsers.add_parser('act').set_defaults(handler=handler)\n"
        "sys.modules['acting'] = types.SimpleNamespace(register=register)\n"
        "cli.COMMANDS = {'act': 'acting'}\n"
        "raise SystemExit(cli.main(['act']))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"a line\n"
        process.stdout.close()
        assert process.stderr.read() == b""
