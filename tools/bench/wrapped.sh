#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compresses files that hold other files compressed: wrapped.sh [--keep FOLDER] [--only GROUPS] [FILE...]
#
# Makes them of Debian packages, which it fetches and does not install, and with gzip, tar and
# jpegtran, in groups: gzip (a text), documents (office, a jar, a wheel, PDFs), png (100 icons and
# screenshots), tar (the unpacked source package of shared-mime-info, which tests by files of all kinds, .gz
# and .png among them), jpeg. --only: these, separated by commas. Files that are given join the JPEGs, or
# stand in groups of their own, by what their names end in; Kodak's PNGs (kodim*.png) are also compared with
# their PPMs. Prints bytes as Markdown, beside xz and what is at hand of cjxl, cwebp, precomp and paq8px, then
# what is demanded of them and whether it is met, and user time. Each file is compared with what comes back,
# and tested by -t unless it is long. --keep: where packages stay for the next time. Takes
# build/release/nnzip, or what NNZIP says, with the options in NNZIP_OPTIONS (all but JPEGs, which -4 codes by
# itself, on one thread); an hour on two cores for all.
set -euo pipefail
shopt -s inherit_errexit

packages=(debian-faq python3-docx r-cran-readxl junit4 python3-pip-whl libtasn1-doc
  gnome-icon-theme tango-icon-theme libgtk-3-doc)
source_package=shared-mime-info
images=100      # PNGs of the packages
tested=1000000  # bytes of a file that is also tested by -t: it takes as long as to have it back

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
nnzip=${NNZIP:-$root/build/release/nnzip}
read -ra options <<<"${NNZIP_OPTIONS:-}"
[[ -x $nnzip ]] || { sed -n 's/^# //p' "${BASH_SOURCE[0]}" | tail -n +2 >&2; exit 1; }
nnzip=$(realpath "$nnzip")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
work=$scratch
only=gzip,documents,png,tar,jpeg
while [[ ${1:-} == --* ]]; do
  case $1 in
    --keep) work=$(mkdir -p "$2" && realpath "$2") ;;
    --only) only=$2 ;;
    *) echo "wrapped.sh: there is no option $1" >&2 && exit 1 ;;
  esac
  shift 2
done
wanted() { [[ ,$only, == *,$1,* ]]; }
if wanted jpeg; then packages+=(mate-backgrounds); fi
given=()
for file in "$@"; do given+=("$(realpath "$file")"); done

has() { command -v "$1" >/dev/null; }
size() { stat -L -c %s "$1"; }

# Unpacked packages stand in $work/packages, made files in $scratch/files/GROUP.
fetch() {
  local name
  mkdir -p "$work/debs" "$work/packages"
  for name in "${packages[@]}"; do
    [[ -d $work/packages/$name ]] && continue
    (cd "$work/debs" && apt-get -qq -o APT::Sandbox::User=root download "$name")
    dpkg-deb -x "$work/debs/$name"_*.deb "$work/packages/$name"
  done
}

