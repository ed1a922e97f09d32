"""What is installed: the wheel's contents, the declared requirements, and their tested pins."""

import ast
import configparser
import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

PACKAGES = ("app", "core", "training", "widgets")
# The distribution that brings a module of another name.
DISTRIBUTIONS = {
    "OpenGL": "pyopengl",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "imgui_bundle": "imgui-bundle",
    "pynvml": "nvidia-ml-py",
}
# Modules that come with a declared requirement and in its step: PyVista is the Python side of VTK.
BROUGHT_ALONG = {"vtk": "pyvista", "vtkmodules": "pyvista", "pydantic_core": "pydantic", "annotated_types": "pydantic"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_of(module: str) -> str:
    return BROUGHT_ALONG.get(module, DISTRIBUTIONS.get(module, canonical(module)))


@pytest.fixture(scope="session")
def declared(repository: Path) -> dict[str, list[Requirement]]:
    """The requirements of setup.cfg by extra; "" holds those of the program itself."""
    config = configparser.ConfigParser()
    config.read(repository / "setup.cfg", encoding="utf-8")
    groups = {"": config["options"]["install_requires"], **config["options.extras_require"]}
    return {extra: [Requirement(line) for line in lines.split()] for extra, lines in groups.items()}


@pytest.fixture(scope="session")
def pins(repository: Path) -> dict[str, str]:
    lines = (repository / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonical(name): version for name, version in pairs}


@pytest.fixture(scope="session")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of what git tracks or would track, so that building leaves nothing in the checkout."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        check=True,
        capture_output=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (repository / name).is_file():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((repository / name).read_bytes())
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(out), str(source)], check=True, timeout=120)
    (built,) = out.glob("*.whl")
    return built


def test_wheel_holds_the_program_and_its_data(repository: Path, wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in (*PACKAGES, "shaders", "assets"):
        expected = {
            path.relative_to(repository).as_posix()
            for path in (repository / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        }
        assert expected <= names, f"not in the wheel: {sorted(expected - names)}"


def test_wheel_holds_nothing_else(wheel: Path):
    folders = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {*PACKAGES, "shaders", "assets"}


def test_installed_program_runs_from_another_folder(wheel: Path, tmp_path: Path):
    """As `pip install` does it: no checkout on the path, another current folder; the requirements are those of here."""
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, timeout=120)
    script = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "from importlib.resources import files\n"
        "import app\n"
        f"assert app.__file__.startswith({str(site)!r}), app.__file__\n"
        "assert files('assets').joinpath('presets').is_dir()\n"
        "assert any(path.name.endswith('.glsl') for path in files('shaders').iterdir())\n"
        "from app.cli import main\n"
        "main(['--help'])\n"
    )
    run = [sys.executable, "-P", "-c", script]
    result = subprocess.run(run, cwd=elsewhere, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    for command in ("train", "data", "render"):
        assert command in result.stdout


def third_party_imports(folder: Path) -> dict[str, Path]:
    """Top-level modules that the Python files below `folder` import, at any depth of the code, and one such file."""
    found: dict[str, Path] = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            found.update({name.split(".")[0]: path for name in names})
    own = {*PACKAGES, "shaders", "assets", "tests", "tools", "benchmarks", *sys.stdlib_module_names}
    return {name: path for name, path in found.items() if name not in own}


@pytest.mark.parametrize(("folder", "extras"), [*((name, ("",)) for name in PACKAGES), ("tests", ("", "test"))])
def test_imports_are_declared(repository: Path, declared: dict[str, list[Requirement]], folder: str, extras: tuple):
    known = {canonical(requirement.name) for extra in extras for requirement in declared[extra]}
    undeclared = [
        f"{path.relative_to(repository)} imports {module}: declare it in setup.cfg"
        for module, path in third_party_imports(repository / folder).items()
        if distribution_of(module) not in known
    ]
    assert not undeclared, "\n".join(undeclared)


def test_declared_requirements_are_used(repository: Path, declared: dict[str, list[Requirement]]):
    used = {distribution_of(module) for folder in PACKAGES for module in third_party_imports(repository / folder)}
    unused = {canonical(requirement.name) for requirement in declared[""]} - used
    assert not unused, f"setup.cfg requires what nothing imports: {sorted(unused)}"


def needed_distributions(requirements: list[Requirement]) -> set[str]:
    """Everything that these requirements need on this system, themselves included."""
    needed: set[str] = set()
    waiting = [(requirement, "") for requirement in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({**default_environment(), "extra": extra}):
            continue
        name = canonical(requirement.name)
        if name in needed and not requirement.extras:
            continue
        needed.add(name)
        lines = metadata.requires(name) or []
        waiting += [(Requirement(line), extra) for line in lines for extra in ("", *requirement.extras)]
    return needed


def test_everything_tested_is_pinned(declared: dict[str, list[Requirement]], pins: dict[str, str]):
    """constraints.txt names, for the program and its tests, exactly the versions that run here."""
    needed = needed_distributions([*declared[""], *declared["test"]])
    assert not needed - pins.keys(), f"add to constraints.txt: {sorted(needed - pins.keys())}"
    for name in needed:
        installed = metadata.version(name).split("+")[0]
        assert installed == pins[name], f"{name}: {installed} is installed, constraints.txt says {pins[name]}"


def test_pins_satisfy_the_declared_ranges(declared: dict[str, list[Requirement]], pins: dict[str, str]):
    for requirements in declared.values():
        for requirement in requirements:
            version = pins[canonical(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement} excludes the pin {version}"
