# SPDX-License-Identifier: Apache-2.0
# A model that is not there is named, with the places where it was looked for.
sample 500 >a
mkdir empty
NNZIP_MODEL_PATH=$PWD/empty nnzip --model text-000000000000 a
code=$?
ls -A
exit $code
