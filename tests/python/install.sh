#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# "pip install ./src/bindings/python" in a copy of the sources, into a fresh virtual environment, then
# the tests there: install.sh SOURCE_FOLDER. Needs the network, for what pip builds with.
set -euo pipefail

source=$1
if ! /usr/bin/python3 -c 'import venv, ensurepip' 2>/dev/null; then
  echo "skipped: there is no venv (Debian: python3-venv)"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -m venv "$work/venv"
pip=("$work/venv/bin/python" -m pip --disable-pip-version-check -q)
if ! "${pip[@]}" install cffi pytest zarr 2>"$work/log"; then
  echo "skipped: pip cannot fetch packages: $(tail -1 "$work/log")"
  exit 77
fi
mkdir "$work/source"
git -C "$source" ls-files -z --cached --others --exclude-standard |
  (cd "$source" && xargs -0 cp --parents -t "$work/source")
"${pip[@]}" install "$work/source/src/bindings/python"

# As a user would, in a folder that knows nothing of the sources.
mkdir "$work/tests"
cp -r "$source/tests/python" "$work/tests/"
cp "$source/README.md" "$work/"
rm -rf "$work/source"
cd "$work/tests/python"
env -u NNZIP_MODEL_PATH "$work/venv/bin/python" -m pytest -q -p no:cacheprovider .
"$work/venv/bin/python" -c '
import numcodecs, zarr.registry
numcodecs.get_codec({"id": "nnzip", "level": 1})
zarr.registry.get_codec_class("nnzip")'
found=$("$work/venv/bin/python" -c 'import nnzip; print(len(nnzip.models()), nnzip.__file__)')
echo "models and place of the installed package: $found"
models=("$source"/models/*.nnzm)
[[ $found == "${#models[@]} $work/venv/"* ]]
