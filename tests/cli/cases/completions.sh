# SPDX-License-Identifier: Apache-2.0
# The completions load in their shells and offer commands, files and models.
folder=$CLI_SOURCE/completions
zsh -n "$folder/_nnzip" && fish -n "$folder/nnzip.fish" && bash -n "$folder/nnzip.bash"
touch a.txt b.nnz
complete_bash() {
  bash -c 'source "$0" && COMP_WORDS=(nnzip "$@") COMP_CWORD=$# && _nnzip && echo "${COMPREPLY[@]}"' \
    "$folder/nnzip.bash" "$@"
}
complete_bash de
complete_bash -d ''
complete_bash compress a
complete_bash --device c
complete_bash --model text | grep -c '^text-'
complete_bash list --js
complete_fish() { fish -c "source $folder/nnzip.fish; complete -C '$*'" | cut -f 1 | tr '\n' ' ' && echo; }
complete_fish nnzip dec
complete_fish nnzip --device c
complete_fish nnzip models --veri
complete_fish nnzip --model no
zsh -fc 'fpath=('"$folder"' $fpath); autoload -Uz compinit && compinit -uD && echo "$_comps[nnzip]"'
