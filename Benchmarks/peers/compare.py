# SPDX-License-Identifier: Apache-2.0
"""Times Tacit and other libraries in turns, and prints medians and ratios; README.md says how and why."""

import argparse
import json
import os
import statistics
import sys

import inputs
import sets
from protocol import Peer, PeerError

HERE = os.path.dirname(os.path.abspath(__file__))


class Scheme:
    """What is compared in a scheme, and how a result is checked."""

    def __init__(self, name, rows, operations, expected, tolerance):
        self.name, self.rows, self.operations = name, rows, operations
        self.expected, self.tolerance = expected, tolerance

    def check(self, peer, operation, degree):
        """Refuses to time what is wrong."""
        found = [float(value) for value in peer.ask("slots", operation).split()]
        wanted = self.expected(operation, degree)
        worst = max((abs(x - y) for x, y in zip(found, wanted)), default=float("inf"))
        if len(found) != len(wanted) or worst > self.tolerance:
            raise PeerError(f"{peer.name}: {operation} at n={degree} is wrong by {worst}: nothing is timed")


SCHEMES = [
    Scheme("bfv", sets.BFV, sets.BFV_OPERATIONS, inputs.expected_bfv, 0),
    Scheme("ckks", sets.CKKS, sets.CKKS_OPERATIONS, inputs.expected_ckks, 1e-3),
]


def microseconds(nanoseconds):
    """With as many digits as make sense."""
    value = nanoseconds / 1e3
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def start(name, he_bench):
    """A process of the library of that name, kept to one thread."""
    command = [he_bench, "peer"] if name == sets.TACIT else [sys.executable, os.path.join(HERE, "seal_peer.py")]
    return Peer(name, command)


def count_for(peer, operation, seconds):
    """How many calls last about so long, after a first one that warms up."""
    peer.run(operation, 1)
    once = max(peer.run(operation, 1), 1)
    return max(1, min(int(seconds * 1e9 / once), 100_000))


def compare(scheme, degree, peers, options):
    """What one row took, an entry an operation."""
    descriptions = {name: peer.ask("open", scheme.name, scheme.rows[degree][name]) for name, peer in peers.items()}
    for name, text in descriptions.items():
        print(f"{name:10} {scheme.rows[degree][name]} {text.removeprefix('ok ')}")
    return [compare_operation(scheme, degree, operation, peers, options) for operation in scheme.operations]


def compare_operation(scheme, degree, operation, peers, options):
    """What one operation took."""
    counts = {}
    for name, peer in peers.items():
        scheme.check(peer, operation, degree)
        counts[name] = count_for(peer, operation, options.seconds)
    times, overheads = {name: [] for name in peers}, {name: [] for name in peers}
    order = list(peers)
    for _ in range(options.rounds):
        for name in order:
            peer, count = peers[name], counts[name]
            times[name].append(peer.run(operation, count) / count)
            overheads[name].append(0.0 if name == sets.TACIT else call_overhead(peer, operation, count))
        order = order[1:] + order[:1]
    net = {name: [time - over for time, over in zip(times[name], overheads[name])] for name in peers}
    minima = {name: min(times[name]) - min(overheads[name]) for name in peers}
    others = [name for name in peers if name != sets.TACIT]
    return {
        "scheme": scheme.name,
        "n": degree,
        "operation": operation,
        "parameters": {name: scheme.rows[degree][name] for name in peers},
        "median_ns": {name: statistics.median(net[name]) for name in peers},
        "minimum_ns": minima,
        "call_overhead_ns": {name: statistics.median(overheads[name]) for name in others},
        "ratio_to_tacit": {
            name: statistics.median(theirs / ours for theirs, ours in zip(net[name], net[sets.TACIT]))
            for name in others
        },
        "ratio_to_tacit_of_minima": {name: minima[name] / minima[sets.TACIT] for name in others},
        "rounds": options.rounds,
        "calls_a_round": counts,
    }


def call_overhead(peer, operation, count):
    """Nanoseconds that a call from Python costs besides the operation."""
    count = max(count, 20)
    return int(peer.ask("overhead", operation, count)) / count


def print_table(results, names):
    """A line for each operation."""
    others = [name for name in names if name != sets.TACIT]
    titles = ["median µs".ljust(32), sets.TACIT.rjust(10)]
    titles += [f"{name:>10} {'ratio':>6} {'(min)':>7}" for name in others] + ["call overhead"]
    print("  ".join(titles))
    for result in results:
        columns = [result["operation"].ljust(32), microseconds(result["median_ns"][sets.TACIT]).rjust(10)]
        for name in others:
            ratio, of_minima = result["ratio_to_tacit"][name], result["ratio_to_tacit_of_minima"][name]
            columns.append(f"{microseconds(result['median_ns'][name]):>10} {ratio:>6.2f} {f'({of_minima:.2f})':>7}")
        columns.append(microseconds(max(result["call_overhead_ns"].values())))
        print("  ".join(columns))


def main():
    """Reads the options, compares, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("he_bench", help="the program he-bench")
    parser.add_argument("--scheme", choices=[scheme.name for scheme in SCHEMES], help="only this one")
    parser.add_argument("--n", type=int, action="append", help="only this ring degree; may be given again")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each peer (15)")
    parser.add_argument("--seconds", type=float, default=0.02, help="about how long a turn is (0.02)")
    parser.add_argument("--json", help="write one JSON object a line to this file")
    options = parser.parse_args()
    print("One thread each, in turns. Times are less what a call from Python costs, which the last column tells for the")
    print("slowest; ratios say how many times longer than Tacit: the median of the turns, and (that of the minima).")
    lines = []
    for scheme in SCHEMES:
        if options.scheme not in (None, scheme.name):
            continue
        for degree, row in scheme.rows.items():
            if options.n and degree not in options.n:
                continue
            print(f"\n{scheme.name} n={degree}")
            peers = {name: start(name, options.he_bench) for name in row}
            try:
                results = compare(scheme, degree, peers, options)
                print_table(results, list(peers))
                peaks = {name: int(peer.ask("memory")) for name, peer in peers.items()}
                print("peak resident MB  " + ", ".join(f"{name} {peak / 1e6:.0f}" for name, peak in peaks.items()))
            finally:
                for peer in peers.values():
                    peer.close()
            lines += results + [{"scheme": scheme.name, "n": degree, "peak_resident_bytes": peaks}]
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)


if __name__ == "__main__":
    try:
        main()
    except PeerError as error:
        sys.exit(str(error))
