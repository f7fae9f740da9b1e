#!/usr/bin/env python3
"""Plots the results of `cargo bench --bench versus -- --full --csv FILE`.

    python3 comparison/plot.py FILE [FOLDER]

Writes SVGs into comparison/plots/, or FOLDER. The same table gives the same files. Needs matplotlib.
"""

import csv
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, NullLocator

OURS = "async-duplex"

# In the order in which they are drawn. The colours are those of Okabe and Ito, which colour-blind
# readers can tell apart, and darker or lighter ones where these do not suffice.
COLOURS = {
    "async-duplex": "#d55e00",
    "async-duplex-no-spin": "#000000",
    "tokio-duplex": "#0072b2",
    "tokio-simplex": "#56b4e9",
    "tokio-util-simplex": "#004466",
    "piper": "#009e73",
    "async-ringbuf": "#e69f00",
    "futures-ringbuf": "#cc79a7",
    "unix-socket": "#8c564b",
    "memcpy": "#555555",
    "rtrb": "#555555",
}
MARKERS = ["o", "D", "s", "^", "v", "P", "X", "*", "p", "h", "<"]
FLOORS = {"memcpy", "rtrb"}

# What a reader has to know about a contender, where the plot stands.
LABELS = {
    "async-duplex": "async-duplex (spins where its thread would sleep)",
    "async-duplex-no-spin": "async-duplex with spinning off",
    "memcpy": "floor: two copies of each byte",
    "rtrb": "floor: rtrb, both threads spin for ever",
}

STYLE = {
    # Without these settings the files would differ from run to run.
    "svg.hashsalt": "async-duplex",
    # Letters as outlines, which look the same everywhere.
    "svg.fonttype": "path",
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#e4e4e4",
    "font.size": 10,
}


def size(count):
    """A number of bytes as the benchmarks write it."""
    count = int(count)
    if count < 1 << 10:
        return f"{count} B"
    if count < 1 << 20:
        return f"{count >> 10} KiB"
    return f"{count >> 20} MiB"


def read(path):
    with open(path, newline="") as table:
        rows = list(csv.DictReader(table))
    for row in rows:
        for column in ("capacity", "size", "count"):
            row[column] = int(row[column])
        for column in ("median", "p10", "p90"):
            row[column] = float(row[column])
    return rows


def colour(name):
    return COLOURS.get(name, "#999999")


def marker(name):
    """A shape for each contender, so that colour is not all that tells them apart."""
    return MARKERS[list(COLOURS).index(name) % len(MARKERS)] if name in COLOURS else "x"


def label(name):
    return LABELS.get(name, name)


def in_order(names):
    """Each name once: the known ones in their order, then the others."""
    known = list(COLOURS)
    return sorted(set(names), key=lambda name: (known.index(name) if name in known else len(known), name))


def save(figure, folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.svg"
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    print(path)


def legend(figure, handles, labels):
    figure.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncol=3, frameon=False)


def throughput(rows, place, title):
    """Throughput by the size of the chunks, a panel for each capacity."""
    rows = [row for row in rows if row["group"] == "stream" and row["place"] == place]
    capacities = sorted({row["capacity"] for row in rows})
    if not capacities:
        return None
    figure, panels = plt.subplots(
        1, len(capacities), figsize=(3.2 * len(capacities), 4.4), sharex=True, sharey=True, squeeze=False
    )
    handles = {}
    for panel, capacity in zip(panels[0], capacities):
        here = [row for row in rows if row["capacity"] == capacity]
        for name in in_order(row["contender"] for row in here):
            line = sorted((row["size"], row["median"]) for row in here if row["contender"] == name)
            chunks = [chunk for chunk, _ in line]
            # Bytes in a nanosecond are gigabytes in a second.
            rates = [chunk / time for chunk, time in line]
            ours = name == OURS
            (handles[name],) = panel.plot(
                chunks,
                rates,
                color=colour(name),
                linewidth=2.6 if ours else 1.3,
                linestyle="--" if name in FLOORS else "-",
                marker=marker(name),
                markersize=7 if ours else 5,
                zorder=3 if ours else 2,
            )
        chunks = sorted({row["size"] for row in rows})
        panel.set(xscale="log", yscale="log", title=f"pipe of {size(capacity)}", xlabel="chunk (log scale)")
        panel.set_xticks(chunks, [size(chunk) for chunk in chunks], rotation=45, ha="right")
        panel.xaxis.set_minor_locator(NullLocator())
        panel.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:g}"))
    panels[0][0].set_ylabel("GB/s (log scale)")
    figure.suptitle(title)
    figure.tight_layout()
    names = in_order(handles)
    legend(figure, [handles[name] for name in names], [label(name) for name in names])
    return figure


