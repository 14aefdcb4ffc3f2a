// test/cli/commands.ts: every command that can be run, for tests that hold all of them to something.
import type { Command } from 'commander';

export interface Leaf {
  /** `atlas list` */
  path: string;
  command: Command;
}

export const leaves = (command: Command, path: string[] = []): Leaf[] =>
  command.commands.length === 0
    ? [{ path: path.join(' '), command }]
    : command.commands.flatMap((each) => leaves(each, [...path, each.name()]));
