"""docs/performance.md: its table and its plots, from the figures of a run. What stands around them is written by hand."""

import pathlib
import re

from suite import NotInstalled
from suite.rows import markdown_table

BEGIN, END = "<!-- figures: scripts/bench --report -->", "<!-- end of figures -->"


def distance(row):
    """How far a row is from its aim: 1 is the aim, 2 is twice as good, 0.5 half as good. None for rows without."""
    if row.aim is None or not row.ratio or row.ratio <= 0:
        return None
    return row.aim / row.ratio if row.better == "less" else row.ratio / row.aim


def pyplot():
    try:
        import matplotlib
    except ImportError:
        raise NotInstalled("python3-matplotlib") from None
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "rollcall", "font.size": 9})
    from matplotlib import pyplot
    return pyplot


def plot_aims(rows, file):
    """A bar for each aim, on a logarithmic scale: to the right of the line it is met."""
    found = [(row.name, distance(row)) for row in reversed(rows) if distance(row)]
    plot = pyplot()
    figure, axes = plot.subplots(figsize=(8, 0.28 * len(found) + 0.8))
    axes.barh([name for name, _ in found], [value - 1 for _, value in found], left=1,
              color=["#2a7f4f" if value >= 1 else "#b3402e" for _, value in found])
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("times as good as the aim")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plot.close(figure)


def plot_latencies(rows, file):
    """What share of the answers took how long, of the rows that kept each time."""
    plot = pyplot()
    figure, axes = plot.subplots(figsize=(8, 3))
    for row in rows:
        if times := row.details.get("ms"):
            axes.plot(times, [(n + 1) / len(times) * 100 for n in range(len(times))], label=row.what.lstrip("… "))
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("ms")
    axes.set_ylabel("% within")
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plot.close(figure)


def head(run):
    machine = run["machine"]
    distances = run.get("core_distances")
    apart = f"a cache line takes {min(distances)} to {max(distances)} ns from core to core; " if distances else ""
    return (f"{run['calls']:,} calls; {machine['cpus']} CPUs ({machine['model']}), {machine['memory_gb']} GB, "
            f"kernel {machine['kernel']}; {apart}{run['date']}.")


def write(file, run, rows):
    """Puts the figures in their place in `file`, and the plots beside it."""
    file = pathlib.Path(file)
    plot_aims(rows, file.parent / "aims.svg")
    plot_latencies(rows, file.parent / "latencies.svg")
    figures = f"{BEGIN}\n\n{head(run)}\n\n{markdown_table(rows)}\n\n{END}"
    text = file.read_text()
    assert BEGIN in text and END in text, f"{file} has no place for the figures"
    file.write_text(re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: figures, text, flags=re.S))
