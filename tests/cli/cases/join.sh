# SPDX-License-Identifier: Apache-2.0
# join gives one file with a directory whose content is that of the files one after the other.
for i in 1 2 3; do sample $((i * 400)) >f$i; done
nnzip --model none f1 f3 && nnzip --directory f2
nnzip join -o all.nnz f1.nnz f2.nnz f3.nnz && nnzip -dc all.nnz | cmp - <(cat f1 f2 f3) && echo joined
nnzip -lv all.nnz | grep -o 'metadata: directory'
nnzip -l --json all.nnz | python3 -c 'import json, os, sys
entry = json.load(sys.stdin)[0]
assert entry["coded_bytes"] == os.stat("all.nnz").st_size
print([frame["content_bytes"] for frame in entry["frames"]], [m["kind"] for m in entry["metadata"]])'
nnzip join f1.nnz f2.nnz f3.nnz | cmp - all.nnz && nnzip join -o - all.nnz | cmp - all.nnz && echo 'the same'
cat all.nnz f1.nnz f2.nnz >more.nnz && nnzip -t more.nnz && nnzip -t <more.nnz
nnzip -d --range 1100:200 more.nnz | cmp - <(cat f1 f2 f3 | tail -c +1101 | head -c 200) && echo range
nnzip join -qf -o f1.nnz f2.nnz f3.nnz && nnzip -dc f1.nnz | cmp - <(cat f2 f3) && echo overwritten
nnzip join -v -o two.nnz f2.nnz f3.nnz 2>&1 | sed -E 's/-> [0-9]+ bytes, .*/-> N/'
# Holes of the inputs are holes of the output.
python3 - <<'END'
import struct
block = b"\x01" + struct.pack("<I", ((1 << 26) - 1) << 2 | 3) + struct.pack("<I", 0xDA539227)
for name in "h1.nnz", "h2.nnz":
    with open(name, "wb") as file:
        file.write(b"\xF7\x4E\x5A\x1A\x00" + block)
        file.truncate(file.tell() + (1 << 26))
END
nnzip join -o holes.nnz h1.nnz f3.nnz h2.nnz && cmp holes.nnz <(nnzip join h1.nnz f3.nnz h2.nnz | cat)
(($(stat -c %b holes.nnz) < 2000)) && echo holes