def dots(panels_of_rows, title, unit, scale):
    """A dot for each contender, with its spread, a panel for each name.

    The axis is logarithmic, so a bar would have no origin, and its length no meaning.
    """
    panels_of_rows = [(name, rows) for name, rows in panels_of_rows if rows]
    if not panels_of_rows:
        return None
    names = in_order(row["contender"] for _, rows in panels_of_rows for row in rows)
    # More than four side by side would be too small to read.
    columns = len(panels_of_rows) if len(panels_of_rows) <= 4 else 3
    lines = -(-len(panels_of_rows) // columns)
    figure, panels = plt.subplots(
        lines,
        columns,
        figsize=(3.2 * columns + 1.4, (0.3 * len(names) + 1.2) * lines),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    least = min(row["median"] for _, rows in panels_of_rows for row in rows) / scale
    for panel, (panel_name, rows) in zip(panels.flat, panels_of_rows):
        for row in rows:
            name, value = row["contender"], row["median"] / scale
            below, above = value - row["p10"] / scale, row["p90"] / scale - value
            panel.errorbar(
                value,
                names.index(name),
                xerr=[[max(below, 0)], [max(above, 0)]] if row["p10"] < row["p90"] else None,
                fmt=marker(name),
                color=colour(name),
                markerfacecolor="white" if name in FLOORS else colour(name),
                markersize=8 if name == OURS else 6,
                ecolor="#555555",
                elinewidth=1,
            )
            panel.annotate(
                f"{value:.3g}" if value < 1000 else f"{value:,.0f}",
                (max(value, row["p90"] / scale), names.index(name)),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
                fontweight="bold" if name == OURS else "normal",
            )
        panel.set(title=panel_name, xlabel=f"{unit} (log scale)", xscale="log")
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}" if value < 1000 else f"{value:,.0f}"))
        panel.xaxis.set_minor_locator(NullLocator())
    most = max(row["p90"] for _, rows in panels_of_rows for row in rows) / scale
    # The numbers beside the dots need space.
    panels[0][0].set_xlim(least / 2, most * (most / least) ** 0.3)
    panels[0][0].set_yticks(range(len(names)), [label(name) for name in names])
    panels[0][0].invert_yaxis()
    for panel in panels[:, 0]:
        for tick in panel.get_yticklabels():
            tick.set_fontweight("bold" if tick.get_text() == label(OURS) else "normal")
    figure.suptitle(title)
    figure.tight_layout()
    return figure


def round_trips(rows, message=1):
    places = [("one-thread", "one thread"), ("two-threads", "two threads"), ("64-pairs", "64 pairs, work-stealing")]
    return dots(
        [
            (
                title,
                [
                    row
                    for row in rows
                    if row["group"] == "round-trip" and row["place"] == place and row["size"] == message
                ],
            )
            for place, title in places
        ],
        f"A round trip of {size(message)}: less is better",
        "ns",
        1,
    )


def lifetimes(rows, group, title):
    capacities = sorted({row["capacity"] for row in rows if row["group"] == group})
    return dots(
        [
            (
                f"pipe of {size(capacity)}",
                [row for row in rows if row["group"] == group and row["capacity"] == capacity],
            )
            for capacity in capacities
        ],
        title,
        "ns",
        1,
    )


def memory(rows):
    rows = [row for row in rows if row["group"] == "memory" and row["place"] == "resident"]
    cases = list(dict.fromkeys((row["capacity"], row["count"], row["case"]) for row in rows))
    return dots(
        [
            (
                f"{size(capacity)}, {case.rsplit('/', 1)[1]}\n{count:,} pipes",
                [row for row in rows if row["case"] == case and row["count"] == count],
            )
            for capacity, count, case in cases
        ],
        "Resident memory of a pipe: less is better",
        "KiB",
        1024,
    )


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    rows = read(sys.argv[1])
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else pathlib.Path(__file__).parent / "plots")
    plt.rcParams.update(STYLE)
    figures = {
        "one-thread": throughput(rows, "one-thread", "Throughput on one thread: more is better"),
        "two-threads": throughput(rows, "two-threads", "Throughput between two threads: more is better"),
        "round-trip": round_trips(rows),
        "make": lifetimes(rows, "make", "Making and dropping a pipe: less is better"),
        "short-lived": lifetimes(rows, "short-lived", "Making a pipe, passing 64 bytes, dropping it: less is better"),
        "memory": memory(rows),
    }
    for name, figure in figures.items():
        if figure is not None:
            save(figure, folder, name)


if __name__ == "__main__":
    main()
