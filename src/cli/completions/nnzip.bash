# SPDX-License-Identifier: Apache-2.0
# Completion of nnzip for bash.

_nnzip() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=
  local general='-h --help -V --version -q --quiet -v --verbose'
  local input='-r --recursive -S --suffix -f --force -n --no-name -N --name'
  local computing='-T --threads --device'
  local output='-c --stdout -o --output -k --keep --rm --part'
  local models='--model --no-unwrap --layout'
  local numbers='-1 -2 -3 -4 -5 -6 -7 -8 -9 --fast --best'
  local levels="$numbers --adapt $models --long --block --fast-decode --directory --cut --reuse --resume"
  local modes='-z --compress -d --decompress -t --test -l --list'
  local content='--range --no-sparse'
  local memory='-M --memory'
  local commands='compress decompress test list estimate explain report sample join models bench'
  local options
  COMPREPLY=()

  case $prev in
    --model)
      # shellcheck disable=SC2207  # names of models hold no blanks
      COMPREPLY=($(compgen -W "auto none $(nnzip models -q 2>/dev/null | sed -e 1d -e 's/ .*//')" \
        -- "$cur"))
      return
      ;;
    --device)
      mapfile -t COMPREPLY < <(compgen -W 'auto cpu cuda torch reference' -- "$cur")
      return
      ;;
    --cut)
      mapfile -t COMPREPLY < <(compgen -W 'blocks lines tar' -- "$cur")
      return
      ;;
    --by)
      mapfile -t COMPREPLY < <(compgen -W 'auto network contexts both gzip zstd' -- "$cur")
      return
      ;;
    --check)
      mapfile -t COMPREPLY < <(compgen -W 'cpu,reference' -- "$cur")
      return
      ;;
    -T | --threads | -M | --memory | -S | --suffix | --range | --layout | --long | --block | --part | --adapt | --text | --seed | --bytes | --temperature) return ;;
  esac

  ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}
  case $command in
    compress) options="$general $levels $input $output $computing $memory" ;;
    decompress) options="$general $input $output $content $computing $memory" ;;
    test) options="$general $input $computing $memory" ;;
    list) options="$general $input --json" ;;
    estimate) options="$general $models $computing -r --recursive --json" ;;
    explain) options="$general $numbers $models $computing --range --json" ;;
    report) options="$general $numbers $models $computing --range --text --no-times -o --output -f --force" ;;
    sample) options="$general $numbers --model $computing --seed --bytes --prompt --temperature --by -o --output -f --force" ;;
    join) options="$general -o --output -f --force" ;;
    models) options="$general --verify" ;;
    bench) options="$general $computing --signature --check --speed --synthetic --stages" ;;
    *) options="$general $modes $levels $input $output $content --json $computing $memory" ;;
  esac

  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    return
  fi
  ((COMP_CWORD > 1)) || mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
  [[ $command != models ]] || return
  compopt -o filenames 2>/dev/null
  # Only compressed files where only these make sense.
  local words=" ${COMP_WORDS[*]:1:COMP_CWORD-1} " file
  while IFS= read -r file; do
    if [[ -d $file || $file == *.nnz || ! $words =~ \ (decompress|test|list|join|-[a-z]*[dtl][a-z]*)\  ]]; then
      COMPREPLY+=("$file")
    fi
  done < <(compgen -f -- "$cur")
} &&
  complete -F _nnzip nnzip
