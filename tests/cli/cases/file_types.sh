# SPDX-License-Identifier: Apache-2.0
# Desktops and file(1) recognise compressed files.
sample 500 >a && nnzip a && cp a.nnz unnamed
file -m "$CLI_SOURCE/nnzip.magic" a.nnz
file -b --mime-type -m "$CLI_SOURCE/nnzip.magic" a.nnz
file -b --extension -m "$CLI_SOURCE/nnzip.magic" a.nnz
noise_of 5000000 | nnzip --model none --block 22 >b.nnz && file -m "$CLI_SOURCE/nnzip.magic" b.nnz
mkdir -p mime/packages && cp "$CLI_SOURCE/nnzip-mime.xml" mime/packages/nnzip.xml
XDG_DATA_HOME=$PWD update-mime-database mime && cat mime/application/x-nnzip.xml | grep -c '<glob pattern="\*.nnz"/>'
grep -e '\.nnz$' -e '\.tnz$' mime/globs2 | sort
grep -ac 'application/x-nnzip]' mime/magic
