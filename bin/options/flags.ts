// bin/options/flags.ts reads the values of flags. Each reader names its flag, what was expected and what came.
import { Option } from 'commander';
import { isObjectId } from '../../functions/restore/object-id.ts';
import { DURATION, durationMs, MOMENT, moment } from '../process/duration.ts';
import { UsageError } from '../process/exit-codes.ts';

const wrong = (flag: string, expected: string, came: string) =>
  new UsageError(`${flag}: expected ${expected}, got ${JSON.stringify(came)}`);

/** `--limit <n>` is named `--limit` in messages. */
const nameOf = (flags: string) => flags.replace(/^-\w, /, '').replace(/ .*/, '');

export interface Bounds {
  least: number;
  most: number;
}

export const wholeNumber = (flags: string, description: string, { least, most }: Bounds) =>
  new Option(flags, description).argParser((text: string) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw wrong(nameOf(flags), `a whole number from ${least} to ${most}`, text);
  });

/** Seconds or the like, where a fraction makes sense. */
export const amount = (flags: string, description: string, { least, most }: Bounds) =>
  new Option(flags, description).argParser((text: string) => {
    const number = /^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw wrong(nameOf(flags), `a number from ${least} to ${most}`, text);
  });

/** One of a few words, in whatever case. */
export const oneOf = <T extends string>(flags: string, description: string, words: readonly T[]) =>
  new Option(flags, description).argParser((text: string) => word(nameOf(flags), words, text));

/** Some of a few words: the flag again, or commas. */
export const someOf = <T extends string>(flags: string, description: string, words: readonly T[]) =>
  new Option(flags, description).argParser((text: string, before: T[] | undefined) => [
    ...(before ?? []),
    ...text.split(',').map((part) => word(nameOf(flags), words, part.trim())),
  ]);

function word<T extends string>(flag: string, words: readonly T[], text: string): T {
  const found = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw wrong(flag, `one of ${words.join(', ')}`, text);
}

export const time = (flags: string, description: string) =>
  new Option(flags, description).argParser((text: string) => {
    const at = moment(text, Date.now());
    if (at !== undefined) return at;
    throw wrong(nameOf(flags), MOMENT, text);
  });

/** `90s`, `15m`, `2h`: in ms. */
export const duration = (flags: string, description: string) =>
  new Option(flags, description).argParser((text: string) => {
    const ms = durationMs(text);
    if (ms !== undefined) return ms;
    throw wrong(nameOf(flags), DURATION, text);
  });

export const projectId = (flags: string, description: string) =>
  new Option(flags, description).argParser((text: string) => objectId(nameOf(flags), 'a project id', text));

export const projectIds = (flags: string, description: string) =>
  new Option(flags, description).argParser((text: string, before: string[] | undefined) => [
    ...new Set([...(before ?? []), objectId(nameOf(flags), 'a project id', text)]),
  ]);

/** @param what 'a project id' */
export function objectId(flag: string, what: string, text: string): string {
  const id = text.toLowerCase();
  if (isObjectId(id)) return id;
  throw wrong(flag, `${what} of 24 hex digits`, text);
}

export const clusterName = (flags: string, description: string) =>
  new Option(flags, description).argParser((text: string) => {
    if (text !== '') return text;
    throw wrong(nameOf(flags), 'the name of a cluster', text);
  });
