# SPDX-License-Identifier: Apache-2.0
# Compressed data are neither written to a terminal nor read from one, unless -f is given.
sample 300 >a && nnzip a
# in_terminal COMMAND...: standard input and output are a terminal; tells its last line and status.
in_terminal() {
  python3 - "$@" <<'PYTHON'
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
out = b""
try:
    while True:
        out += os.read(terminal, 4096)
except OSError:
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
shown = out.replace(b"\r\n", b"\n").split(b"\n")[0]
if b"\xf7NZ" in out:
    shown = b"compressed data"
print(shown.decode("latin-1")[:60], status)
PYTHON
}
in_terminal nnzip
in_terminal nnzip -c a
in_terminal nnzip -d
in_terminal nnzip -t
in_terminal nnzip -l
in_terminal nnzip a
in_terminal nnzip -cf a
in_terminal nnzip -dc a.nnz
