// bin/process/help-text.ts: the help of a command, filled to the width of the terminal.
import { Help } from 'commander';

const help = new Help();

/**
 * Fills each paragraph of `text`, however its lines were broken. Indented lines, such as flags and examples, stay as they are.
 * @param width of a line, in characters @default 80
 */
export function fillParagraphs(text: string, width = 80): string {
  return text.replaceAll(/^\S.*(?:\n\S.*)*/gm, (paragraph) => help.boxWrap(paragraph.replaceAll('\n', ' '), width));
}
