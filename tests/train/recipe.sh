#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# recipe.sh NNZIP_TRAIN RECIPE: the recipe names options that nnzip-train knows, stays within the
# multiply-accumulates that it promises, and makes a model file of at most 16 MB.
set -euo pipefail
train=$1 recipe=$2
declare -A most=([text]=1100000 [text-1m]=1100000 [text-fast]=500000 [text-4m]=4000000 [text-16m]=16000000
  [image]=500000 [sound]=500000 [code]=700000)

costs=$("$train" --config "$recipe" --dry-run)
echo "$costs"
awk -v most="${most[$(basename "$recipe" .toml)]}" '$1 == "products" { products = $2 } $1 == "model" { bytes = $3 }
  END { exit !(products > 0 && products <= most && bytes > 0 && bytes <= 16000000) }' <<< "$costs"
