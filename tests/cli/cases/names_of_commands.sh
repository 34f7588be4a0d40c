# SPDX-License-Identifier: Apache-2.0
# Files may have names of commands and options.
sample 300 >test && sample 400 >list && sample 500 >-file && sample 600 >-9 && sample 700 >++
nnzip ./test && nnzip compress list && nnzip -- -file -9 && nnzip -k ++ && ls
rm test list ./-file && nnzip decompress ./test.nnz list.nnz -- -file.nnz && ls && nnzip -t -- -9.nnz
sample 300 | cmp - test && sample 500 | cmp - ./-file
