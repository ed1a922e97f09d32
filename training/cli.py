"""`epigraf train`: starts or resumes a training from the shell; the same trainer as from the window."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, get_args

from training.built_in import built_in_shapes
from training.config import Advice, ConfigError, Device, RunConfig
from training.config_files import assigned, config_text, with_assignments, with_values
from training.config_fit import data_advice, with_data_set
from training.data_set import ImageDataSet
from training.estimate import BUSY, EstimateError, Probe
from training.follow import follow
from training.launch import launch
from training.presets import describe_preset, load_preset, named, preset_names
from training.retention import planned_count
from training.run_dir import RunDirectory, create_run
from training.run_errors import RunError
from training.steering import steered
from training.warm_start import beginning, run_of, warm_config, with_networks_of

DESCRIPTION = """Train on a data set with a preset.  What the preset leaves open is taken from the data set.
The trainer is a process of its own: it goes on when this terminal is closed, and the studio shows it too."""

EXAMPLES = """examples:
  epigraf train --preset tiny
  epigraf train --preset tiny --data meshes64.zip
  epigraf train --preset tiny --data meshes64.zip --set loop.batch=16 --set optimizer.r1_gamma=0.1 --dry-run
  epigraf train --preset small --data meshes128.zip --estimate
  epigraf train --preset ffhq256 --data faces.zip --gpus 0,1,2,3
  epigraf train --resume runs/00007-tiny --kimg 120 --set optimizer.generator_lr=0.001
  epigraf train --from runs/00007-tiny/snapshots/000060.safetensors --set optimizer.r1_gamma=0.2"""


# Settings that say where and how a run computes, and may change with each start.
MACHINE = ("loop.threads", "loop.device", "parallel.gpus", "parallel.processes", "parallel.micro_batch")


def register(subparsers: Any) -> None:
    """Add the command to the parser of `epigraf`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "train",
        help="train a generator on a data set",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--preset", metavar="NAME", help=f"{', '.join(preset_names())}, or a .yaml file")
    parser.add_argument("--list-presets", action="store_true", help="say what the presets are for, and stop")
    parser.add_argument(
        "--data", type=Path, metavar="PATH", help="zip or folder of a data set (default: built-in shapes)"
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR", help="folder of runs (default: runs)")
    parser.add_argument("--name", help="name of the run (default: the preset's)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="assignments", help="change any setting"
    )
    parser.add_argument("--kimg", type=float, help="length of the training, thousand images")
    parser.add_argument("--threads", type=int, help="most CPU threads, 0 for all cores")
    parser.add_argument("--device", choices=get_args(Device), help="where to compute")
    parser.add_argument("--gpus", metavar="LIST", help="train on these GPUs together, as 0,1")
    parser.add_argument("--processes", type=int, help="train with so many processes together (without --gpus)")
    parser.add_argument("--micro-batch", type=int, metavar="N", help="images that a process computes at once")
    parser.add_argument("--seed", type=int, help="seed of all random numbers")
    parser.add_argument("--resume", type=Path, metavar="RUN_DIR", help="go on with a run")
    parser.add_argument(
        "--from", type=Path, metavar="SNAPSHOT", dest="snapshot",
        help="begin with these weights; settings and data are those of its run, unless given here; one that was "
        "imported needs --preset and --data, and brings its networks",
    )  # fmt: skip
    parser.add_argument(
        "--paused", action="store_true",
        help="wait before the first step, to be looked at in the window; epigraf runs resume RUN goes on",
    )  # fmt: skip
    parser.add_argument("--detach", action="store_true", help="return at once; the training goes on")
    parser.add_argument(
        "--estimate", action="store_true", help="measure memory and time with a few steps, print them, and stop"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the resolved configuration, and stop")
    parser.set_defaults(handler=train)


def train(args: argparse.Namespace) -> int:
    """Run the command.  Returns its exit code; raises ConfigError, DataSetError, RunError."""
    if args.list_presets:
        for name in preset_names():
            print(f"{name:12} {describe_preset(name)}")
        return 0
    if args.resume is not None:
        config = _resumed(args)
    else:
        config = _resolved(args) if args.preset is not None or args.snapshot is None else _warm(args)
    refusal = _machine_refusal(config)
    if args.dry_run:
        if refusal:
            print(f"note: {refusal} A training could not start on this machine.", file=sys.stderr)
        print(config_text(config), end="")
        return 0
    if refusal:
        way = "--device cpu computes on the processor"
        if config.parallel.gpus:
            way = "--gpus names others, --device cpu --processes 1 computes on the processor"
        raise ConfigError(f"{refusal} {way}; --dry-run only prints the configuration")
    if args.estimate:
        return _estimate(config)
    if args.resume is None:
        run = create_run(args.runs, config)
    else:
        run = RunDirectory(args.resume)
        _write_down(run, args)
    if args.paused:
        run.pause_at_start()
    known = run.stats().cursor
    pid = launch(run)
    print(f"{run.path}: training as process {pid}, log in {run.log_path.name}", flush=True)
    print(f"to see it in the window: epigraf --open {shlex.quote(str(run.path))}", flush=True)
    if args.detach:
        return 0
    # A scheduler that ends us means the training: handle it like Ctrl-C.
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        return follow(run, lambda line: print(line, flush=True), known)
    finally:
        signal.signal(signal.SIGTERM, before)


def _resolved(args: argparse.Namespace) -> RunConfig:
    """The configuration of a new run from preset, options and data set."""
    if args.preset is None:
        raise ConfigError("--preset: needed for a new run, as --preset tiny; see epigraf train --list-presets")
    if args.data is None:
        args.data = built_in_shapes()
        print("note: data: the built-in shapes; --data names others", file=sys.stderr)
    config = with_assignments(load_preset(args.preset), args.assignments)
    config = named(with_values(config, _options(args), "options"), args.name, "options")
    if args.snapshot is not None:
        config = with_networks_of(config, args.snapshot, assigned(args.assignments).keys())
    with ImageDataSet.open(args.data) as data:
        config = with_data_set(config, data.info, data.all_angles)
        advice = [*config.advice(data.all_angles), *data_advice(config, data.info)]
    _print(advice)
    if args.snapshot is None:
        return config
    print(f"note: {beginning(args.snapshot)}", file=sys.stderr)
    return warm_config(config, args.snapshot, {"name": config.name})


def _warm(args: argparse.Namespace) -> RunConfig:
    """The configuration of a new run from a snapshot of another one, and options."""
    old = run_of(args.snapshot)
    if old is None:
        where = f"{args.snapshot}: does not lie in the folder of a run"
        raise ConfigError(f"{where}, so its settings are unknown: give --preset and --data")
    config = with_assignments(old.steered_config(), args.assignments)
    changes = {**_options(args), **({"name": args.name} if args.name else {})}
    if args.data is not None:
        changes["data.path"] = args.data.resolve()
    config = warm_config(config, args.snapshot, changes)
    with ImageDataSet.open(config.data_path, config.data.resolution) as data:
        _print([*config.advice(data.all_angles), *data_advice(config, data.info)])
    return config


def _print(advice: list[Advice]) -> None:
    """What is the same for several settings, as in a short training, is said once."""
    fields: dict[str, list[str]] = {}
    for note in advice:
        fields.setdefault(note.text, []).append(note.field)
    for text, names in fields.items():
        print(f"note: {', '.join(names)}: {text}", file=sys.stderr)


def _resumed(args: argparse.Namespace) -> RunConfig:
    """The configuration of a run that goes on: its machine may change, and what can be steered."""
    run = RunDirectory(args.resume)
    if not run.config_path.is_file():
        raise RunError(f"{args.resume}: is no run: it has no {run.config_path.name}")
    fixed = {
        "--preset": args.preset,
        "--data": args.data,
        "--name": args.name,
        "--seed": args.seed,
        "--from": args.snapshot,
    }
    given = [name for name, value in fixed.items() if value is not None]
    if given:
        raise ConfigError(
            f"{', '.join(given)}: cannot change when resuming; only --kimg, --threads, --device, --gpus, --processes, "
            "--micro-batch and, for what can change in between, --set"
        )
    view = run.observe()
    if not view.can_start:
        raise RunError(f"{run.path}: is {view.state}; stop it first ({view.message or 'a trainer has it'})")
    config = with_values(run.steered_config(), _machine_options(args), "options")
    config = steered(config, _changes(args)).config
    if view.status is not None and view.state == "finished" and view.status.kimg >= config.loop.total_kimg:
        done = f"{view.status.kimg:g}"
        raise ConfigError(f"{run.path}: has finished its {done} kimg; give a larger --kimg to go on")
    return config


def _write_down(run: RunDirectory, args: argparse.Namespace) -> None:
    """Let the next start of a run find what is different: the machine in its configuration, the rest as a change."""
    config = run.config()
    elsewhere = with_values(config, _machine_options(args), "options")
    if elsewhere != config:
        run.write_config(elsewhere)
    if changes := _changes(args):
        run.set_at_start(changes)


def _changes(args: argparse.Namespace) -> dict[str, Any]:
    """What a run that goes on is told to change."""
    length = {"loop.total_kimg": args.kimg} if args.kimg is not None else {}
    return {**assigned(args.assignments), **length}


def _machine_options(args: argparse.Namespace) -> dict[str, Any]:
    """Settings given by options of their own that say where a run computes."""
    return {name: value for name, value in _options(args).items() if name in MACHINE}


def _machine_refusal(config: RunConfig) -> str:
    """Why this machine does not have what the configuration names; empty if it does, or names nothing."""
    if config.loop.device in ("auto", "cpu") and not config.parallel.gpus:
        return ""
    from training.machine import look  # asks drivers, which takes a moment

    return look().run_refusal(config)


def _estimate(config: RunConfig) -> int:
    """Measure what a configuration needs, and print it.  Returns the exit code."""
    probe = Probe(config)
    try:
        estimate = probe.measure(lambda text: print(f"{text}…", file=sys.stderr, flush=True))
    except EstimateError as error:
        print(f"epigraf train --estimate: {error}", file=sys.stderr)
        return 1
    finally:
        probe.cancel()  # also after Ctrl-C
    if estimate is None:
        return 1
    print(estimate.words(config.loop.total_kimg))
    if disk := estimate.disk_words(planned_count(config.loop)):
        print(disk)
    if estimate.slowdown > BUSY:
        print(f"other programs use the processor: at present it takes {estimate.slowdown:.1f} times as long")
    return 0


def _options(args: argparse.Namespace) -> dict[str, Any]:
    """Settings given by options of their own."""
    options = {
        "loop.total_kimg": args.kimg,
        "loop.threads": args.threads,
        "loop.device": args.device,
        "loop.seed": args.seed,
        # A number of processes replaces the GPUs that a run was told before.
        "parallel.gpus": args.gpus if args.gpus is not None or args.processes is None else "",
        "parallel.processes": args.processes,
        "parallel.micro_batch": args.micro_batch,
    }
    return {name: value for name, value in options.items() if value is not None}


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
