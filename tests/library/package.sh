#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Debian packages, installs nnzip's it on a bare system and uses it there, where neither the sources
# nor the build can be seen: package.sh SOURCE_FOLDER WORK_FOLDER
#
# The bare system is made by debootstrap, once, if that, its mirror and root's rights are at hand.
# Otherwise it is a folder with the package's files and the libraries that they name, nothing else.
set -euo pipefail

source=$1 work=$2
mkdir -p "$work"
fail() {
  echo "library.package: $*" >&2
  exit 1
}

mapfile -t debs < <("$source/tools/dev/deb.sh" "$work/build")
deb=
for file in "${debs[@]}"; do [[ $(dpkg-deb -f "$file" Package) != nnzip ]] || deb=$file; done
[[ -n $deb ]] || fail "no package: ${debs[*]}"
dpkg-deb -I "$deb" | grep -E '^ (Package|Version|Architecture|Depends|Installed-Size):'
listing=$(dpkg-deb -c "$deb")
for file in bin/nnzip include/nnzip/nnzip.h share/doc/nnzip/copyright lib/.*/libnnzip.so.0 \
  lib/.*/libnnzip.a lib/.*/pkgconfig/nnzip.pc lib/.*/cmake/nnzip/nnzip-config.cmake \
  share/nnzip/models/.*.nnzm; do
  grep -Eq " \./usr/$file( |$)" <<<"$listing" || fail "the package lacks $file"
done
depends=$(dpkg-deb -f "$deb" Depends)
[[ $depends == *libzstd1* && $depends == *libc6* ]] || fail "dependencies: $depends"
[[ $depends != *torch* && $listing != *torch.so* ]] || fail "nnzip has what is nnzip-torch's"

# The plugin's package, used with the command of the other one.
for file in "${debs[@]}"; do
  [[ $(dpkg-deb -f "$file" Package) == nnzip-torch ]] || continue
  needs=$(dpkg-deb -f "$file" Depends)
  [[ $needs == *'nnzip (= '* && $needs == *libtorch* ]] || fail "dependencies of $file: $needs"
  rm -rf "$work/both"
  dpkg-deb -x "$deb" "$work/both"
  dpkg-deb -x "$file" "$work/both"
  head -c 3000 "$source/README.md" >"$work/content"
  "$work/both/usr/bin/nnzip" -vc --device torch "$work/content" 2>"$work/said" |
    "$work/both/usr/bin/nnzip" -dc --device cpu | cmp - "$work/content" ||
    fail "the plugin's package does not work: $(<"$work/said")"
  grep -q 'device torch (libtorch' "$work/said" || fail "the plugin is not used: $(<"$work/said")"
  echo "the packages together compress with the device torch"
done

# Python's package, used with the models of the other one.
for file in "${debs[@]}"; do
  [[ $(dpkg-deb -f "$file" Package) == python3-nnzip ]] || continue
  needs=$(dpkg-deb -f "$file" Depends)
  [[ $needs == *'nnzip (= '* && $needs == *python3-cffi-backend* ]] || fail "dependencies of $file: $needs"
  rm -rf "$work/python"
  dpkg-deb -x "$deb" "$work/python"
  dpkg-deb -x "$file" "$work/python"
  NNZIP_MODEL_PATH=$work/python/usr/share/nnzip/models \
    PYTHONPATH=$work/python/usr/lib/python3/dist-packages /usr/bin/python3 -c '
import nnzip, sys
content = open(sys.argv[1], "rb").read()[:3000]
packed = nnzip.compress(content)
assert nnzip.decompress(packed) == content and len(packed) < len(nnzip.compress(content, 1))
print("python3-nnzip", nnzip.__version__, "with", len(nnzip.models()), "models from", nnzip.__file__)' \
    "$source/README.md"
done

bare=$work/bare
make_bare_system() {
  [[ ! -e $bare/complete ]] || return 0
  [[ $EUID -eq 0 ]] && command -v debootstrap >/dev/null || return 1
  rm -rf "$bare"
  debootstrap --variant=minbase bookworm "$bare" >"$work/debootstrap.log" 2>&1 &&
    touch "$bare/complete"
}

if make_bare_system; then
  system=$work/system
  rm -rf "$system"
  cp -a "$bare" "$system"
  cp "$deb" "$system/tmp/nnzip.deb"
  cp /etc/resolv.conf "$system/etc/resolv.conf"
  { chroot "$system" apt-get update &&
    DEBIAN_FRONTEND=noninteractive chroot "$system" apt-get install -y --no-install-recommends \
      /tmp/nnzip.deb; } >"$work/apt.log" 2>&1 || fail "$(tail -20 "$work/apt.log")"
  enter=(chroot "$system")
  echo "installed by apt-get on a bare Debian"
else
  system=$work/unpacked
  rm -rf "$system"
  mkdir -p "$system"/{tmp,dev,bin}
  dpkg-deb -x "$deb" "$system"
  # What the dynamic loader would load, where it looks for it; and a shell with cat and cmp.
  for program in "$system/usr/bin/nnzip" /bin/{sh,cat} /usr/bin/cmp; do
    [[ $program == "$system"* ]] || cp "$program" "$system/bin/"
    ldd "$program" | grep -o '/[^ ]*' | sort -u | while read -r file; do
      mkdir -p "$system$(dirname "$file")"
      cp -L "$file" "$system$file"
    done
  done
  enter=(unshare --user --map-root-user chroot "$system")
  echo "unpacked into a folder without anything else"
fi

# An empty environment, and text that a model helps with.
head -c 20000 "$source/README.md" >"$system/tmp/content"
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "${enter[@]}" /bin/sh -c 'set -e; cd /tmp
  nnzip models
  nnzip -c content >with_model
  nnzip -c --model none content >without_model
  nnzip -dc with_model >back
  cmp content back'
with=$(stat -c %s "$system/tmp/with_model") without=$(stat -c %s "$system/tmp/without_model")
echo "20000 bytes of text: $with bytes with the installed model, $without without one"
((with < without)) || fail "the installed command does not find its model"

if [[ -e $system/usr/bin/dpkg ]]; then
  chroot "$system" ldconfig -p | grep libnnzip.so.0 || fail "the loader does not find the library"
  chroot "$system" dpkg --purge nnzip >"$work/purge.log" 2>&1 || fail "$(<"$work/purge.log")"
  left=$(find "$system/usr" -name '*nnz*')
  [[ -z $left ]] || fail "removing it leaves $left"
  rm -rf "$system"
fi
