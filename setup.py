"""Builds the Cython kernels of `native/`; everything else is in pyproject.toml.

Environment
-----------
MOVIEREC_MARCH
    The `-march` target, such as ``native``, ``x86-64-v3`` or ``armv8-a``; ``none`` leaves the flag out. By default,
    ``native`` in place, and in wheels, which may go to other machines, a target of their architecture.
MOVIEREC_NATIVE_DEBUG
    ``1`` builds with bounds checks and the address and undefined-behaviour sanitizers, without optimisation.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

DEBUG = os.environ.get("MOVIEREC_NATIVE_DEBUG") == "1"
MARCH = os.environ.get("MOVIEREC_MARCH")
WHEELS = {"x86_64": "x86-64-v3", "aarch64": "armv8-a", "arm64": "armv8-a"}
EXACT = {"native.co_rating", "native.content"}
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
OPENMP_PROBE = "#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n"
PLAIN_PROBE = "int main(void) { return 0; }\n"


class BuildKernels(build_ext):
    """Adds the flags that this compiler understands: without OpenMP or the wished target it builds all the same."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def build_extensions(self) -> None:
        compile_flags, link_flags = self._flags()
        for extension in self.extensions:
            # Results that equal NumPy's to the last bit: no fused multiply-add.
            exact = ["-ffp-contract=off"] if extension.name in EXACT else []
            extension.extra_compile_args = [*compile_flags, *exact]
            extension.extra_link_args = link_flags
        super().build_extensions()

    def _flags(self) -> tuple[list[str], list[str]]:
        # -fno-math-errno, -fno-trapping-math: let loops with sqrt and comparisons vectorise; results stay IEEE.
        compile_flags = ["-O1", "-g", *SANITIZERS] if DEBUG else ["-O3", "-g0", "-fno-math-errno", "-fno-trapping-math"]
        link_flags = list(SANITIZERS) if DEBUG else []
        here_only = self.inplace or getattr(self, "editable_mode", False)
        march = MARCH or ("native" if here_only else WHEELS.get(platform.machine(), "none"))
        if march != "none":
            if self._compiles(PLAIN_PROBE, [f"-march={march}"]):
                compile_flags.append(f"-march={march}")
            else:
                self.announce(f"The compiler does not know -march={march}; building for its default target.", 3)
        if self._compiles(OPENMP_PROBE, ["-fopenmp"]):
            compile_flags.append("-fopenmp")
            link_flags.append("-fopenmp")
        else:
            self.announce("The compiler has no OpenMP; the kernels will run on one thread.", 3)
        return compile_flags, link_flags

    def _compiles(self, source: str, flags: list[str]) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "probe.c"
            path.write_text(source)
            command = [*self.compiler.compiler, *flags, str(path), "-o", str(path.with_suffix(""))]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0


if sys.platform == "win32":
    raise SystemExit("movierec's kernels need gcc or clang; on Windows build inside WSL.")

sources = sorted(Path("native").glob("*.pyx"))
headers = [str(header) for suffix in ("h", "pxd") for header in sorted(Path("native").glob(f"*.{suffix}"))]
setup(
    cmdclass={"build_ext": BuildKernels},
    ext_modules=cythonize(
        [Extension(f"native.{path.stem}", [str(path)], depends=headers) for path in sources],
        compiler_directives={
            "language_level": 3,
            "boundscheck": DEBUG,
            "wraparound": False,
            "initializedcheck": DEBUG,
            "cdivision": True,
            "freethreading_compatible": True,
        },
        force=DEBUG,
    ),
)
