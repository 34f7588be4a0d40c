# SPDX-License-Identifier: Apache-2.0
# The manual page and the completions have every option that -h tells, and no others.
commands='compress decompress test list estimate explain report sample models bench'
options() { grep -oE -e '(^|[ ,])-(-[a-z-]+|[a-zA-Z1-9])\b' | tr -d ' ,' | sort -u; }
told() { # told [COMMAND]: the options in its help
  nnzip "$@" -h | sed -n '/^Options:/,/^Commands/p' | options
  nnzip "$@" -h | grep -q '^Levels: -1 .* to -9' && printf '%s\n' -{1..9}
}
{
  told
  for command in $commands; do told "$command"; done
} | sort -u >known
(($(wc -l <known) > 40)) || cat known

# Bold words after .TP head the entries of the page.
sed -n '/^\.SH OPTIONS/,/^\.SH "THE LIST/p' "$CLI_SOURCE/nnzip.1" | sed -nE '/^\.TP/{n;p}' |
  grep '\\-' | sed 's/\\-/-/g; s/"//g' |
  options | diff known - && echo 'manual page'

bash_knows() { # bash_knows WORD...: what the completion offers for a dash after these words
  bash -c 'source "$0" && COMP_WORDS=(nnzip "$@" -) COMP_CWORD=$(($# + 1)) && _nnzip 2>/dev/null
    printf "%s\n" "${COMPREPLY[@]}"' "$CLI_SOURCE/completions/nnzip.bash" "$@" | sort -u
}
fish_knows() { # the same of fish
  fish -c "source $CLI_SOURCE/completions/nnzip.fish; complete -C 'nnzip $* -'; complete -C 'nnzip $* --'" |
    cut -f 1 | sort -u
}
for command in '' $commands; do
  told $command | sort -u >wanted
  bash_knows $command | diff wanted - || echo "bash: $command"
  fish_knows $command | diff wanted - || echo "fish: $command"
done
grep -oE -e "['{,]-(-[a-z-]+|[a-zA-Z1-9])\\b" -e ' -[1-9]\b' "$CLI_SOURCE/completions/_nnzip" |
  tr -d "'{, " | sort -u | grep -vx -e '-s' | diff known - && echo zsh
