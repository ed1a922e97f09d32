"""The walls of docs/design.md: who may import whom, what stays free of torch, and how large a page may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from app.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
# Lower first: a package may import itself and those before it.
LAYERS = ("core", "training", "widgets", "app")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50

# The window's process and the commands' --help load these (docs/design.md, "The house").
TORCH_FREE = {
    "core": """
        augment_laws baked bounds camera files frustum guides model_config poses projection published_names scene
        schedules shares views foreign_files import_settings inert_modules inert_pickle inert_values infer_architecture
        checkpoint_header folded sizes lattice history timeline timeline_edits given_w geometry surface_figures
        density_grid threshold srgb ray_profile score_grid field_parts
        sigma_patches filter_kinds goodness scale_course patch_coverage coverage_sums nearest progress
        durations
    """,
    "training": """
        cli commands config config_files config_fit data_check data_format data_set data_source data_writer estimate
        evaluate_cli events follow launch launch_record lease liveness lock machine presets priority processes run_dir
        run_errors sampler setting_schema stats status
        warm_start run_removal augment_config patch_config parallel_config best metrics_config evaluation_report
        evaluation_target evaluation_job steering changes set_cli retention health errand
        known_poses patch_files health_alarms inversion_job inversion_settings pinned_weights given_picture
        config_advice event_pages wire cores
        contact_sheet data_convert data_findings data_survey data_text likenesses picture_files pose_csv pose_files
        pose_figures pose_matrices ray_fit resample
    """,
}
HEAVY = ("torch", "vtk", "vtkmodules", "pyvista", "dearpygui")
HEAVY_FOR_HELP = (*HEAVY, "imgui_bundle", "OpenGL", "glfw")


TEXT_SUFFIXES = (
    "",
    ".py",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".cfg",
    ".txt",
    ".json",
    ".glsl",
    ".frag",
    ".vert",
    ".comp",
)
MACHINE_PATH = re.compile(r"(?<![\w.~$}-])/(home|root|Users|work)/")


@dataclass(frozen=True)
class Import:
    """One imported name, wherever in the file it stands."""

    file: Path
    line: int
    module: str  # dotted, with the name for "from package import name"

    def is_of(self, *packages: str) -> bool:
        return any(self.module == package or self.module.startswith(f"{package}.") for package in packages)

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


@cache
def sources(folder: str) -> tuple[Path, ...]:
    return tuple(sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def imports_in(folder: str) -> tuple[Import, ...]:
    """Every import below `folder`, those inside functions included; relative ones do not occur (a test says so)."""
    found = []
    for path in sources(folder):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                found += [Import(path, node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                found += [Import(path, node.lineno, f"{module}.{alias.name}") for alias in node.names]
    return tuple(found)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def runtime_imports(path: Path) -> list[Import]:
    """The imports of a file, but for those that only a type checker sees."""
    unseen = {
        child
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for statement in node.body
        for child in ast.walk(statement)
    }
    lines = {node.lineno for node in unseen if isinstance(node, ast.Import | ast.ImportFrom)}
    return [
        each for each in imports_in(path.relative_to(ROOT).parts[0]) if each.file == path and each.line not in lines
    ]


def listed(broken: Iterator[Import]) -> str:
    return "\n".join(str(each) for each in broken)


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_run_downwards(layer: str):
    above = LAYERS[LAYERS.index(layer) + 1 :]
    broken = listed(each for each in imports_in(layer) if above and each.is_of(*above))
    assert not broken, f"imports run app -> widgets -> training -> core only:\n{broken}"


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_are_absolute_and_only_of_the_program(layer: str):
    broken = listed(
        each for each in imports_in(layer) if each.module.startswith(".") or each.is_of("tests", "benchmarks", "tools")
    )
    assert not broken, broken


@pytest.mark.parametrize(
    ("layer", "forbidden"),
    [
        ("core", ("imgui_bundle", "glfw", "OpenGL", "dearpygui", "pyvista", "vtk", "vtkmodules")),
        ("training", ("imgui_bundle", "glfw", "OpenGL", "dearpygui", "pyvista", "vtk", "vtkmodules")),
        ("widgets", ("torch", "glfw", "OpenGL", "dearpygui", "pyvista", "vtk", "vtkmodules", "subprocess")),
        ("widgets", ("multiprocessing", "socket", "training.launch", "training.loop", "training.__main__")),
    ],
)
def test_layers_stay_clear_of(layer: str, forbidden: tuple[str, ...]):
    broken = listed(each for each in imports_in(layer) if each.is_of(*forbidden))
    assert not broken, f"{layer}/ must not import these:\n{broken}"


def test_only_the_boards_window_imports_dear_pygui():
    imports = [each for layer in LAYERS for each in imports_in(layer) if each.is_of("dearpygui")]
    home = "app/board_window/"
    broken = listed(each for each in imports if not each.file.relative_to(ROOT).as_posix().startswith(home))
    assert imports
    assert not broken, f"Dear PyGui and imgui-bundle must not meet in one process:\n{broken}"


@pytest.mark.parametrize("folder", ["board", "board_window"])
def test_the_board_loads_neither_the_other_toolkit_nor_torch(folder: str):
    modules = [module_of(path) for path in sources("app") if path.parent.name == folder and path.stem != "__init__"]
    assert f"app.{folder}.{'state' if folder == 'board' else 'window'}" in modules
    loaded = modules_after("\n".join(f"import {module}" for module in modules))
    forbidden = {"imgui_bundle", "glfw", "OpenGL", "torch", "vtkmodules", "matplotlib"}
    assert not loaded & (forbidden | ({"dearpygui"} if folder == "board" else set()))


def test_only_geometry_and_data_import_vtk():
    homes = ("app/geometry/", "app/data/")
    imports = [each for each in imports_in("app") if each.is_of("pyvista", "vtk", "vtkmodules")]
    broken = listed(each for each in imports if not each.file.relative_to(ROOT).as_posix().startswith(homes))
    assert imports
    assert not broken, f"VTK belongs into the geometry worker and its modules:\n{broken}"


def test_only_training_constructs_optimisers():
    layers = ("core", "widgets", "app")
    broken = [str(each) for layer in layers for each in imports_in(layer) if each.is_of("torch.optim")]
    broken += [
        f"{path.relative_to(ROOT)}:{node.lineno} uses .optim"
        for layer in layers
        for path in sources(layer)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr == "optim"
    ]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("layer", [*LAYERS, "shaders", "assets"])
def test_init_files_are_empty(layer: str):
    """Importing a part loads only that part."""
    full = [path for path in sources(layer) if path.name == "__init__.py" and path.read_bytes()]
    assert not full


def modules_after(statements: str) -> set[str]:
    """Names in sys.modules of a fresh process after these statements."""
    code = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{statements}\nprint('\\n'.join(sys.modules))"
    run = [sys.executable, "-P", "-c", code]
    result = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT.parent)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_light_modules_import_no_torch():
    """One process loads them all; only if that fails is the culprit looked for."""
    light = [f"{package}.{name}" for package, names in TORCH_FREE.items() for name in names.split()]
    if "torch" not in modules_after("\n".join(f"import {name}" for name in light)):
        return
    culprits = [name for name in light if "torch" in modules_after(f"import {name}")]
    pytest.fail(f"these modules must not import torch: {', '.join(culprits)}")


def test_widgets_and_window_import_no_torch():
    widgets = [f"import widgets.{path.stem}" for path in sources("widgets") if path.stem != "__init__"]
    loaded = modules_after("\n".join(["import app.window", *widgets]))
    assert not loaded & set(HEAVY)


def test_nothing_that_the_window_may_load_later_is_heavy():
    """Follows imports inside functions too: those run when a panel is first used, where a test may not come."""
    known = {module_of(path): path for layer in LAYERS for path in sources(layer)}
    reached, waiting = set(), ["app.window"]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        for each in runtime_imports(known[name]):
            assert not each.is_of(*HEAVY), f"{each}, and the window may load that file"
            waiting += [module for module in (each.module, each.module.rpartition(".")[0]) if module in known]
    assert "app.view.engine" in reached


def test_training_runs_without_gui_and_vtk():
    names = [path.relative_to(ROOT).with_suffix("") for path in sources("training")]
    modules = [".".join(name.parts) for name in names if name.name != "__init__"]
    assert {"training.__main__", "training.distributed"} <= set(modules)
    loaded = modules_after("\n".join(f"import {module}" for module in modules))
    assert not loaded & {"imgui_bundle", "glfw", "OpenGL", "dearpygui", "pyvista", "vtk", "vtkmodules"}


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_loads_nothing_heavy(arguments: list[str]):
    loaded = modules_after(
        f"import contextlib, io\nfrom app.cli import main\n"
        f"with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n    main({arguments!r})"
    )
    assert not loaded & set(HEAVY_FOR_HELP)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("layer", [*LAYERS, "tools", "benchmarks"])
def test_files_and_functions_stay_short(layer: str):
    broken = []
    for path in sources(layer):
        name = path.relative_to(ROOT)
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines >= MAX_FILE_LINES:
            broken.append(f"{name} has {lines} lines: which second concept does it hold?")
        for function in functions(path):
            length = (function.end_lineno or function.lineno) - function.lineno + 1
            if length >= MAX_FUNCTION_LINES:
                broken.append(f"{name}:{function.lineno} {function.name} has {length} lines")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("layer", LAYERS)
def test_modules_say_what_they_are_for(layer: str):
    pages = (path for path in sources(layer) if path.name != "__init__.py")
    mute = [str(path.relative_to(ROOT)) for path in pages if not ast.get_docstring(tree_of(path))]
    assert not mute, f"a module opens with one sentence that says what it is for: {mute}"


def test_no_path_of_somebodys_machine():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    broken = []
    for name in filter(None, listing.stdout.decode().split("\0")):
        path = ROOT / name
        if path.suffix not in TEXT_SUFFIXES or path == Path(__file__).resolve() or not path.is_file():
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        broken += [f"{name}:{number}" for number, line in enumerate(lines, 1) if MACHINE_PATH.search(line)]
    assert not broken, f"absolute paths of one machine: {broken}"


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_that_was_read_or_received_is_unpickled_with_its_code(layer: str):
    runs_code = {"Unpickler", "broadcast_object_list", "all_gather_object", "recv_object_list", "scatter_object_list"}
    found = []
    for path in sources(layer):
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call):
                continue
            name, options = ast.unparse(node.func), {word.arg: ast.unparse(word.value) for word in node.keywords}
            loads = name in ("pickle.load", "pickle.loads") or name.rpartition(".")[2] in runs_code
            blind = name == "torch.load" and options.get("weights_only") != "True"
            blind |= name in ("np.load", "numpy.load") and options.get("allow_pickle", "False") != "False"
            if loads or blind:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {name}")
    assert not found
