#!/usr/bin/env python3
"""Prints the best peer of each case of `cargo bench --bench versus -- --csv FILE`, as Markdown.

    python3 comparison/table.py FILE
"""

import csv
import sys

VERDICTS = {"ahead": "ahead", "behind": "**behind**", "level": "level"}


def quantity(row):
    """A median with its unit, with about three significant digits."""
    value, unit = float(row["median"]), row["unit"]
    if unit != "ns":
        return f"{value:,.0f} {unit}"
    for divisor, prefix in ((1e6, "m"), (1e3, "µ")):
        if value >= divisor:
            return f"{value / divisor:.3g} {prefix}s"
    return f"{value:.3g} ns"


def figure(text):
    return f"{float(text):.3g}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], newline="") as table:
        rows = list(csv.DictReader(table))
    print("| case | async-duplex | best peer | theirs / ours | spread | async-duplex is | ours / floor |")
    print("| --- | ---: | --- | ---: | --- | --- | ---: |")
    for case in dict.fromkeys(row["case"] for row in rows):
        here = [row for row in rows if row["case"] == case]
        ours = next(row for row in here if row["role"] == "ours")
        best = min((row for row in here if row["role"] == "peer"), key=lambda row: float(row["median"]), default=None)
        if best is None:
            continue
        floor = next((f"{1 / float(row['ratio_median']):.3g}" for row in here if row["role"] == "floor"), "")
        spread = ""
        if best["ratio_p10"] != best["ratio_p90"]:
            spread = f"{figure(best['ratio_p10'])} to {figure(best['ratio_p90'])}"
        ratio, verdict = figure(best["ratio_median"]), VERDICTS[best["verdict"]]
        print(f"| {case} | {quantity(ours)} | {best['contender']} | {ratio} | {spread} | {verdict} | {floor} |")


if __name__ == "__main__":
    main()
