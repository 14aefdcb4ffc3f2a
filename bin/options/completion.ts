// bin/options/completion.ts: scripts that complete commands, flags and their words in a shell, made from the commands themselves.
import type { Command, Option } from 'commander';
import { wordsOf } from './flags.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Flag {
  names: string[];
  description: string;
  takesValue: boolean;
  words: readonly string[];
}
interface Completed {
  /** `jobs`, or `atlas list`. */
  path: string;
  description: string;
  flags: Flag[];
  /** Of the commands inside. */
  next: { name: string; description: string }[];
}

export function completionScript(program: Command, shell: Shell): string {
  const commands = completed(program);
  if (shell === 'fish') return fish(program.name(), commands);
  const bashScript = bash(program.name(), commands);
  // zsh runs completions that were written for bash.
  return shell === 'bash' ? bashScript : `autoload -U +X bashcompinit && bashcompinit\n${bashScript}`;
}

function completed(command: Command, path: string[] = []): Completed[] {
  const help = command.createHelp();
  const next = help.visibleCommands(command).map((each) => ({ name: each.name(), description: each.description() }));
  const own = { path: path.join(' '), description: command.description(), flags: flagsOf(command), next };
  return [own, ...command.commands.flatMap((each) => completed(each, [...path, each.name()]))];
}

const flagsOf = (command: Command): Flag[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined && name !== null),
      description: option.description,
      takesValue: takesValue(option),
      words: wordsOf(option) ?? [],
    }));

const takesValue = ({ required, optional }: Option) => required || optional;

function bash(name: string, commands: readonly Completed[]): string {
  const identifier = `_${name.replaceAll('-', '_')}`;
  const cases = commands.map(({ path, flags, next }) => {
    const words = [...next.map((each) => each.name), ...flags.flatMap(({ names }) => names)];
    return `    '${path}') words='${words.join(' ')}' ;;`;
  });
  const values = commands.flatMap(({ path, flags }) =>
    flags.flatMap(({ names, words, takesValue }) => {
      if (!takesValue) return [];
      const patterns = names.map((each) => `'${`${path} ${each}`.trim()}'`).join('|');
      return [`    ${patterns}) ${words.length === 0 ? 'return' : `values='${words.join(' ')}'`} ;;`];
    }),
  );
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`]));
  return `# Completion of ${name}. In ~/.bashrc or ~/.zshrc: source <(${name} completion bash), or zsh
${identifier}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' word words='' values=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in ${paths.join('|')}) path="\${path:+$path }$word" ;; esac
  done
  case "\${path:+$path }$previous" in
${values.join('\n')}
  esac
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "\${values:-$words}" -- "$current"))
}
complete -o default -F ${identifier} ${name}
`;
}

function fish(name: string, commands: readonly Completed[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap(({ path, flags, next }) => {
    const when = path === '' ? '__fish_use_subcommand' : path.split(' ').map(seen).join('; and ');
    const inside = next.map(
      (each) => `complete -c ${name} -f -n ${quoted(when)} -a ${each.name} -d ${quoted(each.description)}`,
    );
    const ownFlags = flags.map(({ names, description, takesValue, words }) => {
      const [long, short] = [names.find((each) => each.startsWith('--')), names.find((each) => /^-\w$/.test(each))];
      const parts = [
        `complete -c ${name} -n ${quoted(when)}`,
        long && `-l ${long.slice(2)}`,
        short && `-s ${short.slice(1)}`,
        takesValue && (words.length > 0 ? `-x -a ${quoted(words.join(' '))}` : '-r'),
        `-d ${quoted(description)}`,
      ];
      return parts.filter(Boolean).join(' ');
    });
    return [...inside, ...ownFlags];
  });
  return `# Completion of ${name}: ${name} completion fish > ~/.config/fish/completions/${name}.fish\n${lines.join('\n')}\n`;
}

const seen = (word: string) => `__fish_seen_subcommand_from ${word}`;
