# SPDX-License-Identifier: Apache-2.0
# What is installed beside the command lies where man, the shells and desktops look for it.
script=$(dirname "$(readlink -f "$(command -v nnzip)")")/src/cli/cmake_install.cmake
[[ -e $script ]] || { echo "this nnzip is not in its build folder" >&2 && exit 77; }
cmake -DCMAKE_INSTALL_PREFIX="$PWD/usr" -P "$script" >/dev/null
export XDG_DATA_DIRS=$PWD/usr/share XDG_CONFIG_HOME=$PWD/none MANPATH=$PWD/usr/share/man
find usr/share -type f | sort
[[ $(man -w nnzip) == "$PWD/usr/share/man/man1/nnzip.1" ]] && echo man
for page in nnzcat nnzgrep nnzless nnzdiff unnzip; do man -l "usr/share/man/man1/$page.1" 2>/dev/null | grep -c '^ *nnzdiff \[OPTIONS'; done
for script in usr/bin/nnz{cat,grep,less,diff} usr/bin/unnzip; do [[ -x $script ]] && echo "$script"; done
fish -c "complete -C 'nnzip dec'" | cut -f 1
bash -c 'source /usr/share/bash-completion/bash_completion && _completion_loader nnzip
  complete -p nnzip'
