# SPDX-License-Identifier: Apache-2.0
# SIGINT, SIGTERM, SIGHUP and SIGXCPU remove the unfinished file and end the command as signals do; a signal
# that was ignored before, as nohup does, stays so.
python3 - <<'PYTHON'
import os, signal, subprocess, time
os.mkfifo("pipe")
def start(arguments, ignored=None):
    act = (lambda: signal.signal(ignored, signal.SIG_IGN)) if ignored else None
    child = subprocess.Popen(["nnzip", "-o", "out", *arguments, "pipe"], preexec_fn=act)
    feeder = os.open("pipe", os.O_WRONLY)
    os.write(feeder, b"x" * 60000 if not arguments else b"\xf7NZ\x1a")
    for _ in range(10000):
        if [name for name in os.listdir(".") if ".nnzip-" in name]:
            break
        time.sleep(0.01)
    modes = [oct(os.stat(name).st_mode) for name in os.listdir(".") if ".nnzip-" in name]
    return child, feeder, modes
for arguments in ([], ["-d"]):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU):
        child, feeder, modes = start(arguments)
        child.send_signal(number)
        print(*modes, number.name, signal.Signals(-child.wait()).name, sorted(os.listdir(".")))
        os.close(feeder)
child, feeder, modes = start([], signal.SIGHUP)
child.send_signal(signal.SIGHUP)
os.close(feeder)
print("ignored", child.wait(), sorted(os.listdir(".")))
PYTHON
