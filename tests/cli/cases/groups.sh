# SPDX-License-Identifier: Apache-2.0
# Wrapped content is opened, listed as a tree and closed again; --no-unwrap leaves it as it is.
prose_of 60000 >text && gzip -9n <text >text.gz && nnzip --model none text.gz && nnzip --model none text
nnzip -dc text.gz.nnz | cmp - text.gz
(($(stat -c %s text.gz.nnz) < $(stat -c %s text.nnz) + 100)) && echo 'costs what its content costs'
nnzip -l -v text.gz.nnz | grep -o 'group of .*,\|block 1\.1: at 0'
nnzip -l -v text.gz.nnz | grep -o 'stored 0, groups 1'
nnzip -l -v --json text.gz.nnz | python3 -c '
import json, sys
frame = json.load(sys.stdin)[0]["frames"][0]
block, = frame["block_list"]
print(frame["blocks"], frame["group_blocks"], block["coding"], block["wrappers"])
print(sum(inner["content_bytes"] for inner in block["inner"]) == block["opened_bytes"])'
nnzip -d --range 1000:50 text.gz.nnz | cmp - <(tail -c +1001 text.gz | head -c 50)
nnzip --no-unwrap --model none -c text.gz >plain.nnz && nnzip -dc plain.nnz | cmp - text.gz
nnzip -l -v plain.nnz | grep -c group
(($(stat -c %s plain.nnz) > $(stat -c %s text.gz.nnz))) && echo larger
cat text.gz | nnzip --model none | cmp - text.gz.nnz
tar c text text.gz | nnzip --model none -T 3 | nnzip -d | tar xO text.gz | cmp - text.gz
nnzip --model none -M 30M -c text.gz | nnzip -d | cmp - text.gz
