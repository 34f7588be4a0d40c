#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Datasets through h5py, h5dump, h5repack and nccopy: filter.sh FOLDER_OF_THE_FILTER
set -euo pipefail

folder=$(cd "$(dirname "$0")" && pwd)
export HDF5_PLUGIN_PATH=$1 PYTHONDONTWRITEBYTECODE=1
if ! /usr/bin/python3 -c 'import h5py'; then
  echo "skipped: there is no h5py (Debian: python3-h5py)"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

/usr/bin/python3 "$folder/filter.py" all.h5
h5dump -pH all.h5 | grep 'FILTER_ID 411' >says
h5dump -d /table all.h5 | grep '(0): 0, 1, 2, 3' >says
h5repack -f UD=411,0,1,2 all.h5 again.h5
h5diff all.h5 again.h5
h5repack -f NONE all.h5 plain.h5
h5diff all.h5 plain.h5

# netCDF's own tools; nccopy is given the filter by number and level.
/usr/bin/python3 "$folder/filter.py" --grid plain.nc
nccopy -k nc4 -F 'grid,411,2' -c 'y/64,x/80' plain.nc packed.nc
ncdump -hs packed.nc | grep '_Filter = "411,2' >says
/usr/bin/python3 -c '
import h5py, sys
plain, packed = (h5py.File(name)["grid"] for name in sys.argv[1:])
assert (plain[...] == packed[...]).all() and packed.chunks == (64, 80)' plain.nc packed.nc

# A chunk that is damaged is an error that says so, not wrong numbers.
/usr/bin/python3 "$folder/filter.py" --damage all.h5
if h5dump -E -d /grid all.h5 >says 2>&1; then
  echo "the damaged chunk went unnoticed" >&2
  exit 1
fi
grep -q 'nnzip: ' says
