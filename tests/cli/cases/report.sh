# SPDX-License-Identifier: Apache-2.0
# report makes one page that is always the same, of odd names, empty files and pipes as well.
sample 2000 >'<b>&"'
: >empty && noise_of 3000 >noise
nnzip report -1 --model none --no-times -o page.html * && ls page.html
nnzip report -1 --model none --no-times -f -o again.html '<b>&"' empty noise && cmp page.html again.html
grep -c '</script>' page.html
cat noise | nnzip report -1 --model none --no-times --range 0:1000 | grep -c '"content_bytes":1000'
nnzip report -1 --model none noise | grep -c '"seconds":'
status nnzip report -o page.html noise
status nnzip report -f -o noise noise
status nnzip report -o new.html missing
ls new.html 2>/dev/null
status nnzip report $(seq 40)
