#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# results.sh RESULTS_SCRIPT: what the document of results makes of outputs that were kept.
set -euo pipefail

script=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir kept
fail() {
  echo "results: $*" >&2
  exit 1
}

echo 'one of paper' >kept/machine
: >kept/remarks
printf '| file | bytes | peer |\n|---|---:|---:|\n| a | 9 | 7 |\n\n| sum of | peer |\n|---|---:|\n| a | 7 |\n' >kept/sizes
printf 'noise\n\n| 9 bytes of text | seconds |\n|---|---:|\n| xz | 0.50 |\n' >kept/clock
cat >kept/images <<'END'
| file | raw | PNG | cwebp | contexts | nnzip |
|---|---:|---:|---:|---:|---:|
| one | 10 | 8 | 6 | 5 | 4 |
| two | 30 | 12 | 14 | 15 | 11 |
| sum | 40 | 20 | 20 | 20 | 15 |
| of raw | 1 | 0.5000 | 0.5000 | 0.5000 | 0.3750 |
END
cat >kept/sound <<'END'
| file | raw | flac | wavpack | contexts | ns/byte |
|---|---:|---:|---:|---:|---:|
| one | 10 | 8 | 7 | 6 | 900 |
| two | 10 | 6 | 5 | 4 | 700 |
| three | 10 | 4 | 3 | 2 | 500 |
| sum | 30 | 18 | 15 | 12 | 700 |
| of raw | 1 | 0.6000 | 0.5000 | 0.4000 | |
END
cat >kept/speed <<'END'
```
synthetic 4M, 3997696 MAC a byte, cpu (paper)
ns a byte            MAC         1 stream       32 streams  32 streams x 16
down              917504      11210  18 %       1903  87 %       2142  85 %
all products     3997696      47901  16 %       8700  71 %       8837  86 %
```

| 9 bytes of generated text | compress kB/s |
|---|---:|
| synthetic | 70.4 |

| two threads at work on a block each | memory |
|---|---:|
| compress | 397 |

| a file of 1 KB | median ms of 15 |
|---|---:|
| compress | 48.8 |
END

"$script" --from kept >made
[[ $(grep '^|' made) == "$(cat <<'END'
| file | bytes | peer |
|---|---:|---:|
| a | 9 | 7 |
| sum of | peer |
|---|---:|
| a | 7 |
| 9 bytes of text | seconds |
|---|---:|
| xz | 0.50 |
| 9 bytes of generated text | compress kB/s |
|---|---:|
| synthetic | 70.4 |
| two threads at work on a block each | memory |
|---|---:|
| compress | 397 |
| a file of 1 KB | median ms of 15 |
|---|---:|
| compress | 48.8 |
| 2 Kodak images | raw | PNG | cwebp | contexts | nnzip |
|---|---:|---:|---:|---:|---:|
| bytes | 40 | 20 | 20 | 20 | 15 |
| of raw | 1 | 0.5000 | 0.5000 | 0.5000 | 0.3750 |
| 3 sounds | raw | flac | wavpack | contexts |
|---|---:|---:|---:|---:|
| bytes | 30 | 18 | 15 | 12 |
| of raw | 1 | 0.6000 | 0.5000 | 0.4000 |
END
)" ]] || fail "other tables: $(grep '^|' made)"
grep -q 'The machine is one of paper\.$' made || fail "no machine"
grep -q 'its products take 71 % with 32 streams:$' made || fail "another share of the peak"
grep -q '^files: .* are text)\.$' made || fail "there are remarks"
echo 'It rained.' >kept/remarks
"$script" --from kept >made
grep -q '^files: .* are text)\. It rained\.$' made || fail "the remarks are not there"

refuses() { # refuses PATTERN: fails with such a message, and prints no part of the document
  ! "$script" --from kept >out 2>err || fail "no error: $1"
  [[ ! -s out ]] || fail "a part of the document was printed: $1"
  grep -q "$1" err || fail "another error than $1: $(<err)"
}
for name in machine remarks sizes clock speed images sound; do
  mv kept/$name kept.$name
  refuses "$name is not there"
  mv kept.$name kept/$name
done

without() { # without PATTERN NAME MESSAGE: refuses what lacks the lines of NAME that are like that
  cp "kept/$2" whole
  grep -v "$1" whole >"kept/$2"
  refuses "$3"
  mv whole "kept/$2"
}
without '^| sum of' sizes 'sizes has no table'
without 'bytes of text' clock 'clock has no table'
without '^all products' speed 'no share of the peak'
without '^| a file' speed 'speed has no table'
without '^| sum |' images 'no sums of Kodak images'
without '^| of raw |' sound 'no sums of sounds'
