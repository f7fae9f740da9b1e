#!/usr/bin/env python3
"""Plots the results of `cargo bench --bench versus -- --full --csv FILE`. Needs matplotlib.

    python3 comparison/plot.py FILE              # the three plots of README.md, into plots/
    python3 comparison/plot.py FILE FOLDER WORD  # the cases whose names contain the word, into a folder

The same table gives the same files.
"""

import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

sys.dont_write_bytecode = True  # The import would leave a folder here.
from table import OURS, PLACES, SIMPLEX, SPINNING, WORK, below, number, read, spaced, thread_case, tokio

# The colours of Okabe and Ito, which colour-blind readers can tell apart, and a shape for each.
STYLES = {
    OURS: ("#d55e00", "o"),
    SPINNING: ("#e69f00", "D"),
    "tokio-duplex": ("#0072b2", "s"),
    SIMPLEX: ("#56b4e9", "v"),
    "tokio-util-simplex": ("#0072b2", "<"),
    "piper": ("#009e73", "^"),
    "async-ringbuf": ("#cc79a7", "P"),
    "futures-ringbuf": ("#f0e442", "X"),
    "unix-socket": ("#000000", "*"),
    "memcpy": ("#777777", "|"),
    "rtrb": ("#777777", "|"),
}

SETTINGS = {
    # Without these settings the files would differ from run to run.
    "svg.hashsalt": "async-duplex",
    # Letters as outlines, which look the same everywhere.
    "svg.fonttype": "path",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#e4e4e4",
    "legend.frameon": False,
}


def save(figure, folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.svg"
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    print(path)


def legend(figure, axes, columns):
    """One legend for all panels, below them."""
    entries = {}
    for panel in axes:
        entries |= dict(zip(*reversed(panel.get_legend_handles_labels())))
    figure.tight_layout()
    figure.legend(entries.values(), entries.keys(), loc="upper center", bbox_to_anchor=(0.5, 0), ncol=columns)


def real_work(cases):
    """Bars of the speed beside tokio's duplex, a panel for one thread and one for two workers."""
    work = below(cases, "work/")
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharex=True, sharey=True)
    bars = {"1KiB": ("#56b4e9", "//", -0.2), "64KiB": ("#d55e00", "", 0.2)}
    for panel, (place, title) in zip(axes, PLACES.items()):
        for capacity, (colour, hatch, offset) in bars.items():
            rows = [tokio(work[f"{task}/{place}/{capacity}"]) for task in WORK]
            speeds = [row["ratio_median"] for row in rows]
            spread = [
                [row["ratio_median"] - row["ratio_p10"] for row in rows],
                [row["ratio_p90"] - row["ratio_median"] for row in rows],
            ]
            panel.barh(
                [line + offset for line in range(len(WORK))],
                speeds,
                height=0.38,
                xerr=spread,
                color=colour,
                hatch=hatch,
                edgecolor="#333333",
                error_kw={"ecolor": "#333333", "capsize": 2},
                label=f"capacity {spaced(capacity)}",
            )
        panel.axvline(1, color="#000000", linewidth=1)
        panel.set(title=title, xlabel="times the speed of tokio's duplex")
    axes[0].set_yticks(range(len(WORK)), [text.replace("`", "") for text in WORK.values()])
    axes[0].invert_yaxis()
    figure.suptitle("Real work over a duplex: 1 is level, more is better (median, 10th to 90th percentile)")
    legend(figure, axes, 2)
    return figure


def bytes_axis(axis, sizes):
    """Names sizes instead of powers of ten."""
    axis.set_ticks(sizes, [f"{size >> 10} KiB" if size < 1 << 20 else f"{size >> 20} MiB" for size in sizes])
    axis.set_minor_locator(NullLocator())


