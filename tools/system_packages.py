"""Check what the program needs from the system; as root on Debian or Ubuntu, install it (run by make).

python tools/system_packages.py [--tests]      # with what only tests need, which are skipped without it
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

# The shared library that the window loads, and the Debian package that brings it.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libXcursor.so.1": "libxcursor1",
    "libXext.so.6": "libxext6",
    "libXi.so.6": "libxi6",
    "libXinerama.so.1": "libxinerama1",
    "libXrandr.so.2": "libxrandr2",
}

# The programs that tests of the board need, and their Debian packages: a display without a screen, and a mouse on it.
TEST_PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool"}


def is_missing(library: str) -> bool:
    """Whether the loader of this system does not find `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def missing_packages() -> list[str]:
    """Debian's names of what is not there: the window's libraries, and Python's means to make environments."""
    packages = [package for library, package in LIBRARIES.items() if is_missing(library)]
    if importlib.util.find_spec("ensurepip") is None:
        packages.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    return packages


def missing_for_tests() -> list[str]:
    """Debian's names of the programs that only tests need."""
    return [package for program, package in TEST_PROGRAMS.items() if shutil.which(program) is None]


def main(arguments: Sequence[str] = ()) -> int:
    """Exit code 0: all there, installed now, or for the window to say; 1: the person has to do what is printed."""
    if sys.version_info < (3, 11):
        version = sys.version.split()[0]
        print(f"EpiGRAF Studio needs Python 3.11 or newer; {sys.executable} is {version}.", file=sys.stderr)
        print("Name another one: make studio PYTHON=python3.12", file=sys.stderr)
        return 1
    on_linux, for_tests = sys.platform.startswith("linux"), "--tests" in arguments
    packages = missing_packages() if on_linux else []
    extra = missing_for_tests() if on_linux and for_tests else []
    if extra and (os.geteuid() != 0 or shutil.which("apt-get") is None):
        print(f"Tests of the board are skipped without {', '.join(extra)} (Debian's names).", file=sys.stderr)
        extra = []
    packages += extra
    if not packages:
        return 0
    print(f"Not found on this system: {', '.join(packages)} (Debian's names).", file=sys.stderr)
    if shutil.which("apt-get") is None:
        print("Install them with your system's package manager if the window does not open.", file=sys.stderr)
        return 0
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() != 0:
        print(f"Run this once as root (or with sudo), then make again:\n\n    {' '.join(install)}\n", file=sys.stderr)
        return 1
    subprocess.run(["apt-get", "update", "-q"], check=True)
    subprocess.run(install, check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
