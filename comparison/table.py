#!/usr/bin/env python3
"""Prints the results of `cargo bench --bench versus -- --full --csv FILE` as Markdown.

    python3 comparison/table.py FILE [PAGE]

With a page, puts them into it instead, between the two comments that say so.
"""

import csv
import re
import sys

OURS = "async-duplex"
SPINNING = "async-duplex-spinning"
DUPLEX = "tokio-duplex"
SIMPLEX = "tokio-simplex"

SUFFIXES = {"B": 0, "KiB": 10, "MiB": 20}

PLACE = re.compile(r"(<!-- figures: begin.*?-->\n).*(<!-- figures: end -->)", re.S)
WORK = {
    "lines": "a line and its answer",
    "copy-bidirectional": "`copy_bidirectional`, 8 KiB at a time",
    "http1-hello": "HTTP/1, an empty request",
    "http1-64KiB": "HTTP/1, 64 KiB each way",
    "http2-hello-x32": "HTTP/2, 32 empty requests at a time",
    "http2-64KiB-x8": "HTTP/2, 8 requests of 64 KiB at a time",
}
PLACES = {"one-thread": "one thread", "two-workers": "two workers"}


def read(path):
    """The rows by case, in the order of the file, and in a case by contender."""
    cases = {}
    with open(path, newline="") as table:
        for row in csv.DictReader(table):
            for column in ("median", "p10", "p90", "ratio_median", "ratio_p10", "ratio_p90"):
                row[column] = float(row[column])
            cases.setdefault(row["case"], {})[row["contender"]] = row
    return cases


def below(cases, prefix):
    """The cases whose names begin with the prefix, by the rest of their names."""
    return {case.removeprefix(prefix): rows for case, rows in cases.items() if case.startswith(prefix)}


def tokio(rows):
    """Tokio's row: that of its duplex, where this takes part, and else that of its simplex."""
    return rows.get(DUPLEX) or rows[SIMPLEX]


def number(size):
    """The number of bytes of `64KiB`."""
    digits = size.rstrip("KMiB")
    return int(digits) << SUFFIXES[size[len(digits) :]]


def spaced(size):
    """`64 KiB` for `64KiB`."""
    digits = size.rstrip("KMiB")
    return f"{digits} {size[len(digits):]}"


def quantity(row):
    """A median with its unit, with about three significant digits."""
    value, unit = row["median"], row["unit"]
    if unit == "B":
        return f"{value:,.0f} B" if value < 10_000 else f"{value / 1024:,.0f} KiB"
    for divisor, prefix in ((1e6, "m"), (1e3, "µ")):
        if value >= divisor:
            return f"{value / divisor:.3g} {prefix}s"
    return f"{value:.3g} ns"


def ratio(row):
    value = row["ratio_median"]
    return f"{value:.2f}" if 0.1 <= value < 10 else f"{value:.3g}"


def speed(row):
    """A ratio and whether it is a difference."""
    return f"{ratio(row)} {row['verdict']}"


def table(head, lines):
    """Markdown: the first column to the left, the others to the right."""
    yield f"| {' | '.join(head)} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for line in lines:
        yield f"| {' | '.join(line)} |"
    yield ""


def real_work(cases):
    work = below(cases, "work/")
    columns = [(place, capacity) for place in PLACES for capacity in ("1KiB", "64KiB")]
    yield "### Real work, over a `duplex`\n"
    yield "![Speed of real work beside tokio's duplex](plots/real-work.svg)\n"
    yield from table(
        ["speed beside tokio's duplex", *(f"{PLACES[place]}, {spaced(size)}" for place, size in columns)],
        (
            [text, *(speed(tokio(work[f"{task}/{place}/{size}"])) for place, size in columns)]
            for task, text in WORK.items()
            if f"{task}/one-thread/1KiB" in work
        ),
    )


def thread_case(case):
    """`stream, 1 KiB through 4 KiB` for `stream/4KiB/1KiB`."""
    kind, *sizes = case.split("/")
    return f"{kind.replace('-', ' ')}, {' through '.join(map(spaced, reversed(sizes)))}"


def two_threads(cases):
    yield "### Two threads that block on their tasks\n"
    yield "![Two threads, as it comes and told to spin](plots/two-threads.svg)\n"
    yield "The time for a round trip or a chunk, and in brackets the processor time of both threads. Speeds\nare beside tokio's.\n"
    processor = below(cases, "processor/two-threads/")
    lines = []
    for case, rows in below(cases, "two-threads/").items():
        names = [tokio(rows)["contender"], OURS, SPINNING]
        cells = [f"{quantity(rows[name])} ({quantity(processor[case][name])})" for name in names]
        floor = quantity(rows["rtrb"]) if "rtrb" in rows else ""
        gain = tokio(rows)["median"] / rows[SPINNING]["median"]
        lines.append([thread_case(case), *cells, floor, speed(tokio(rows)), f"{gain:.3g}"])
    head = ["", "tokio's", "as it comes", "told to spin", "`rtrb`, which only spins"]
    yield from table([*head, "speed as it comes", "speed told to spin"], lines)


