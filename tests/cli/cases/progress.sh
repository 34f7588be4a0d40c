# SPDX-License-Identifier: Apache-2.0
# Progress is a line on a terminal alone, with percent, rate and time left, and gone at the end.
prose_of 6000 >prose && nnzip prose && cp prose.nnz packed.nnz
# errors_in_terminal COMMAND...: standard error alone is a terminal; tells what was shown there.
errors_in_terminal() {
  python3 - "$@" <<'PYTHON'
import os, pty, re, subprocess, sys
terminal, slave = pty.openpty()
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave)
os.close(slave)
out = b""
try:
    while True:
        out += os.read(terminal, 4096)
except OSError:
    pass
status = child.wait()
lines = out.split(b"\r\x1b[K")
pattern = rb"\w+(\.nnz)?: \[=* *\]  *\d+\.\d %, \d+\.\d kB/s, \d+:\d\d left"
matching = [line for line in lines if re.fullmatch(pattern, line)]
if not out:
    print("nothing", status)
elif matching and lines[0] == b"" and lines[-1] == b"":
    print("progress, cleared", status)
else:
    print(ascii(out), status)
PYTHON
}
errors_in_terminal nnzip --device reference -c prose
errors_in_terminal nnzip --device reference -dc packed.nnz
errors_in_terminal nnzip -q --device reference -t packed.nnz
nnzip --device reference -t packed.nnz
