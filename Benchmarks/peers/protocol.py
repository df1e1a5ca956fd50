# SPDX-License-Identifier: Apache-2.0
"""The lines that the comparison and its peers exchange; see README.md."""

import subprocess
import sys
import time


class PeerError(Exception):
    """A peer that did not do what it was asked for."""


class Peer:
    """A long-lived process that does operations of one library."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, *words):
        """The answer to one line."""
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer or answer.startswith("error"):
            raise PeerError(f"{self.name}: {' '.join(str(word) for word in words)}: {answer.strip() or 'it ended'}")
        return answer.strip()

    def run(self, operation, count):
        """Nanoseconds of so many operations."""
        return int(self.ask("run", operation, count).split()[0])

    def close(self):
        """Ends the process."""
        self.process.stdin.close()
        self.process.wait(timeout=60)


def peak_resident_bytes():
    """The most memory of this process that was resident at once; 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def nanoseconds(call, count):
    """How long so many calls take, the loop included."""
    start = time.perf_counter_ns()
    for _ in range(count):
        call()
    return time.perf_counter_ns() - start


def serve(open_session):
    """Answers the lines of standard input.

    `open_session(scheme, fields)` gives an object with `description`, and with `calls`, `overheads` and `slots`:
    dictionaries from the name of an operation to a function without arguments. It is called again for each set.
    """
    session = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "open":
                session = None
                session = open_session(words[1], dict(word.split("=", 1) for word in words[2:]))
                answer = f"ok {session.description}"
            elif words[0] == "run":
                answer = str(nanoseconds(session.calls[words[1]], int(words[2])))
            elif words[0] == "overhead":
                answer = str(nanoseconds(session.overheads[words[1]], int(words[2])))
            elif words[0] == "slots":
                answer = " ".join(str(value) for value in session.slots[words[1]]())
            elif words[0] == "memory":
                answer = str(peak_resident_bytes())
            else:
                answer = f"error no such request: {line.strip()}"
        except Exception as error:  # whatever a library throws is an answer
            answer = f"error {type(error).__name__} {error}".replace("\n", " ")
        print(answer, flush=True)


def widths(text):
    """Reads runs of equal widths, such as `46+7x40`."""
    result = []
    for run in text.split("+"):
        count, _, bits = run.rpartition("x")
        result += [int(bits)] * int(count or 1)
    return result
