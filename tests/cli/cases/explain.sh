# SPDX-License-Identifier: Apache-2.0
# explain tells of files, pipes and ranges where bytes go; what adds up is what compressing makes.
{ noise_of 20000 && prose_of 9000 && noise_of 20000; } >mixed && : >empty && noise_of 40 >tiny
gzip -9nc mixed >mixed.gz
nnzip -2 -k --model none mixed empty tiny mixed.gz
nnzip explain -2 --model none --json mixed empty tiny mixed.gz >told.json
python3 - <<'PYTHON'
import json, os
for entry in json.load(open("told.json")):
    real = os.stat(entry["name"] + ".nnz").st_size
    parts = sum(section["coded_bytes"] for section in entry["sections"]) + entry["frame_bytes"]
    assert entry["coded_bytes"] == real and abs(parts - real) <= 0.005 * real, (entry, real)
    print(entry["name"], len(entry["profile"]), bool(entry["costly"]))
PYTHON
nnzip explain -2 --model none mixed | sed -nE 's/^(mixed|costs|most|least|copies).*/\1/p'
nnzip explain -2 --model none mixed | grep -a -o '|.*|' | grep -c '@@@'
cat mixed | nnzip explain -2 --model none --range 3000:4000 | head -1 | grep -c ": 4000 bytes"
LC_ALL=C.UTF-8 nnzip explain -2 --model none mixed | grep -c '█'
nnzip explain empty | wc -l
status nnzip explain -2 missing
status nnzip explain .
truncate -s 70M large && status nnzip explain -2 --model none large
status nnzip explain --bogus mixed
