// bin/process/help-text.ts: the help of a command, filled to the width of the terminal.
import { Help } from 'commander';
import type { ExitCode } from './exit-codes.ts';

const help = new Help();
/** Characters of a line, where no terminal says otherwise. */
const LINE = 80;
/** Where the meaning of an exit code begins. */
const CODE_COLUMN = 7;

/**
 * Fills each paragraph of `text`, however its lines were broken. Indented lines, such as flags and examples, stay as they are.
 * @param width of a line, in characters @default 80
 */
export function fillParagraphs(text: string, width = LINE): string {
  return text.replaceAll(/^\S.*(?:\n\S.*)*/gm, (paragraph) => help.boxWrap(paragraph.replaceAll('\n', ' '), width));
}

/** A list of exit codes and what each means, in their order, for the help of a command. */
export function exitCodes(meanings: Readonly<Partial<Record<ExitCode, string>>>): string {
  const items = Object.entries(meanings).map(([code, meaning]) => {
    const lines = help.boxWrap(meaning, LINE - CODE_COLUMN).split('\n');
    return `${code.padStart(5)}  ${lines.join(`\n${' '.repeat(CODE_COLUMN)}`)}`;
  });
  return ['Exit codes:', ...items].join('\n');
}
