"""The engines that pupil records are read and added up on, behind one door.

What is asked of an engine are ibis expressions, so that another one needs an entry here and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadscape.core.errors import FileProblem, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

DEFAULT_ENGINE: Final = "duckdb"


class Engine:
    """A connection that reads files and answers expressions."""

    def __init__(self, connection: Any, answer: Callable[[Any, ir.Table], Any]) -> None:
        self._connection = connection
        self._answer = answer

    def read(self, path: Path) -> ir.Table:
        """The records of a file, or of every file a pattern names, as an expression: nothing is read yet.

        Raises
        ------
        FileProblem
            When there is no such file, it is of another kind, or it cannot be read.
        """
        ending = path.suffix.lower()
        readers = {".parquet": self._connection.read_parquet, ".csv": self._connection.read_csv}
        found = list(path.parent.glob(path.name))
        if not found or ending not in readers:
            raise FileProblem(
                f"{path} " + ("is not a Parquet or CSV file." if found else "is not there."),
                "Pupil records are read from Parquet or CSV files.",
                "Check the path, which must end in .parquet or .csv; * stands for several files.",
            )
        try:
            return readers[ending](str(path))
        except Exception as error:
            raise FileProblem(
                f"{path} cannot be read ({str(error).splitlines()[0]}).",
                "Pupil records are read from Parquet or CSV files.",
                "Check that the file is whole and of the kind its name says.",
            ) from error

    def answer(self, expression: ir.Table) -> pl.DataFrame:
        """The rows of an expression."""
        answered = pl.from_arrow(self._answer(self._connection, expression))
        assert isinstance(answered, pl.DataFrame)
        return answered

    def close(self) -> None:
        """Let go of the engine's memory and files."""
        self._connection.disconnect()


def open_engine(name: str = DEFAULT_ENGINE, *, memory_gb: float = 2.0) -> Engine:
    """The engine of this name.

    Raises
    ------
    NotFound
        When there is none of that name.
    """
    if name not in _ENGINES:
        raise NotFound(
            f"There is no engine {name!r}.",
            "Pupil records are added up by an engine.",
            f"Use one of: {', '.join(_ENGINES)}.",
        )
    connect, answer = _ENGINES[name]
    return Engine(connect(memory_gb), answer)


def _connect_duckdb(memory_gb: float) -> Any:
    import ibis

    # Order of rows is of no account to sums, and keeping it costs memory.
    return ibis.duckdb.connect(memory_limit=f"{memory_gb:g}GB", preserve_insertion_order=False)


def _answer_duckdb(connection: Any, expression: ir.Table) -> Any:
    # Asked directly: what ibis 12 calls for an answer as Arrow is on its way out of DuckDB.
    return connection.con.sql(connection.compile(expression)).to_arrow_table()


_ENGINES: Final[dict[str, tuple[Callable[[float], Any], Callable[[Any, ir.Table], Any]]]] = {
    "duckdb": (_connect_duckdb, _answer_duckdb),
}
