// bin/options/flags.ts: flags with checked values. An error names the flag, what was expected and what was given.
import { type Command, Option } from 'commander';
import { nearest } from '../../functions/platform/lists/nearest.ts';
import { isObjectId } from '../../functions/restore/object-id.ts';
import { isTimeZone } from '../../functions/restore/rules/working-hours.ts';
import { COMING, comingMoment, DURATION, durationMs, MOMENT, moment } from '../process/duration.ts';
import { UsageError } from '../process/exit-codes.ts';

/** Characters of a wrong value that its error repeats. */
const MAX_ECHO = 100;

/** Headings, in the help, of flags that many commands share. */
export type Heading = 'Filters:' | 'Output:' | 'Ledger:';

/** @param add what it adds is listed under the heading; other flags are under "Options:" */
export function under(heading: Heading, command: Command, add: (command: Command) => Command): Command {
  const outer = command.optionsGroup();
  return add(command.optionsGroup(heading)).optionsGroup(outer);
}

/** @param read undefined where the text is wrong @param words one of which may have been meant. @default none */
export function checked<T>(
  flags: string,
  description: string,
  expected: string,
  read: (text: string) => T | undefined,
  words: readonly string[] = [],
) {
  const [name = flags] = /--[\w-]+/.exec(flags) ?? [];
  return new Option(flags, description).argParser((text: string) => parsed(name, expected, text, read, words));
}

function parsed<T>(
  name: string,
  expected: string,
  text: string,
  read: (text: string) => T | undefined,
  words: readonly string[] = [],
): T {
  const value = read(text);
  if (value !== undefined) return value;
  throw new UsageError(`${name}: expected ${expected}, got ${JSON.stringify(shortened(text))}${meant(text, words)}`);
}

/** What follows a colon, as an order does, is no part of the word. */
function meant(text: string, words: readonly string[]): string {
  const [word = ''] = text.split(':');
  const [similar] = nearest(word, words, 1);
  return similar === undefined || similar === word ? '' : `: did you mean ${similar}?`;
}

/** Whole, unless it would bury the message. */
const shortened = (text: string) => (text.length <= MAX_ECHO ? text : `${text.slice(0, MAX_ECHO - 1)}…`);

/** The same flag several times, or once with commas. */
export function several(option: Option): Option {
  const read = option.parseArg as (text: string, before: undefined) => string;
  return option.argParser((text: string, before: string[] = []) => [
    ...new Set([...before, ...text.split(',').map((part) => read(part.trim(), undefined))]),
  ]);
}

type Bounds = readonly [number, number];

const within = (pattern: RegExp, [least, most]: Bounds) => {
  return (text: string) => {
    const number = pattern.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= most ? number : undefined;
  };
};

export const wholeNumber = (flags: string, description: string, ...bounds: Bounds) =>
  checked(flags, description, `a whole number from ${bounds.join(' to ')}`, within(/^\d{1,15}$/, bounds));

/** Seconds or the like, where a fraction makes sense. */
export const amount = (flags: string, description: string, ...bounds: Bounds) =>
  checked(flags, description, `a number from ${bounds.join(' to ')}`, within(/^\d{1,12}(\.\d{1,6})?$/, bounds));

const WORDS = new WeakMap<Option, readonly string[]>();

/** The words that a flag takes, if it takes only a few. */
export const wordsOf = (option: Option) => WORDS.get(option);

/** One of a few words, case-insensitive. */
export function oneOf(flags: string, description: string, words: readonly string[]) {
  const read = (text: string) => words.find((word) => word.toLowerCase() === text.toLowerCase());
  const option = checked(flags, description, `one of ${words.join(', ')}`, read, words);
  WORDS.set(option, words);
  return option;
}

export const someOf = (flags: string, description: string, words: readonly string[]) =>
  several(oneOf(flags, description, words));

export const time = (flags: string, description: string) =>
  checked(flags, description, MOMENT, (text) => moment(text, Date.now()));

/** Of what is still to come. */
export const comingTime = (flags: string, description: string) =>
  checked(flags, description, COMING, (text) => comingMoment(text, Date.now()));

export const timeZone = (flags: string, description: string) =>
  checked(flags, description, 'a name of the IANA time zone database, such as Europe/Berlin', (text) =>
    isTimeZone(text) ? text : undefined,
  );

/** `90s`, `15m`, `2h`: in ms. */
export const duration = (flags: string, description: string) => checked(flags, description, DURATION, durationMs);

const idOf = (text: string) => (isObjectId(text.toLowerCase()) ? text.toLowerCase() : undefined);

export const accountId = (flags: string, description: string) =>
  checked(flags, description, 'the id of an AWS account, 12 digits', (text) =>
    /^\d{12}$/.test(text) ? text : undefined,
  );

export const spoke = (flags: string, description: string) =>
  checked(
    flags,
    description,
    'ACCOUNT/REGION/STACK of a spoke, such as 111111111111/eu-west-1/AtlasRestoreLedger',
    (text) => (/^\d{12}\/[a-z0-9-]+\/[A-Za-z0-9-]+$/.test(text) ? text : undefined),
  );

export const jobId = (text: string) => parsed('ID', 'a job id of 24 hex digits', text, idOf);

export const expectedRestoreId = (text: string) =>
  parsed('ID', 'the id of an announced restore, 24 hex digits', text, idOf);

export const wordArgument = (name: string, words: readonly string[]) => (text: string) =>
  parsed(name, `one of ${words.join(', ')}`, text, (given) => words.find((word) => word === given.toLowerCase()));

export const clusterName = (flags: string, description: string) =>
  checked(flags, description, 'the name of a cluster', (text) => text || undefined);

/** Trimmed. @param most characters */
export const sentence = (flags: string, description: string, most: number) =>
  checked(flags, description, `a text of 1 to ${most} characters`, (text) =>
    text.trim() !== '' && text.trim().length <= most ? text.trim() : undefined,
  );

export function checkPeriod({ since, until }: { since?: string | undefined; until?: string | undefined }) {
  if (since === undefined || until === undefined || since < until) return;
  throw new UsageError(`--until: expected a time after --since (${since}), got ${until}`);
}
