# SPDX-License-Identifier: Apache-2.0
# list --json is one array that every parser reads, whatever the names are.
sample 1300 >a && printf x >b
nnzip -o $'quote"back\\slash\nline\e\x7f\xc2\x85\xe2\x82\xac.nnz' a
nnzip -o $'latin\xe9.nnz' b && nnzip a && cat a.nnz latin*.nnz >two.nnz
nnzip list --json ./*.nnz >out.json
python3 - <<'PYTHON'
import json, os
text = open("out.json", "rb").read().decode("utf-8")
assert all(c == "\n" or 31 < ord(c) < 127 or ord(c) > 159 for c in text)
for entry in json.loads(text):
    raw = bytes.fromhex(entry["name_hex"]) if "name_hex" in entry else os.fsencode(entry["name"])
    assert os.stat(raw).st_size == entry["coded_bytes"], raw
    models = entry["frames"][0]["models"]
    assert all(len(model["id"]) == 16 for model in models)
    print(ascii(entry["name"]), entry["content_bytes"], entry["blocks"], len(entry["frames"]),
          entry["name_hex"] if "name_hex" in entry else "-", models and models[0]["name"].split("-")[0])
one = json.loads(text)[0]
print(*sorted(one))
print(*sorted(one["frames"][0]))
assert abs(one["ratio"] - one["coded_bytes"] / one["content_bytes"]) < 1e-6
PYTHON
nnzip -l --json <a.nnz | python3 -c 'import json, sys; print([f["name"] for f in json.load(sys.stdin)])'
status nnzip --json a
