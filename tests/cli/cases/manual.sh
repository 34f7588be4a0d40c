# SPDX-License-Identifier: Apache-2.0
# groff and man find nothing wrong with the manual page, at any width.
page=$CLI_SOURCE/nnzip.1
groff -ww -man -z -Tutf8 "$page"
for width in 40 80 200; do LC_ALL=C.UTF-8 MANWIDTH=$width man --warnings -l "$page" >/dev/null; done
LC_ALL=C.UTF-8 MANWIDTH=80 man -l "$page" | col -b | grep -c -e '^NAME$' -e '^OPTIONS$' -e '^ENVIRONMENT$'