def memory(cases):
    yield "### Memory\n"
    yield "![Resident memory by unread bytes](plots/memory.svg)\n"
    asked, small = below(cases, "memory/asked/"), below(cases, "memory/small-messages/")
    what = {f"idle {kind}, allocated": rows for kind, rows in asked.items()}
    what |= {f"{spaced(size)}, after small messages, resident": rows for size, rows in small.items()}
    lines = []
    for text, rows in what.items():
        peers = [row for row in rows.values() if row["role"] == "peer" and row is not tokio(rows)]
        others = ", ".join(f"{row['contender']} {quantity(row)}" for row in peers)
        lines.append([text, quantity(rows[OURS]), quantity(tokio(rows)), others])
    yield from table(["a direction, or a duplex", "async-duplex", "tokio's", "others"], lines)
    yield "Resident memory of a direction while so many bytes are unread, and with a capacity of:\n"
    columns = [(capacity, state) for capacity in ("1MiB", "64MiB") for state in ("unread", "burst")]
    sizes = sorted({case.split("/")[1] for case in below(cases, "memory/unread/")}, key=number)
    head = ["unread"]
    for capacity, state in columns:
        remark = "" if state == "unread" else ", before the first read"
        head.append(f"{spaced(capacity)}{remark}: ours, tokio's")
    lines = []
    for size in sizes:
        here = [cases[f"memory/{state}/{capacity}/{size}"] for capacity, state in columns]
        cells = (f"{quantity(rows[OURS])}, {quantity(rows[SIMPLEX])}" for rows in here)
        lines.append([spaced(size), *cells])
    yield from table(head, lines)


def lives(cases):
    yield "### Making, and short lives\n"
    sizes = sorted({case.split("/")[1] for case in below(cases, "make/")}, key=number)
    lines = []
    for life, text in (("make", "made and dropped"), ("short-lived", "made, used once and dropped")):
        for kind in ("duplex", "pipe"):
            here = [cases[f"{life}/{kind}/{size}"] for size in sizes]
            cells = (f"{quantity(rows[OURS])}, {speed(tokio(rows))}" for rows in here)
            lines.append([f"`{kind}`, {text}", *cells])
    yield from table(["time, and speed beside tokio's", *map(spaced, sizes)], lines)


def streams(cases):
    yield "### Streams by chunk and capacity\n"
    yield "The time of async-duplex for a chunk, and in brackets its speed beside tokio's.\n"
    lines = []
    for case, one in sorted(below(cases, "stream/").items(), key=lambda item: number(item[0].split("/")[1])):
        two = cases[f"two-threads/stream/{case}"]
        capacity, chunk = map(spaced, case.split("/"))
        cells = [f"{quantity(rows[OURS])} ({speed(tokio(rows))})" for rows in (one, two)]
        lines.append([chunk, capacity, *cells, quantity(two[SPINNING])])
    yield from table(["chunk", "capacity", "one thread", "two threads", "told to spin"], lines)


def every_case(cases):
    yield "### Every case but those of memory\n"
    lines = []
    for case, rows in cases.items():
        if case.startswith("memory/"):
            continue
        peers = [row for row in rows.values() if row["role"] == "peer"]
        best = min(peers, key=lambda row: row["median"])
        spread = ""
        if best["ratio_p10"] != best["ratio_p90"]:
            spread = f"{best['ratio_p10']:.3g} to {best['ratio_p90']:.3g}"
        floor = next((quantity(row) for row in rows.values() if row["role"] == "floor"), "")
        figures = [quantity(rows[OURS]), best["contender"], speed(best), spread, floor]
        lines.append([case, *figures])
    yield from table(["case", "async-duplex", "best peer", "theirs / ours", "spread", "floor"], lines)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    cases = read(sys.argv[1])
    parts = [real_work, two_threads, memory, lives, streams, every_case]
    text = "\n".join(line for part in parts for line in part(cases))
    if len(sys.argv) == 2:
        print(text)
        return
    with open(sys.argv[2], encoding="utf-8") as page:
        old = page.read()
    new, places = PLACE.subn(lambda place: f"{place[1]}\n{text}{place[2]}", old)
    if places != 1:
        sys.exit(f"{sys.argv[2]} has no place for figures")
    with open(sys.argv[2], "w", encoding="utf-8") as page:
        page.write(new)


if __name__ == "__main__":
    main()
