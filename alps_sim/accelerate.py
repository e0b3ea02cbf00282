"""The one place that decides how rules are compiled and where the compiled code is kept.

numba's cache on disk does not notice a change in a function of another module (numba issue 1833), so the cache lives in a
folder named by a hash of all compiled sources and of the versions that compile them. No fastmath and no vector mathematics
library: both change the last bit, and the two engines must agree to it. `error_model="numpy"` drops the test for a zero divisor.

Set the environment variable `ALPS_SIM_JIT=0` to run every rule as plain Python: slow, for debugging and for the test that
both forms give the same lives.
"""

import ast
import hashlib
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

from alps_sim.caches import cache_base

Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED_SOURCES: Final = ("accelerate.py", "randomness.py", "rules/*.py", "engines/kernel.py", "engines/stepping.py")
"""Files, relative to the package, whose text decides what is compiled."""

JIT: Final = os.environ.get("ALPS_SIM_JIT", "1") != "0"
"""Whether rules are compiled in this process."""


def rules_hash() -> str:
    """Hash of all compiled sources: the identity of the rulebook, 16 hexadecimal digits."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for pattern in COMPILED_SOURCES:
        for path in sorted(root.glob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def model_hash() -> str:
    """Identity of what the rules say, whatever their comments: of their syntax without docstrings, 16 hexadecimal digits.

    What was fitted hangs on it.
    """
    paths = sorted((Path(__file__).parent / "rules").glob("*.py"))
    return _hash_of_syntax(tuple((path.name, path.read_text(encoding="utf-8")) for path in paths))


@lru_cache(maxsize=4)
def _hash_of_syntax(sources: tuple[tuple[str, str], ...]) -> str:
    """Hash of files by name and text. A run asks for it twice, and each time took a tenth of the time to its first answer."""
    digest = hashlib.sha256()
    for name, text in sources:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list):
                node.body = [part for part in body if not _is_text(part)]  # type: ignore[attr-defined]
        digest.update(name.encode())
        digest.update(ast.unparse(tree).encode())  # unlike a dump, the same in every version of Python
    return digest.hexdigest()[:16]


def _is_text(node: ast.AST) -> bool:
    """Whether a statement is a text that stands alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def cache_directory() -> Path:
    """Folder of the compiled code of this rulebook under these versions."""
    import llvmlite
    import numba
    import numpy

    versions = f"{sys.version_info[:3]}-{numba.__version__}-{llvmlite.__version__}-{numpy.__version__}"
    name = hashlib.sha256(f"{rules_hash()}-{versions}".encode()).hexdigest()[:16]
    return cache_base() / name


if JIT:
    import numba

    numba.config.CACHE_DIR = str(cache_directory())

    def compiled(function: Function) -> Function:
        """Compile a rule at its first call, or take it from the cache on disk."""
        return numba.njit(cache=True, error_model="numpy", nogil=True)(function)  # type: ignore[no-any-return]

    def pointer_to(dtype: Any) -> Any:
        """Type of a pointer to elements of a NumPy type, for `callback`."""
        return numba.types.CPointer(numba.from_dtype(dtype))

    def callback(function: Callable[..., Any], result: Any, *arguments: Any) -> Callable[..., Any]:
        """Compile a function of pointers and numbers for calls from Python by address.

        A call costs about a microsecond. numba's dispatcher takes 20 to recognise records of hundreds of fields, at each call.

        Parameters
        ----------
        function
            Works on `numba.carray` of its pointers.
        result, arguments
            numba types; of `pointer_to` for arrays, passed as addresses.
        """
        return numba.cfunc(result(*arguments), cache=True, error_model="numpy")(function).ctypes  # type: ignore[no-any-return]

else:

    def compiled(function: Function) -> Function:
        """Leave a rule as plain Python."""
        return function


def is_warm() -> bool:
    """Whether compiled code of this rulebook is already on disk."""
    return not JIT or any(cache_directory().rglob("*.nbc"))
