#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compresses files that hold other files compressed: wrapped.sh [--keep FOLDER] [FILE...]
#
# Makes them of Debian packages, which it fetches and does not install, and with gzip, tar and
# jpegtran: text in gzip, office documents, a jar, a wheel, a PDF, 100 PNGs, JPEGs, a tar of a package. Files
# that are given stand in groups of their own, by what their names end in; Kodak's PNGs (kodim*.png) are also
# compared with their PPMs. Prints bytes as Markdown, beside xz and what is at hand of cjxl, cwebp and
# paq8px; each file is proved to come back from nnzip. --keep: where packages and files stay for the next
# time. Takes build/release/nnzip, or what NNZIP says, with the options in NNZIP_OPTIONS.
set -euo pipefail

packages=(debian-faq python3-docx r-cran-readxl junit4 python3-pip-whl imagemagick-6-doc
  gnome-icon-theme tango-icon-theme mate-backgrounds)
images=100  # PNGs of the packages

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
nnzip=${NNZIP:-$root/build/release/nnzip}
read -ra options <<<"${NNZIP_OPTIONS:-}"
[[ -x $nnzip ]] || { sed -n 's/^# //p' "${BASH_SOURCE[0]}" | tail -n +2 >&2; exit 1; }
nnzip=$(realpath "$nnzip")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
work=$scratch
if [[ ${1:-} == --keep ]]; then
  work=$(mkdir -p "$2" && realpath "$2")
  shift 2
fi
given=()
for file in "$@"; do given+=("$(realpath "$file")"); done

has() { command -v "$1" >/dev/null; }
size() { stat -L -c %s "$1"; }

# Unpacked packages stand in $work/packages, made files in $work/files/GROUP.
fetch() {
  local name
  mkdir -p "$work/debs" "$work/packages"
  for name in "${packages[@]}"; do
    [[ -d $work/packages/$name ]] && continue
    (cd "$work/debs" && apt-get -qq download "$name")
    dpkg-deb -x "$work/debs/$name"_*.deb "$work/packages/$name"
  done
}

group() { # group NAME: goes into its folder
  mkdir -p "$work/files/$1"
  cd "$work/files/$1"
}

