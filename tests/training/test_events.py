"""TensorBoard events: framing, damage, cutting back, and TensorBoard's own reader."""

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.events import PATTERN, EventWriter, cut_events, read_events
from training.run_errors import RunError
from training.wire import masked_crc

SINGLE = st.floats(width=32, allow_nan=False)
EVENTS = st.lists(
    st.tuples(st.integers(0, 2**40), st.dictionaries(st.text(min_size=1, max_size=200), SINGLE, max_size=3)), max_size=6
)
REUSED_FOLDER = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_known_checksums():
    # CRC-32C of RFC 3720, appendix B.4, then rotated and shifted as record files do.
    for content, crc in ((bytes(32), 0x8A9136AA), (bytes(range(32)), 0x46DD794E), (b"123456789", 0xE3069283)):
        assert masked_crc(content) == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


@REUSED_FOLDER
@given(events=EVENTS, lost=st.integers(0, 400))
def test_what_is_written_is_read_up_to_the_damage(tmp_path, events, lost):
    with EventWriter(tmp_path, 0) as writer:
        for step, scalars in events:
            writer.add(scalars, step, wall_time=12.5)
    read = read_events(writer.path)[2:]
    assert [(event.wall_time, event.step, event.scalars) for event in read] == [(12.5, *event) for event in events]
    content = writer.path.read_bytes()
    writer.path.write_bytes(content[: max(len(content) - lost, 0)])
    kept = read_events(writer.path)[2:]
    assert kept == read[: len(kept)]
    assert len(kept) == len(read) or lost
    writer.path.unlink()


def test_a_flipped_bit_ends_the_reading(tmp_path):
    with EventWriter(tmp_path, 0) as writer:
        for step in range(3):
            writer.add({"a": step}, step)
    content = bytearray(writer.path.read_bytes())
    content[-10] ^= 1
    writer.path.write_bytes(content)
    assert [event.step for event in read_events(writer.path)[2:]] == [0, 1]


def test_cutting_back(tmp_path):
    for first in (0, 10):
        with EventWriter(tmp_path, first) as writer:
            for step in range(first, first + 10):
                writer.add({"a": step}, step)
        with writer.path.open("ab") as file:
            file.write(struct.pack("<Q", 30) + b"torn")
    cut_events(tmp_path, 12)
    steps = [event.step for path in sorted(tmp_path.glob(PATTERN)) for event in read_events(path) if event.scalars]
    assert steps == list(range(13))
    cut_events(tmp_path / "absent", 0)


def test_tensorboard_reads_it_and_forgets_what_was_cut(tmp_path):
    from tensorboard.backend.event_processing import event_accumulator as accumulator  # takes a second

    for first, value in ((0, 1.0), (3, 2.0)):
        with EventWriter(tmp_path, first) as writer:
            for step in range(first, first + 5):
                writer.add({"Loss/G/loss": value, "Progress/kimg": step / 1000}, step)
    reader = accumulator.EventAccumulator(str(tmp_path))
    reader.Reload()
    assert sorted(reader.Tags()["scalars"]) == ["Loss/G/loss", "Progress/kimg"]
    values = [(event.step, event.value) for event in reader.Scalars("Loss/G/loss")]
    assert values == [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 2), (6, 2), (7, 2)]


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(RunError, match="moved or deleted"):
        EventWriter(tmp_path / "absent", 0)
