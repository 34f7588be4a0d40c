# SPDX-License-Identifier: Apache-2.0
# Completion of nnzip for fish.

function __nnzip_models
    printf '%s\n' auto none
    nnzip models -q 2>/dev/null | sed -e 1d -e 's/ .*//'
end

# Whether the first word is one of the commands given, or, with "bare" among them, no command.
function __nnzip_in
    set -l word (commandline -opc)[2]
    if contains -- "$word" compress decompress test list estimate explain report sample join models bench
        contains -- $word $argv
    else
        contains -- bare $argv
    end
end

function __nnzip_option
    complete -c nnzip -n "__nnzip_in $argv[1]" $argv[2..-1]
end

set -l files 'bare compress decompress test list'
set -l coding 'bare compress decompress test'
set -l writing 'bare compress decompress'
set -l looking 'explain report'

complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a compress -d 'compress files'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a decompress -d 'decompress files'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a test -d 'test compressed files'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a list -d 'what compressed files hold'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a estimate -d 'size, time and memory of all levels'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a explain -d 'where the bytes go'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a report -d 'the same as a page for a browser'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a sample -d 'what the models expect'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a join -d 'files to one with a directory'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a models -d 'list or verify models'
complete -c nnzip -n 'test (count (commandline -opc)) -eq 1' -a bench -d 'check this build'
complete -c nnzip -n '__nnzip_in models' -f

complete -c nnzip -s h -l help -d 'print help'
complete -c nnzip -s V -l version -d 'print the version'
complete -c nnzip -s q -l quiet -d 'no warnings, no progress'
complete -c nnzip -s v -l verbose -d 'say what was done and how'

__nnzip_option bare -s z -l compress -d compress
__nnzip_option bare -s d -l decompress -d decompress
__nnzip_option bare -s t -l test -d 'test compressed files'
__nnzip_option bare -s l -l list -d 'list what compressed files hold'

for level in 1 2 3 4 5 6 7 8 9
    __nnzip_option "bare compress sample $looking" -s $level -d "level $level"
end
__nnzip_option "bare compress sample $looking" -l fast -d 'as -1'
__nnzip_option "bare compress sample $looking" -l best -d 'as -9'
__nnzip_option 'bare compress' -l adapt -x -d 'the highest level that takes so many seconds'
__nnzip_option "bare compress estimate $looking" -l no-unwrap -d 'code gzip, zip, PNG and the like as they are'
__nnzip_option "bare compress estimate $looking" -l layout -x -d 'what headerless content is: pixels:640x3:u8'
__nnzip_option 'bare compress' -l long -x -d 'find repeats within 2^N bytes'
__nnzip_option 'bare compress' -l block -x -d 'blocks of at most 2^N bytes'
__nnzip_option 'bare compress' -l fast-decode -d 'larger, but decompressed fast by a GPU'
__nnzip_option 'bare compress' -l directory -d 'end the output with a directory'
__nnzip_option 'bare compress' -l reuse -r -F -d 'take unchanged blocks from it'
__nnzip_option 'bare compress' -l resume -d 'keep unfinished output and go on'
__nnzip_option 'bare compress' -l cut -x -a 'blocks lines tar' -d 'where parts may end'
__nnzip_option "bare compress estimate sample $looking" -l model -x -a '(__nnzip_models)' -d 'auto, none or a model'

__nnzip_option "$files estimate" -s r -l recursive -d 'go into folders'
__nnzip_option $files -s S -l suffix -x -d 'suffix of compressed files'
__nnzip_option "$files join report sample" -s f -l force -d 'overwrite; compressed data to or from a terminal'
__nnzip_option $files -s n -l no-name -d 'taken as by gzip'
__nnzip_option $files -s N -l name -d 'taken as by gzip'

__nnzip_option $writing -s c -l stdout -d 'write to standard output'
__nnzip_option "$writing join report sample" -s o -l output -r -F -d 'write to this file'
__nnzip_option $writing -s k -l keep -d 'keep the input'
__nnzip_option $writing -l rm -d 'remove the input once the output is complete'
__nnzip_option $writing -l part -x -d 'I/N: that part alone'

__nnzip_option "bare decompress $looking" -l range -x -d 'OFFSET:LENGTH of the content alone'
__nnzip_option 'bare decompress' -l no-sparse -d 'write zeros out instead of leaving holes'
__nnzip_option 'bare list estimate explain' -l json -d 'the result as JSON'

__nnzip_option report -l text -x -d 'OFFSET:LENGTH to be shown as text'
__nnzip_option report -l no-times -d 'nothing that is timed'
__nnzip_option sample -l seed -x -d 'of the random bits'
__nnzip_option sample -l bytes -x -d 'how many'
__nnzip_option sample -l prompt -r -F -d 'go on from this file'
__nnzip_option sample -l temperature -x -d '0.1 to 4'
__nnzip_option sample -l by -x -a 'auto network contexts both gzip zstd' -d 'who predicts'

__nnzip_option "$coding bench estimate sample $looking" -s T -l threads -x -d 'number of threads'
__nnzip_option "$coding bench estimate sample $looking" -l device -x -a 'auto cpu cuda torch reference' -d 'what computes'
__nnzip_option $coding -s M -l memory -x -d 'fail rather than need more'

__nnzip_option models -l verify -d 'compare each model with its hash'
__nnzip_option bench -l signature -d 'one number over all that is computed'
__nnzip_option bench -l speed -d 'time the parts of coding'
__nnzip_option bench -l synthetic -x -a '4M 4M-pixels 4M-samples' -d 'with --speed, a generated model'
__nnzip_option bench -l stages -d 'network, contexts and both'
__nnzip_option bench -l check -x -a cpu,reference -d 'compare two backends'
