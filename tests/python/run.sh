#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One file of tests with the package in a folder: run.sh FOLDER TEST
set -euo pipefail

python=/usr/bin/python3
if ! "$python" -c 'import cffi, pytest' 2>/dev/null; then
  echo "skipped: there is no pytest or no cffi (Debian: python3-pytest, python3-cffi)"
  exit 77
fi
# Nothing is written beside the sources.
PYTHONPATH=$1 PYTHONDONTWRITEBYTECODE=1 exec "$python" -m pytest -q -p no:cacheprovider "$2"
