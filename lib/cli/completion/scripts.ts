import { usageError } from "../../errors.ts";

// Bash cuts words at ":" and "=" too (COMP_WORDBREAKS), and puts what is offered behind the last of them: the words are put
// together again here, and what is before the cut is taken off each offer. Bash 3, which macOS has, knows no compopt.
const BASH = `# shellcheck shell=bash
# PROGRAM completions bash >> ~/.bashrc
_PROGRAM() {
  local line=$COMP_LINE words=() last="" typed prefix over i offer what path quoted open=""
  COMPREPLY=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    last=\${COMP_WORDS[i]}
    if [[ $i == 0 || $line == [[:space:]]* ]]; then
      line=\${line#"\${line%%[![:space:]]*}"}
      words+=("$last")
    else
      words[\${#words[@]}-1]+=$last
    fi
    line=\${line#"$last"}
  done
  typed=\${words[\${#words[@]}-1]}
  # What stands behind the cursor is not asked for.
  over=$((\${#COMP_LINE} - \${#line} - COMP_POINT))
  if ((over > 0 && over <= \${#last})); then
    typed=\${typed:0:\${#typed}-over}
    last=\${last:0:\${#last}-over}
  fi
  [[ $typed == *[\\"\\']* ]] && open=1
  case $last in
    [:=@]) last="" ;;
    [\\"\\']*) typed=\${typed#?} last=$typed ;;
  esac
  prefix=\${typed%"$last"}
  words[\${#words[@]}-1]=$typed
  while IFS=$'\\t' read -r offer what; do
    if [[ $offer != :* ]]; then
      COMPREPLY+=("\${offer#"$prefix"}")
    elif [[ $what == "$prefix" ]]; then
      [[ $offer == :files ]] && i=default || i=dirnames
      compopt -o "$i" 2>/dev/null
    else
      [[ $offer == :files ]] && i=-f || i=-d
      while IFS= read -r path; do
        printf -v quoted %q "$path"
        # Nobody quotes what is inserted here, and a file may be called $(…). Inside quotes only a space is plain besides.
        if [[ ! $open ]]; then
          path=$quoted
        elif [[ \${quoted//\\\\ / } != "$path" ]]; then
          continue
        fi
        COMPREPLY+=("\${what#"$prefix"}$path")
      done < <(compgen "$i" -- "\${typed#"$what"}")
    fi
  done < <(PROGRAM __complete "\${words[@]:1}" 2>/dev/null </dev/null)
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *[:=/] ]] && compopt -o nospace 2>/dev/null
  return 0
}
if type compopt >/dev/null 2>&1; then
  complete -F _PROGRAM PROGRAM
else
  complete -o default -F _PROGRAM PROGRAM
fi`;

// It serves as a file in a folder of fpath, which zsh runs at the first Tab, and in .zshrc, perhaps before compinit.
const ZSH = `#compdef PROGRAM
# PROGRAM completions zsh > ~/.zfunc/_PROGRAM, where fpath has ~/.zfunc, or in .zshrc: eval "$(PROGRAM completions zsh)"
_PROGRAM() {
  local offer what paths before
  local -a closed open
  while IFS=$'\\t' read -r offer what; do
    case $offer in
      :*) paths=$offer before=$what ;;
      *[:=/]) open+=("\${offer//:/\\\\:}\${what:+:$what}") ;;
      *) closed+=("\${offer//:/\\\\:}\${what:+:$what}") ;;
    esac
  done < <(PROGRAM __complete "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)
  (( $#open )) && _describe PROGRAM open -S ''
  (( $#closed )) && _describe PROGRAM closed
  [[ -n $before ]] && compset -P "\${(b)before}"
  case $paths in
    :files) _files ;;
    :folders) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _PROGRAM ]]; then
  _PROGRAM "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _PROGRAM PROGRAM
fi`;

const FISH = `# PROGRAM completions fish > ~/.config/fish/completions/PROGRAM.fish
function __PROGRAM_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct | string trim -l -c '"\\'')
    PROGRAM __complete $words[2..] "$word" 2>/dev/null </dev/null | while read -l -d \\t offer what
        switch $offer
            case ':*'
                set -l name (string sub -s (math (string length -- "$what") + 1) -- "$word")
                set -l paths (complete -C "'' $name")
                test $offer = :folders; and set paths (string match -r '^.*/(?=\\t|$).*' -- $paths)
                for path in $paths
                    echo -- "$what$path"
                end
            case '*'
                printf '%s\\t%s\\n' $offer $what
        end
    end
end
complete -c PROGRAM -f -a '(__PROGRAM_complete)'`;

const SCRIPTS = new Map([["bash", BASH], ["zsh", ZSH], ["fish", FISH]]);

/** Shells that a completion script can be made for. */
export const SHELLS: readonly string[] = [...SCRIPTS.keys()];

/**
 * A completion script, which asks the program itself (`pinwire __complete WORDS…`, offers.ts) at every Tab.
 *
 * @throws {PinwireError} `usage` for another shell
 */
export function completionScript(program: string, shell: string): string {
  const script = SCRIPTS.get(shell);
  if (script !== undefined) return script.replaceAll("PROGRAM", program);
  throw usageError(`no completions for "${shell}"`, `use ${SHELLS.join(", ")}`, {
    word: shell,
    known: SHELLS,
  });
}
