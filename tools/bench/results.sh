#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Prints models/RESULTS.md: results.sh DATA [FOLDER], or results.sh --from FOLDER
#
# Runs the scripts beside it on DATA/files, DATA/image/kodim*.png and DATA/audio, keeps what they print in
# FOLDER, build/results unless given, and makes the document of that; with --from, of what was kept before:
#
#   machine  half a sentence        sizes   ratio.sh --quick --verify-data      images  images.sh
#   remarks  on this run, or empty  clock   ratio.sh --clock                    sound   sound.sh
#                                   speed   speed.sh
#
# A script may be run again by hand, into its file. What is not there, or lacks a table, is an error.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() {
  echo "results.sh DATA [FOLDER], or results.sh --from FOLDER" >&2
  exit 1
}
fail() {
  echo "results.sh: $*" >&2
  exit 1
}

# ---- running

keep() { # keep NAME COMMAND...: what the command prints, once it has succeeded
  echo "${*:2:2}" >&2
  "${@:2}" >"$saved/$1.part"
  mv "$saved/$1.part" "$saved/$1"
}

machine() {
  echo "one with $(nproc) cores of $(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)"
}

measure() { # measure DATA
  mkdir -p "$saved"
  machine >"$saved/machine"
  : >"$saved/remarks"
  keep sizes "$here/ratio.sh" --quick --verify-data "$1/files"
  keep clock "$here/ratio.sh" --clock "$1/files"
  keep images "$here/images.sh" "$1"/image/kodim*.png
  keep sound "$here/sound.sh" "$1"/audio/*.flac
  keep speed "$here/speed.sh"
}

# ---- what was kept

table() { # table NAME PATTERN: the table whose first line is like that
  awk -v pattern="$2" '!found && $0 ~ pattern { found = 1 } found && !/^[|]/ { exit } found' "$saved/$1" |
    grep . || fail "$saved/$1 has no table with $2"
}

# The table of a script that has a row for each file, as rows of the sums alone.
sums() { # sums NAME WHAT COLUMNS: of so many columns, the first one included
  table "$1" '^[|] file [|]' | awk -F ' *[|] *' -v what="$2" -v columns="$3" '
    function row(first,   i) {
      printf "| %s |", first
      for (i = 3; i <= columns + 1; ++i) printf " %s |", $i
      print ""
    }
    NR == 1 { header = $0; next }
    NR == 2 { rule = substr($0, 1, 5 * columns); next }
    $2 == "sum" { sum = $0; next }
    $2 == "of raw" { share = $0; next }
    { ++files }
    END {
      if (!files || sum == "" || share == "") exit 1
      $0 = header; row(files " " what)
      print rule
      $0 = sum; row("bytes")
      $0 = share; row("of raw")
    }' || fail "$saved/$1 has no sums of $2"
}

# Of the most that one core can do, what the products take where so many streams are computed together.
share_of_peak() { # share_of_peak STREAMS
  awk -v title="$1 streams" '
    /^ns a byte/ { sub(/.*MAC +/, ""); columns = split($0, titles, /  +/) }
    /^all products/ {
      for (i = 1; i <= columns; ++i) if (titles[i] == title && $(3 * i + 3) == "%") share = $(3 * i + 2)
    }
    END { if (share == "") exit 1; print share }' "$saved/speed" || fail "$saved/speed tells no share of the peak"
}

# ---- the document

document() {
  local machine remarks share
  machine=$(<"$saved/machine") remarks=$(<"$saved/remarks")
  share=$(share_of_peak 32) || exit 1
  cat <<END
# Results

The evaluation files: the Canterbury corpus, 1 MB slices of Silesia and others (their sums are in
\`tools/bench/eval.sha256\`), by \`tools/bench/ratio.sh --quick --verify-data eval/files\`. "nnzip" is the default
level, -5; "contexts" is \`nnzip --model none\`; from zpaq's archives that of a file of one
byte is taken off. The machine is $machine.

END
  table sizes '^[|] file [|]'
  echo
  table sizes '^[|] sum of [|]'
  echo
  table clock '^[|] [0-9]+ bytes of text [|]'
  cat <<END

The clock ran once, with nothing else on the machine as far as known (\`tools/bench/ratio.sh --clock\` on the same
files: the first million bytes of those that are text).${remarks:+ $remarks}

The network alone is timed by \`tools/bench/speed.sh\`, with a generated model of 4.0 million
multiply-accumulates (MAC) a byte beside the bundled one; whatever it predicts, the mixer is on. Of the most
that one core can do, its products take $share % with 32 streams:

END
  table speed '^[|] [0-9]+ bytes of generated text [|]'
  echo
  table speed '^[|] two threads at work'
  echo
  table speed '^[|] a file of 1 KB'
  cat <<END

Images as PPM files, by \`tools/bench/images.sh FILE.png...\`, and the samples of sounds, by
\`tools/bench/sound.sh FILE.flac...\`: the sums. There is a model for images; sound is coded by contexts alone.

END
  sums images "Kodak images" 6
  echo
  sums sound sounds 5
  cat <<END

\`tools/bench/results.sh\` made this document of what these scripts print; they do so of any files, after they
have proved that each of them comes back. Sizes are bytes on disk, each file compressed alone. The models that come
with the program are not counted in them, just as the programs themselves are not; their sizes are in
\`nnzip models\`.
END
}

case ${1:-} in
  --from)
    (($# == 2)) || usage
    saved=$2
    ;;
  -* | '') usage ;;
  *)
    (($# <= 2)) || usage
    [[ -d $1 ]] || fail "$1 is no folder"
    saved=${2:-$here/../../build/results}
    measure "$1"
    ;;
esac
for name in machine remarks sizes clock speed images sound; do
  [[ -s $saved/$name || -f $saved/$name && $name == remarks ]] || fail "$saved/$name is not there, or empty"
done
made=$(document)
printf '%s\n' "$made"
