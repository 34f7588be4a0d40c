# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by tools/run and tools/test: installs the Debian packages of the lists that are missing.

# install_packages LIST...: does nothing, and says nothing, when all are there. Output on stderr.
install_packages() {
  local package status missing=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    require_tools "$@"
    return
  fi
  while read -r package; do
    # A package of several architectures answers for each: one is enough, unless the list names it.
    status=$(dpkg-query -W -f '${db:Status-Status} ' "$package" 2>/dev/null || true)
    [[ $status == *installed\ * && $status != *not-installed* ]] || missing+=("$package")
  done < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@")
  ((${#missing[@]} > 0)) || return 0

  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || {
      echo "These packages are missing, and there is no sudo to install them: ${missing[*]}" >&2
      return 1
    }
    as_root=(sudo)
  fi
  echo "Installing: ${missing[*]}" >&2
  "${as_root[@]}" apt-get update -qq >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Where there is no apt-get, people bring the packages themselves; the tools can at least be named.
require_tools() {
  local tool absent=()
  for tool in cmake ninja pkg-config c++; do
    command -v "$tool" >/dev/null || absent+=("$tool")
  done
  ((${#absent[@]} > 0)) || return 0
  {
    echo "This system has no apt-get, and these tools are missing: ${absent[*]}"
    echo "nnzip needs what these Debian packages hold:"
    sed -e 's/#.*//' -e '/^[[:space:]]*$/d' -e 's/^/  /' "$@"
  } >&2
  return 1
}
