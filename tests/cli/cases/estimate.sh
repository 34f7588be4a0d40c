# SPDX-License-Identifier: Apache-2.0
# Estimates are near what compressing gives, and --adapt takes a level that fits the time by them.
cat "$CLI_SOURCE"/../{codec,api,detect,unwrap}/*.cpp | head -c 600000 >text
noise_of 500000 >noise && { noise_of 100000 && gzip -9n <text; } >wrapped && : >empty
nnzip --model none -1 text noise wrapped empty
nnzip estimate --model none --json text noise wrapped empty >told.json
python3 - <<'PYTHON'
import json, os
for entry in json.load(open("told.json")):
    assert entry["content_bytes"] == os.stat(entry["name"]).st_size
    assert [level["level"] for level in entry["levels"]] == list(range(1, 10))
    first = entry["levels"][0]
    real = os.stat(entry["name"] + ".nnz").st_size
    assert abs(first["coded_bytes"] - real) < 0.15 * real + 100, (entry["name"], first, real)
    assert first["memory_bytes"] > 1 << 20 and (first["seconds"] > 0) == (real > 100)
    print(entry["name"])
PYTHON
nnzip estimate --model none noise | head -2
nnzip -v --model none --adapt 100000 -c noise 2>&1 >/dev/null | grep -o 'level .*'
nnzip -v --model none --adapt 0.000001 -c noise 2>&1 >/dev/null | grep -o 'level .*'
cat noise | status nnzip estimate
status nnzip --adapt 0 noise
status nnzip --adapt 1 --part 1/2 -o out noise
cat noise | status nnzip --adapt 1 >/dev/null
