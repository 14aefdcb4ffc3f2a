// bin/commands/completion.ts: the script that completes commands and flags in a shell.
import { Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../options/completion.ts';
import { wordArgument } from '../options/flags.ts';
import type { Context } from '../process/context.ts';

const HELP = `
Examples:
  $ source <(restore-ledger completion bash)      in ~/.bashrc
  $ source <(restore-ledger completion zsh)       in ~/.zshrc, after compinit
  $ restore-ledger completion fish > ~/.config/fish/completions/restore-ledger.fish`;

export function completionCommand(context: Context): Command {
  const command = new Command('completion')
    .description('print the script that completes commands and flags in a shell')
    .argument('<shell>', `yours: ${SHELLS.join(', ')}`, wordArgument('SHELL', SHELLS))
    .addHelpText('after', HELP);
  return command.action((shell: Shell) => context.out.write(completionScript(command.parent as Command, shell)));
}
