#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compresses files that hold other files compressed: wrapped.sh [--keep FOLDER] [--only GROUPS] [FILE...]
#
# Makes them of Debian packages, which it fetches and does not install, and with gzip, tar and
# jpegtran, in groups: gzip (a text), documents (office, a jar, a wheel, PDFs), png (100 icons and
# screenshots), tar (a package), jpeg. --only: these, separated by commas. Files that are given stand in
# groups of their own, by what their names end in; Kodak's PNGs (kodim*.png) are also compared with their
# PPMs. Prints bytes as Markdown, beside xz and what is at hand of cjxl, cwebp, precomp and paq8px, and what
# is demanded of them; each file is proved to come back from nnzip. --keep: where packages stay for the next
# time. Takes build/release/nnzip, or what NNZIP says, with the options in NNZIP_OPTIONS; half an hour
# on two cores for all, of which JPEG takes most.
set -euo pipefail
shopt -s inherit_errexit

packages=(debian-faq python3-docx r-cran-readxl junit4 python3-pip-whl libtasn1-doc
  gnome-icon-theme tango-icon-theme libgtk-3-doc)
images=100  # PNGs of the packages

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
  tar --sort=name --mtime=@0 --owner=0 --group=0 -C "$work/packages" -cf tango-icon-theme.tar \
    tango-icon-theme
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
  done < <(find "$work/packages" -type f -iname '*.jp*g' -size +19k -size -1500k | LC_ALL=C sort)
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

compress() { # compress FILE OPTION...: prints its size by nnzip
  "$nnzip" -q "${options[@]}" "${@:2}" -c "$1" >"$scratch/packed.nnz"
  "$nnzip" -dc "$scratch/packed.nnz" | cmp - "$1" >&2
  size "$scratch/packed.nnz"
}

table() { # table GROUP FILE...
  local group=$1 file ours closed
  shift
  for file in "$@"; do
    ours=$(compress "$file")
    closed=-
    [[ $group != tar ]] || closed=$(compress "$file" --no-unwrap)
    echo "| $group | $(basename "$file") | $(size "$file") | $ours | $closed | $(others "$group" "$file") |"
  done
}

# The content of a wrapped file by itself: what opening it should come near to.
plain() {
  local file convert name ours
  if [[ -e $scratch/text ]]; then
    ours=$(compress "$scratch/text")
    echo "| text | of text.gz | $(size "$scratch/text") | $ours | - | - | - |"
  fi
  convert=$(command -v convert-im6.q16 || command -v convert) || return 0
  for file in "${given[@]}"; do
    name=$(basename "$file" .png)
    [[ $name == kodim* ]] || continue
    "$convert" "$file" "$scratch/$name.ppm"
    ours=$(compress "$scratch/$name.ppm")
    echo "| PPM | $name.ppm | $(size "$scratch/$name.ppm") | $ours | - | - | - |"
  done
}

sums() {
  awk -F ' *[|] *' '
    function demand(what, value, most) {
      if (value != "") printf "| %s | %.4f | %.4f | %s |\n", what, value, most, value <= most ? "yes" : "no"
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
      print "\n| what | is | at most | met |\n|---|---:|---:|---|"
      demand("gzip -9 of a text, of the text by nnzip", part(ours["gzip"], ours["text"]), 1.01)
      demand("documents: the worst, " worst_file, worst, 0.60)
      demand("PNGs of packages", part(ours["png"], raw["png"]), 0.75)
      demand("given PNGs, of their PPMs by nnzip", part(ours["given png"] * (ours["PPM"] > 0), ours["PPM"]), 1.005)
      demand("tar, of xz", part(ours["tar"], xz["tar"]), 0.85)
      demand("tar, of --no-unwrap", part(ours["tar"], closed["tar"]), 0.92)
      demand("JPEGs of packages", part(ours["jpeg"], raw["jpeg"]), 0.78)
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
    [[ ! -d $name ]] || table "$name" "$name"/*
  done
  for file in "${given[@]}"; do table "given ${file##*.}" "$file"; done
  plain
} >"$scratch/rows"
echo "| group | file | bytes | nnzip | not unwrapped | xz -9e | cjxl / cwebp, or paq8px / precomp |"
echo "|---|---|---:|---:|---:|---:|---:|"
sums <"$scratch/rows"
