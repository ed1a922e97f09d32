"""Commands: order, acknowledgement, left-overs, several senders at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from training.commands import acknowledge_command, acknowledgements, pending_commands, send_command
from training.run_errors import RunError


def test_a_command_lives_and_is_acknowledged(tmp_path):
    sent = [send_command(tmp_path, name, 1) for name in ("pause", "snapshot", "resume")]
    assert [command.number for command in sent] == [1, 2, 3]
    assert pending_commands(tmp_path, 1) == sent
    acknowledge_command(tmp_path, sent[0], 120, "paused")
    assert pending_commands(tmp_path, 1) == sent[1:]
    (done,) = acknowledgements(tmp_path)
    assert (done.number, done.command, done.start, done.step, done.result) == (1, "pause", 1, 120, "paused")
    # Numbers go on although the first file has left the folder.
    for command in sent[1:]:
        acknowledge_command(tmp_path, command, 121, "done")
    assert send_command(tmp_path, "stop", 1).number == 4


def test_a_left_over_stop_does_not_end_the_next_start(tmp_path):
    send_command(tmp_path, "stop", 1)
    assert pending_commands(tmp_path, 2) == []
    (done,) = acknowledgements(tmp_path)
    assert done.result == "ignored: meant for start 1, this is start 2"
    assert not list(tmp_path.glob("*.json"))


def test_a_command_for_a_later_start_waits(tmp_path):
    command = send_command(tmp_path, "pause", 3)
    assert pending_commands(tmp_path, 2) == []
    assert pending_commands(tmp_path, 3) == [command]


def test_obeyed_but_not_removed_is_not_obeyed_again(tmp_path):
    command = send_command(tmp_path, "snapshot", 1)
    content = (tmp_path / command.file).read_bytes()
    acknowledge_command(tmp_path, command, 5, "written")
    (tmp_path / command.file).write_bytes(content)
    assert pending_commands(tmp_path, 1) == []
    assert not (tmp_path / command.file).exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version": 2}', b'{"command": "dance", "number": 7, "start": 1}']
)
def test_what_cannot_be_understood_is_put_aside(tmp_path, content):
    (tmp_path / "000007-abcd.json").write_bytes(content)
    good = send_command(tmp_path, "stop", 1)
    assert good.number == 8
    assert pending_commands(tmp_path, 1) == [good]
    assert [done.result for done in acknowledgements(tmp_path)] == ["ignored: cannot be understood"]


def test_foreign_files_are_left_alone(tmp_path):
    (tmp_path / "notes.json").write_text("mine")
    (tmp_path / ".000009-x.part.json").write_text("{")
    assert pending_commands(tmp_path, 1) == []
    assert send_command(tmp_path, "stop", 1).number == 1
    assert (tmp_path / "notes.json").exists()


def test_several_senders_at_once_lose_nothing(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: send_command(tmp_path, "snapshot", 1), range(24)))
    commands = pending_commands(tmp_path, 1)
    assert len({command.file for command in commands}) == 24
    numbers = [command.number for command in commands]
    assert numbers == sorted(numbers)


def test_no_folder_no_commands(tmp_path):
    assert pending_commands(tmp_path / "absent", 1) == []
    assert acknowledgements(tmp_path / "absent") == []
    with pytest.raises(RunError, match="moved or deleted"):
        send_command(tmp_path / "absent" / "commands", "stop", 1)