make_files() {
  local p=$work/packages
  rm -rf "$work/files"
  group gzip
  gzip -dc "$p"/debian-faq/usr/share/doc/debian/FAQ/debian-faq.en.txt.gz >"$scratch/text" ||
    cat "$p"/imagemagick-6-doc/usr/share/doc/*/html/www/*.html >"$scratch/text"
  gzip -9nc "$scratch/text" >text.gz
  group documents
  cp "$p"/python3-docx/usr/lib/python3/dist-packages/docx/templates/default.docx .
  cp "$p"/r-cran-readxl/usr/lib/R/site-library/readxl/extdata/{datasets,deaths,geometry}.xlsx .
  cp "$p"/junit4/usr/share/java/junit4.jar .
  cp "$p"/python3-pip-whl/usr/share/python-wheels/pip-*.whl .
  gzip -dc "$p"/debian-faq/usr/share/doc/debian/FAQ/debian-faq.en.pdf.gz >debian-faq.pdf
  group png
  make_pngs
  group jpeg
  make_jpegs
  group tar
  tar --sort=name --mtime=@0 --owner=0 --group=0 -C "$p" -cf imagemagick-6-doc.tar imagemagick-6-doc
  tar --sort=name --mtime=@0 --owner=0 --group=0 -C "$p" -cf tango-icon-theme.tar tango-icon-theme
}

# Every so many-th of all that are not tiny.
make_pngs() {
  local all file i=0
  mapfile -t all < <(cd "$work/packages" && find gnome-icon-theme tango-icon-theme imagemagick-6-doc \
    -type f -name '*.png' -size +1k | LC_ALL=C sort)
  for ((i = 0; i < images; ++i)); do
    file=${all[i * ${#all[@]} / images]}
    cp "$work/packages/$file" "${file//\//_}"
  done
}

# As they are, and some of them progressive.
make_jpegs() {
  local file name
  while read -r file; do
    name=$(basename "$file")
    cp "$file" "$name"
    [[ -n ${name##[A-F]*} ]] || { has jpegtran && jpegtran -copy all -progressive "$file" >"progressive-$name"; }
  done < <(find "$work/packages" -type f -iname '*.jp*g' -size +19k -size -1500k | LC_ALL=C sort)
}

# The others' sizes of a file: xz, and what knows its kind; "-" where nothing is at hand.
others() { # others GROUP FILE
  local special=-
  xz -9ec "$2" >"$scratch/xz"
  case $1 in
    *png)
      has cjxl && cjxl --quiet -d 0 -e 9 "$2" "$scratch/a.jxl" 2>"$scratch/log" &&
        special=$(size "$scratch/a.jxl")
      has cwebp && cwebp -quiet -lossless -z 9 "$2" -o "$scratch/a.webp" 2>"$scratch/log" &&
        special+=" / $(size "$scratch/a.webp")"
      ;;
    *jp*g)
      has cjxl && cjxl --quiet --lossless_jpeg=1 -e 9 "$2" "$scratch/a.jxl" 2>"$scratch/log" &&
        special=$(size "$scratch/a.jxl")
      ;;
    *)
      if has paq8px; then
        paq8px -8 "$2" "$scratch/a.paq8" >"$scratch/log" && special=$(size "$scratch/a.paq8")
      fi
      ;;
  esac
  echo "$(size "$scratch/xz") | $special"
}

compress() { # compress FILE: prints its size by nnzip
  "$nnzip" -q "${options[@]}" -c "$1" >"$scratch/packed.nnz"
  "$nnzip" -dc "$scratch/packed.nnz" | cmp - "$1" >&2
  size "$scratch/packed.nnz"
}

table() { # table GROUP FILE...
  local group=$1 file
  shift
  for file in "$@"; do
    echo "| $group | $(basename "$file") | $(size "$file") | $(compress "$file") | $(others "$group" "$file") |"
  done
}

# The content of a wrapped file by itself: what opening it should come near to.
plain() {
  echo "| text | of text.gz | $(size "$scratch/text") | $(compress "$scratch/text") | - | - |"
  local file convert
  convert=$(command -v convert-im6.q16 || command -v convert) || return 0
  for file in "${given[@]}"; do
    [[ $(basename "$file") == kodim*.png ]] || continue
    "$convert" "$file" "$scratch/$(basename "$file" .png).ppm"
    echo "| PPM | $(basename "$file" .png).ppm | $(size "$scratch/$(basename "$file" .png).ppm") |" \
      "$(compress "$scratch/$(basename "$file" .png).ppm") | - | - |"
  done
}

sums() {
  awk -F ' *[|] *' '
    { print }
    { n[$2]++; raw[$2] += $4; ours[$2] += $5; xz[$2] += $6; split($7, s, " / "); a[$2] += s[1]; b[$2] += s[2] }
    END {
      print "\n| group | files | bytes | nnzip | of bytes | xz -9e | cjxl or paq8px | cwebp |"
      print "|---|---:|---:|---:|---:|---:|---:|---:|"
      for (g in n) printf "| %s | %d | %d | %d | %.3f | %d | %d | %d |\n",
        g, n[g], raw[g], ours[g], ours[g] / raw[g], xz[g], a[g], b[g]
    }'
}

fetch
make_files
cd "$work/files"
{
  for name in *; do table "$name" "$name"/*; done
  for file in "${given[@]}"; do table "given ${file##*.}" "$file"; done
  plain
} >"$scratch/rows"
echo "| group | file | bytes | nnzip | xz -9e | cjxl / cwebp, or paq8px |"
echo "|---|---|---:|---:|---:|---:|"
sums <"$scratch/rows"
