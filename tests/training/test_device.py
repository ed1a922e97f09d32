"""What a training computes on: chosen, named, measured; a GPU is a stand-in here."""

import pytest
import torch

from training.device import choose_device, device_name, held_gpus, memory_gb

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def test_the_processor(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    assert choose_device("cpu") == CPU
    assert device_name(CPU) == "cpu, 2 threads"
    assert 0.05 < memory_gb(CPU) < 50
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert device_name(CPU) == "cpu, 1 thread"


def test_a_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H200")
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: 3 * 2**30)
    assert choose_device("auto") == choose_device("cuda") == CUDA
    assert (device_name(CUDA), memory_gb(CUDA)) == ("NVIDIA H200", 3.0)


def test_what_is_not_there_is_said(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"loop\.device is 'cuda'.*use auto or cpu"):
        choose_device("cuda")


@pytest.mark.parametrize(
    ("visible", "device", "processes", "held"),
    [
        (None, CUDA, 1, (0,)),
        (None, torch.device("cuda", 2), 1, (2,)),
        ("7", CUDA, 1, (7,)),
        ("4,6", torch.device("cuda", 1), 1, (6,)),
        ("4,6", CUDA, 2, (4, 6)),
        ("GPU-8932f937", CUDA, 1, (0,)),
        ("7", CPU, 2, ()),
    ],
)
def test_the_gpus_that_a_training_holds(monkeypatch, visible, device, processes, held):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert held_gpus(device, processes) == held
