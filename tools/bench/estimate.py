#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Predicted sizes against real ones: estimate.py [--levels 4,5] FILE... prints a row for each.

Compresses each file at each of the levels with the command that NNZIP names, build/release/nnzip by default.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).parents[2]
NNZIP = os.environ.get("NNZIP", str(ROOT / "build/release/nnzip"))


def processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--levels", default="4")
    parser.add_argument("files", nargs="+")
    given = parser.parse_args()
    print(f"{'file':<24} {'level':>5} {'bytes':>10} {'predicted':>10} {'real':>10} {'error':>8} "
          f"{'seconds predicted':>18} {'real':>8} {'estimating, cpu':>16}")
    worst = 0.0
    for file in given.files:
        before = processor_seconds()
        told = json.loads(subprocess.check_output([NNZIP, "estimate", "--json", file]))[0]
        estimating = processor_seconds() - before
        for level in map(int, given.levels.split(",")):
            start = time.monotonic()
            real = len(subprocess.check_output([NNZIP, f"-{level}", "-c", file]))
            seconds = time.monotonic() - start
            guess = told["levels"][level - 1]
            error = guess["coded_bytes"] / real - 1
            worst = max(worst, abs(error))
            print(f"{pathlib.Path(file).name[-24:]:<24} {level:>5} {told['content_bytes']:>10} "
                  f"{guess['coded_bytes']:>10} {real:>10} {100 * error:>+7.1f} % "
                  f"{guess['seconds']:>18.1f} {seconds:>8.1f} {estimating:>16.1f}", flush=True)
    print(f"worst: {100 * worst:.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