# The source of a package, in $work/source. Its list of sources is of Debian's own server.
fetch_source() {
  local apt=(apt-get -qq -o APT::Sandbox::User=root -o "Dir::Etc::SourceList=$work/sources.list"
    -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$work/lists") key
  [[ ! -d $work/source ]] || return 0
  key=/usr/share/keyrings/debian-archive-keyring.gpg
  . /etc/os-release
  echo "deb-src [signed-by=$key] http://deb.debian.org/debian $VERSION_CODENAME main" >"$work/sources.list"
  mkdir -p "$work/lists/partial" "$work/unpacked"
  "${apt[@]}" update
  (cd "$work/unpacked" && "${apt[@]}" source "$source_package" >"$scratch/log")
  mv "$work/unpacked" "$work/source"
}

group() { # group NAME: goes into its folder
  mkdir -p "$scratch/files/$1"
  cd "$scratch/files/$1"
}

make_gzip() {
  gzip -dc "$work"/packages/debian-faq/usr/share/doc/debian/FAQ/debian-faq.en.txt.gz >"$scratch/text"
  gzip -9nc "$scratch/text" >text.gz
}

make_documents() {
  local p=$work/packages
  cp "$p"/python3-docx/usr/lib/python3/dist-packages/docx/templates/default.docx .
  cp "$p"/r-cran-readxl/usr/lib/R/site-library/readxl/extdata/{datasets,deaths,geometry}.xlsx .
  cp "$p"/junit4/usr/share/java/junit4.jar .
  cp "$p"/python3-pip-whl/usr/share/python-wheels/pip-*.whl .
  gzip -dc "$p"/debian-faq/usr/share/doc/debian/FAQ/debian-faq.en.pdf.gz >debian-faq.pdf
  cp "$p"/libtasn1-doc/usr/share/doc/libtasn1-doc/libtasn1.pdf .
}

# Every so many-th of all that are not tiny.
make_png() {
  local all file i
  mapfile -t all < <(cd "$work/packages" && find gnome-icon-theme tango-icon-theme libgtk-3-doc \
    -type f -name '*.png' -size +1k | LC_ALL=C sort)
  for ((i = 0; i < images; ++i)); do
    file=${all[i * ${#all[@]} / images]}
    cp "$work/packages/$file" "${file//\//_}"
  done
}

make_tar() {
  fetch_source
  (cd "$work/source" && tar --sort=name --mtime=@0 --owner=0 --group=0 -cf - ./*/) \
    >"$source_package.tar"
}

# As they are, and some of them progressive.
make_jpeg() {
  local file name
  while read -r file; do
    name=$(basename "$file")
    cp "$file" "$name"
    if has jpegtran && [[ $name == [A-F]* ]]; then
      jpegtran -copy all -progressive "$file" >"progressive-$name"
    fi
  done < <(
    find "$work/packages" -type f -iname '*.jp*g' -size +19k -size -1500k | LC_ALL=C sort
    for file in "${given[@]}"; do
      [[ $file != *.jp*g ]] || echo "$file"
    done
  )
}

# The others' sizes of a file: xz, and what knows its kind; "-" where nothing is at hand.
others() { # others GROUP FILE
  local special=- log=$scratch/log
  xz -9ec "$2" >"$scratch/xz"
  case $1 in
    *png)
      has cjxl && cjxl --quiet -d 0 -e 9 "$2" "$scratch/a.jxl" 2>"$log" && special=$(size "$scratch/a.jxl")
      has cwebp && cwebp -quiet -lossless -z 9 "$2" -o "$scratch/a.webp" 2>"$log" &&
        special+=" / $(size "$scratch/a.webp")"
      ;;
    *jp*g)
      has cjxl && cjxl --quiet --lossless_jpeg=1 -e 9 "$2" "$scratch/a.jxl" 2>"$log" &&
        special=$(size "$scratch/a.jxl")
      ;;
    *)
      has paq8px && paq8px -8 "$2" "$scratch/a.paq8" >"$log" && special=$(size "$scratch/a.paq8")
      if has precomp; then
        precomp -cn "-o$scratch/a.pcf" "$2" >"$log" && special+=" / $(xz -9ec "$scratch/a.pcf" | wc -c)"
      fi
      ;;
  esac
  echo "$(size "$scratch/xz") | $special"
}

# Seconds of user time of a command, whose output goes to a file.
seconds() { # seconds FILE COMMAND...
  local out=$1
  shift
  { TIMEFORMAT=%U; time "$@" >"$out"; } 2>&1
}

# Prints the file's size by nnzip. What it takes is a line in $scratch/times: group, bytes, seconds there and
# back, and 1 if it did not come back.
compress() { # compress GROUP FILE OPTION...
  local packed=$scratch/packed.nnz coding=0 decoding=0 bad=0
  coding=$(seconds "$packed" "$nnzip" -q "${@:3}" -c "$2")
  decoding=$(seconds "$scratch/back" "$nnzip" -q -T1 -dc "$packed")
  cmp -s "$scratch/back" "$2" || bad=1
  (($(size "$2") > tested)) || "$nnzip" -q -t "$packed" || bad=1
  echo "${1// /_} $(size "$2") $coding $decoding $bad $(size "$packed")" >>"$scratch/times"
  size "$packed"
}

table() { # table GROUP FILE...
  local group=$1 file ours closed
  shift
  for file in "$@"; do
    if [[ $group == jpeg ]]; then
      ours=$(compress "$group" "$file" -4 -T1)
    else
      ours=$(compress "$group" "$file" "${options[@]}")
    fi
    closed=-
    [[ $group != tar ]] || closed=$(compress "tar closed" "$file" "${options[@]}" --no-unwrap)
    echo "| $group | $(basename "$file") | $(size "$file") | $ours | $closed | $(others "$group" "$file") |"
  done
}

# The content of a wrapped file by itself: what opening it should come near to.
plain() {
  local file convert name ours
  if [[ -e $scratch/text ]]; then
    ours=$("$nnzip" -q "${options[@]}" -c "$scratch/text" | wc -c)
    echo "| text | of text.gz | $(size "$scratch/text") | $ours | - | - | - |"
  fi
  convert=$(command -v convert-im6.q16 || command -v convert) || return 0
  for file in "${given[@]}"; do
    name=$(basename "$file" .png)
    [[ $name == kodim* ]] || continue
    "$convert" "$file" "$scratch/$name.ppm"
    ours=$("$nnzip" -q "${options[@]}" -c "$scratch/$name.ppm" | wc -c)
    echo "| PPM | $name.ppm | $(size "$scratch/$name.ppm") | $ours | - | - | - |"
    rm "$scratch/$name.ppm"
  done
}

sums() {
  awk -F ' *[|] *' -v "times=$scratch/times" '
    function demand(what, value, most, least) {
      if (value == "") return
      printf "| %s | %.4f | %s | %s |\n", what, value, least == "" ? "at most " most : "at least " least,
        (least == "" ? value <= most : value >= least) ? "yes" : "no"
    }
    function take_times(line, t) {
      while ((getline line <times) > 0) {
        split(line, t, " ")
        if (!(t[1] in there)) order[++groups] = t[1]
        size_of[t[1]] += t[2]; there[t[1]] += t[3]; back[t[1]] += t[4]
        bad += t[5]
        if (++files == 1 || t[6] - t[2] > grown) grown = t[6] - t[2]
      }
    }
    function part(a, b) { return b > 0 ? a / b : "" }
    { print }
    { n[$2]++; raw[$2] += $4; ours[$2] += $5; closed[$2] += $6; xz[$2] += $7
      split($8, s, " / "); a[$2] += s[1]; b[$2] += s[2] }
    $2 == "documents" && $5 / $4 > worst { worst = $5 / $4; worst_file = $3 }
    END {
      print "\n| group | files | bytes | nnzip | of bytes | xz -9e | cjxl or paq8px | cwebp or precomp |"
      print "|---|---:|---:|---:|---:|---:|---:|---:|"
      for (g in n) printf "| %s | %d | %d | %d | %.3f | %d | %d | %d |\n",
        g, n[g], raw[g], ours[g], ours[g] / raw[g], xz[g], a[g], b[g]
      take_times()
      print "\n| what | is | demanded | met |\n|---|---:|---:|---|"
      demand("gzip -9 of a text, of the text by nnzip", part(ours["gzip"], ours["text"]), 1.01)
      demand("documents: the worst, " worst_file, worst, 0.60)
      demand("PNGs of packages", part(ours["png"], raw["png"]), 0.75)
      demand("given PNGs, of their PPMs by nnzip", part(ours["given png"] * (ours["PPM"] > 0), ours["PPM"]), 1.005)
      demand("tar, of xz", part(ours["tar"], xz["tar"]), 0.85)
      demand("tar, of --no-unwrap", part(ours["tar"], closed["tar"]), 0.92)
      demand("JPEGs, " n["jpeg"] " files", part(ours["jpeg"], raw["jpeg"]), 0.78)
      demand("kB/s of JPEGs, one thread, there", part(size_of["jpeg"] / 1000, there["jpeg"]), 0, 150)
      demand("kB/s of JPEGs, one thread, back", part(size_of["jpeg"] / 1000, back["jpeg"]), 0, 150)
      demand("bytes that any of " files " grew", grown, 64)
      demand("files that did not come back", bad, 0)
      print "\n| group | bytes | seconds there | back | MB/s there | back |\n|---|---:|---:|---:|---:|---:|"
      for (i = 1; i <= groups; ++i) {
        g = order[i]
        printf "| %s | %d | %.1f | %.1f | %.3f | %.3f |\n", g, size_of[g], there[g], back[g],
          size_of[g] / 1e6 / (there[g] + 0.001), size_of[g] / 1e6 / (back[g] + 0.001)
      }
    }'
}

fetch
mkdir -p "$scratch/files"
for name in gzip documents png tar jpeg; do
  wanted "$name" || continue
  group "$name"
  "make_$name"
done
cd "$scratch/files"
{
  for name in *; do
    if [[ -d $name ]]; then table "$name" "$name"/*; fi
  done
  for file in "${given[@]}"; do
    case $file in
      *.jpg | *.jpeg) ;;
      *) table "given ${file##*.}" "$file" ;;
    esac
  done
  plain
} >"$scratch/rows"
echo "| group | file | bytes | nnzip | not unwrapped | xz -9e | cjxl / cwebp, or paq8px / precomp |"
echo "|---|---|---:|---:|---:|---:|---:|"
sums <"$scratch/rows"