def memory(cases):
    """Lines of resident memory by the number of unread bytes, a panel for each capacity."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), sharex=True, sharey=True)
    for panel, capacity in zip(axes, ("1MiB", "64MiB")):
        states = {state: below(cases, f"memory/{state}/{capacity}/") for state in ("unread", "burst")}
        lines = [(name, "unread", "-", name) for name in (OURS, SIMPLEX, "piper")]
        lines.append((OURS, "burst", ":", f"{OURS}, before the first read"))
        lines.append((SIMPLEX, "burst", ":", f"{SIMPLEX}, before the first read"))
        for name, state, dashes, label in lines:
            colour, shape = STYLES[name]
            points = sorted((number(size), rows[name]["median"]) for size, rows in states[state].items())
            panel.plot(
                *zip(*points),
                color=colour,
                marker=shape,
                linestyle=dashes,
                # Where lines lie on each other, the wider one shows.
                linewidth=4 if name == OURS else 1.5,
                markersize=9 if name == OURS else 5,
                markerfacecolor=colour if state == "unread" else "white",
                label=label,
            )
        panel.set(xscale="log", yscale="log", title=f"capacity {spaced(capacity)}")
        panel.set_xlabel("unread bytes (log scale)")
        bytes_axis(panel.xaxis, sorted(map(number, states["unread"])))
        panel.tick_params(axis="x", rotation=45)
        bytes_axis(panel.yaxis, [1 << shift for shift in range(10, 22, 2)])
    axes[0].set_ylabel("resident bytes of a direction (log scale)")
    figure.suptitle("Resident memory of a direction: less is better")
    legend(figure, axes, 3)
    return figure


def dots(panel, cases, names):
    """A line for each case, and in it a marker for each contender, with its spread.

    The axis is logarithmic, so a bar would have no origin, and its length no meaning.
    """
    for line, rows in enumerate(cases.values()):
        for name, row in rows.items():
            if name not in names:
                continue
            colour, shape = STYLES[name]
            value = row["median"]
            panel.errorbar(
                value,
                line + 0.12 * (names.index(name) - (len(names) - 1) / 2),
                xerr=[[value - row["p10"]], [row["p90"] - value]],
                color=colour,
                marker=shape,
                markersize=8,
                markeredgecolor="#333333" if shape != "|" else colour,
                markeredgewidth=0.5 if shape != "|" else 3,
                capsize=2,
                label=name,
            )
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(LogLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(in_units))
    panel.xaxis.set_minor_formatter(NullFormatter())


def in_units(value, _):
    """Nanoseconds on an axis."""
    for divisor, unit in ((1e6, "ms"), (1e3, "µs"), (1, "ns")):
        if value >= divisor:
            return f"{value / divisor:g} {unit}"
    return f"{value:g} ns"


def two_threads(cases):
    """The time and the processor time, beside tokio's pipes."""
    names = [OURS, SPINNING, "tokio-duplex", SIMPLEX, "rtrb"]
    figure, axes = plt.subplots(1, 2, figsize=(10, 6.5), sharey=True)
    panels = {"two-threads/": "time", "processor/two-threads/": "processor time of both threads"}
    for panel, (prefix, title) in zip(axes, panels.items()):
        here = below(cases, prefix)
        dots(panel, here, names)
        panel.set(title=title, xlabel="for a round trip or a chunk (log scale)")
    axes[0].set_yticks(range(len(here)), map(thread_case, here))
    axes[0].invert_yaxis()
    figure.suptitle("Two threads that block on their tasks: less is better")
    legend(figure, axes, 3)
    return figure


def any_cases(cases, word):
    """All contenders of some timed cases."""
    here = {case: rows for case, rows in cases.items() if word in case and rows[OURS]["unit"] == "ns"}
    if not here:
        sys.exit(f"no timed case contains {word}")
    figure, panel = plt.subplots(figsize=(9, 1.5 + len(here)))
    dots(panel, here, [name for name in STYLES if any(name in rows for rows in here.values())])
    panel.set_xlabel("time (log scale)")
    panel.set_yticks(range(len(here)), here)
    panel.invert_yaxis()
    legend(figure, [panel], 4)
    return figure


def main():
    plt.rcParams.update(SETTINGS)
    if len(sys.argv) == 2:
        cases = read(sys.argv[1])
        folder = pathlib.Path(__file__).parent / "plots"
        for name, plot in (("real-work", real_work), ("two-threads", two_threads), ("memory", memory)):
            save(plot(cases), folder, name)
    elif len(sys.argv) == 4:
        word = sys.argv[3]
        save(any_cases(read(sys.argv[1]), word), pathlib.Path(sys.argv[2]), word.replace("/", "-"))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
