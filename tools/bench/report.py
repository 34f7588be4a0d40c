#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures nnzip and its peers on files, for report.sh.

    report.py [--write FOLDER] NNZIP FILE...      each file's name is its kind of content
"""
import filecmp
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "study"))
import plot  # noqa: E402, what the study draws with

BEGIN, END = "<!-- report.sh: begin -->", "<!-- report.sh: end -->"


def programs(nnzip):
    """Rows of (name, program, compress, decompress); lists of arguments with I, O for input and output.

    A decompressor without O writes to standard output."""
    rows = []
    for level in range(1, 10):
        rows.append((f"nnzip -{level}", nnzip, [f"-{level}", "-T1", "-qfk", "-o", "O", "I"],
                     ["-d", "-T1", "-qfk", "-o", "O", "I"]))
    for name, program, options in [
        ("xz -6", "xz", ["-6"]), ("xz -9e", "xz", ["-9e"]),
        ("zstd -3", "zstd", ["-3"]), ("zstd -19 --long", "zstd", ["-19", "--long"]),
        ("bzip3", "bzip3", ["-e"]),
        ("brotli -q 5", "brotli", ["-q", "5"]), ("brotli -q 11", "brotli", ["-q", "11", "-w", "24"]),
    ]:
        rows.append((name, program, [*options, "-c", "I"], ["-d", "-c", "I"]))
    rows.append(("7z PPMd", "7z", ["a", "-bd", "-y", "-mmt1", "-m0=PPMd", "O", "I"],
                 ["x", "-so", "-mmt1", "I"]))
    rows.append(("zpaq -m5", "zpaq", ["a", "O", "I", "-m5", "-t1"], ["x", "I", "-to", "O", "-t1"]))
    rows.append(("lrzip -z", "lrzip", ["-q", "-f", "-z", "-p", "1", "-o", "O", "I"],
                 ["-q", "-f", "-d", "-p", "1", "-o", "O", "I"]))
    for level in (5, 8):
        rows.append((f"kanzi -{level}", "kanzi", ["-c", "-f", "-j", "1", "-l", str(level), "-i", "I", "-o", "O"],
                     ["-d", "-f", "-j", "1", "-i", "I", "-o", "O"]))
    rows.append(("bsc -e2", "bsc", ["e", "I", "O", "-e2", "-T"], ["d", "I", "O", "-T"]))
    return rows


def run(program, arguments, source, target):
    """Returns processor seconds and peak bytes. Raises RuntimeError if the program fails."""
    shutil.rmtree(target, ignore_errors=True)
    target.unlink(missing_ok=True)
    names = {"I": str(source), "O": str(target)}
    command = [program, *(names.get(word, word) for word in arguments)]
    out = subprocess.DEVNULL if "O" in arguments else open(target, "wb")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: status {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def measure(row, file, work):
    """A dictionary of one program and file. Raises RuntimeError if the file does not come back."""
    name, program, compress, decompress = row
    packed = work / ("packed" + (".zpaq" if program == "zpaq" else ".7z" if program == "7z" else ""))
    back = work / "back"
    seconds, memory = run(program, compress, file, packed)
    back_seconds, back_memory = run(program, decompress, packed, back)
    restored = next((p for p in back.rglob("*") if p.is_file()), back) if back.is_dir() else back
    if not filecmp.cmp(file, restored, shallow=False):
        raise RuntimeError(f"{name}: {file.name} does not come back")
    content = file.stat().st_size
    return {"kind": file.name, "name": name, "content": content, "bytes": packed.stat().st_size,
            "speed": content / max(seconds, 1e-3) / 1e6, "back": content / max(back_seconds, 1e-3) / 1e6,
            "memory": max(memory, back_memory) / 1e6}


def table(results):
    lines = []
    for kind in dict.fromkeys(r["kind"] for r in results):
        of_kind = [r for r in results if r["kind"] == kind]
        lines += [f"{kind}, {of_kind[0]['content']} bytes:", "",
                  "| program | bytes | MB/s | MB/s back | MB |", "|---|---:|---:|---:|---:|"]
        for r in sorted(of_kind, key=lambda r: r["bytes"]):
            front = all(o["bytes"] >= r["bytes"] or o["speed"] <= r["speed"] for o in of_kind)
            name = f"**{r['name']}**" if front else r["name"]
            lines.append(f"| {name} | {r['bytes']} | {r['speed']:.3g} | {r['back']:.3g} | {r['memory']:.0f} |")
        lines.append("")
    return "\n".join(lines)


def drawing(results):
    panels = []
    for kind in dict.fromkeys(r["kind"] for r in results):
        panel = plot.Panel(kind, "MB compressed in a second of processor time", "size of raw", log_x=True)
        of_kind = sorted((r for r in results if r["kind"] == kind), key=lambda r: r["speed"])
        for own in (True, False):
            mine = [r for r in of_kind if r["name"].startswith("nnzip") == own]
            panel.add("nnzip" if own else "others", [(r["speed"], r["bytes"] / r["content"]) for r in mine], line=own,
                      labels=[r["name"].removeprefix("nnzip ") for r in mine])
        panels.append(panel)
    return plot.draw(panels, 2)


def write(folder, text, results):
    document = folder / "RESULTS.md"
    before, _, rest = document.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest:
        before += "\n## The map\n\n![Size against speed](map.svg)\n\n"
        after = "\n"
    document.write_text(f"{before}{BEGIN}\n{text}{END}{after}")
    (folder / "map.svg").write_text(drawing(results))


def main():
    arguments = sys.argv[1:]
    folder = None
    if arguments[:1] == ["--write"]:
        folder = pathlib.Path(arguments[1])
        arguments = arguments[2:]
    if len(arguments) < 2:
        sys.exit(__doc__)
    nnzip, *files = arguments
    results, missing = [], []
    with tempfile.TemporaryDirectory() as name:
        for row in programs(nnzip):
            if shutil.which(row[1]) is None:
                missing.append(row[0])
                continue
            for file in files:
                results.append(measure(row, pathlib.Path(file), pathlib.Path(name)))
    text = (f"By `tools/bench/report.sh` on {time.strftime('%d %B %Y')}, one thread, processor time. In bold: nothing "
            "is both smaller and faster to compress. Memory below 16 MB is what starts the programs.\n\n")
    if missing:
        text += f"Not installed: {', '.join(missing)}.\n\n"
    text += table(sorted(results, key=lambda r: files.index(next(f for f in files if f.endswith("/" + r["kind"])))))
    print(text)
    if folder:
        write(folder, text, results)


if __name__ == "__main__":
    main()
