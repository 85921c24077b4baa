"""Tables and figures of a report as files of their own: CSV to compute with, LaTeX to print, PNG to show."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from links2_tasks._files import write_whole
from links2_tasks.report._exhibits import Cell, Exhibit, Table
from links2_tasks.report._png import table_drawing, write_png

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "\n": " ",
    "\t": " ",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_tables(
    exhibits: Iterable[Exhibit], folder: Path, progress: Callable[[str], None] = lambda step: None
) -> tuple[Path, ...]:
    """Write each table as CSV, LaTeX and PNG, and each figure as PNG, into a folder.

    Raises:
        MissingExtraError: matplotlib is not installed.
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for exhibit in exhibits:
        table = exhibit.table
        progress(table.name)
        paths = [folder / f"{table.name}{ending}" for ending in (".csv", ".tex", ".png")]
        write_whole(paths[0], lambda stream, table=table: stream.write(csv_text(table).encode()))  # type: ignore[misc]
        write_whole(paths[1], lambda stream, table=table: stream.write(latex_text(table).encode()))  # type: ignore[misc]
        write_png(table_drawing(table), paths[2])
        if exhibit.drawing is not None:
            paths.append(folder / f"{table.name}-figure.png")
            write_png(exhibit.drawing, paths[-1])
        written += paths
    return tuple(written)


def csv_text(table: Table) -> str:
    """The table as CSV: numbers with all their digits, and columns for the ends of intervals.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    parts = [_parts_of_column(table, place) for place in range(len(table.columns))]
    titled = zip(table.columns, parts, strict=True)
    writer.writerow([_no_formula(f"{column.title}{part}") for column, of in titled for part in of])
    for row in table.rows:
        writer.writerow([_value(cell, part) for cell, of in zip(row.cells, parts, strict=True) for part in of])
    return stream.getvalue()


def _parts_of_column(table: Table, place: int) -> tuple[str, ...]:
    """Endings of the titles of the columns that one column becomes."""
    cells = [row.cells[place] for row in table.rows]
    clips = (" low", " high") if any(cell.interval is not None for cell in cells) else ()
    regions = (" region low", " region high") if any(cell.region_interval is not None for cell in cells) else ()
    return ("", *clips, *regions)


def _value(cell: Cell, part: str) -> str:
    if part == "":
        return _no_formula(cell.text) if cell.number is None else f"{cell.number:.10g}"
    interval = cell.region_interval if "region" in part else cell.interval
    if interval is None:
        return ""
    return f"{interval.low if part.endswith('low') else interval.high:.10g}"


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) and len(text) > 1 else text


def latex_text(table: Table) -> str:
    """The table as LaTeX; it needs the package booktabs, and XeLaTeX or LuaLaTeX where names are not ASCII."""
    sides = "".join("l" if place == 0 or column.is_text else "r" for place, column in enumerate(table.columns))
    lines = [
        "% \\usepackage{booktabs}",
        "\\begin{table}",
        "\\centering",
        f"\\caption{{{latex_escaped(table.title)}}}",
        f"\\label{{tab:{table.name.replace('_', '-')}}}",
        f"\\begin{{tabular}}{{{sides}}}",
        "\\toprule",
        " & ".join(latex_escaped(column.title) for column in table.columns) + " \\\\",
        "\\midrule",
    ]
    for number, row in enumerate(table.rows):
        if row.kind != "plain" and number:
            lines.append("\\midrule")
        lines.append(" & ".join(_latex_cell(cell) for cell in row.cells) + " \\\\")
    lines += ["\\bottomrule", "\\end{tabular}"]
    if table.note:
        lines.append(f"\\par\\smallskip{{\\footnotesize {latex_escaped(table.note)}}}")
    return "\n".join([*lines, "\\end{table}", ""])


def _latex_cell(cell: Cell) -> str:
    text = latex_escaped(cell.text)
    if cell.best:
        text = f"\\textbf{{{text}}}"
    if cell.interval is not None:
        text += f" {{\\scriptsize [{cell.interval.low:.2f}, {cell.interval.high:.2f}]}}"
    # A bracket that opens a row would be taken for an argument of the `\\` before it.
    return f"{{}}{text}" if text.startswith("[") else text


def latex_escaped(text: str) -> str:
    """Text that LaTeX prints as it stands; characters without a shape are named by their number."""
    return "".join(_LATEX.get(letter) or _visible(letter) for letter in text)


def _visible(letter: str) -> str:
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return f"\\texttt{{U+{ord(letter):04X}}}"
    return letter
