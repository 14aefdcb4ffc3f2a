// lib/settings/setting.ts: kinds of settings, each with a shape, a default and a description.
import * as z from 'zod';

export interface Setting<T> {
  /** What it does, for docs/settings.md. */
  readonly means: string;
  /** What may be given, in words; it ends the sentence "allowed: ...". */
  readonly allowed: string;
  readonly unit?: string;
  readonly default: T;
  readonly shape: z.ZodType<T>;
}

export type ValuesOf<Settings extends Record<string, Setting<unknown>>> = {
  readonly [Name in keyof Settings]: Settings[Name] extends Setting<infer T> ? T : never;
};

/** A setting that is unknown or wrong. The message has a line for each, with its name, its value and what is allowed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type Words<T> = Omit<Setting<T>, 'shape' | 'allowed'>;

/** Values come as JSON from cdk.json, and as text from `-c name=value`. */
const fromText =
  (read: (text: string) => unknown) =>
  (value: unknown): unknown =>
    typeof value === 'string' ? read(value.trim()) : value;

const listOf =
  (separator: string | RegExp = ',') =>
  (text: string) =>
    text === '' ? [] : text.split(separator).map((part) => part.trim());
const numberOf = (text: string) => (text === '' ? text : Number(text));
const booleanOf = (text: string) => (text === 'true' ? true : text === 'false' ? false : text);
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** One of some words. */
export function choice<const T extends string>(choices: readonly T[], words: Words<T>): Setting<T> {
  return { ...words, allowed: choices.join(', '), shape: z.enum(choices) as unknown as z.ZodType<T> };
}

/** Some of some words, at least one unless said otherwise. */
export function choices<const T extends string>(
  all: readonly T[],
  { least = 1, ...words }: Words<readonly T[]> & { readonly least?: number },
): Setting<readonly T[]> {
  const shape = z.preprocess(fromText(listOf()), z.array(z.enum(all)).min(least)) as unknown as z.ZodType<readonly T[]>;
  return { ...words, allowed: `a list of ${all.join(', ')}`, shape };
}

/** Whether a value is allowed, or why not. */
type Accepts<T> = (value: T) => boolean | string;

/** A check whose reason, if it gives one, ends the message. */
const accepted = <T>(accepts: Accepts<T>) =>
  z.check<T>(({ value, issues }) => {
    const verdict = accepts(value);
    if (verdict !== true) issues.push({ code: 'custom', input: value, message: verdict || NO_REASON });
  });
const NO_REASON = '';

/** Text that a test accepts. An empty default means that it isn't set. */
export function text(allowed: string, accepts: Accepts<string>, words: Words<string>): Setting<string> {
  const shape = z.string().check(accepted((value) => (value === '' ? words.default === '' : accepts(value))));
  return { ...words, allowed: words.default === '' ? `${allowed}, or nothing` : allowed, shape };
}

interface ListWords extends Words<readonly string[]> {
  readonly most?: number;
  /** Between elements that are given as one text. @default a comma */
  readonly separator?: RegExp;
}

/** A list of texts, each of which a test accepts. */
export function texts(
  allowed: string,
  accepts: Accepts<string>,
  { most = Number.POSITIVE_INFINITY, separator, ...words }: ListWords,
): Setting<readonly string[]> {
  const elements = z.array(z.string().min(1).check(accepted(accepts))).max(most);
  const shape = z.preprocess(fromText(listOf(separator)), elements) as z.ZodType<string[]>;
  return { ...words, allowed: `a list of ${Number.isFinite(most) ? `at most ${most} ` : ''}${allowed}`, shape };
}

export function whole(least: number, most: number, words: Words<number>): Setting<number> {
  const shape = z.preprocess(fromText(numberOf), z.number().int().min(least).max(most)) as z.ZodType<number>;
  return { ...words, allowed: `a whole number from ${least} to ${most}`, shape };
}

/** A number that a test accepts. */
export function number(allowed: string, accepts: (value: number) => boolean, words: Words<number>): Setting<number> {
  const shape = z.preprocess(fromText(numberOf), z.number().refine(accepts)) as z.ZodType<number>;
  return { ...words, allowed, shape };
}

/** One of some numbers. */
export function oneOf(numbers: readonly number[], words: Words<number>): Setting<number> {
  const known = z.number().refine((value) => numbers.includes(value));
  const shape = z.preprocess(fromText(numberOf), known) as z.ZodType<number>;
  return { ...words, allowed: numbers.join(', '), shape };
}

export function flag(words: Words<boolean>): Setting<boolean> {
  const shape = z.preprocess(fromText(booleanOf), z.boolean()) as z.ZodType<boolean>;
  return { ...words, allowed: 'true, false', shape };
}

export function map(
  allowed: string,
  accepts: Accepts<Readonly<Record<string, string>>>,
  words: Words<Readonly<Record<string, string>>>,
) {
  const entries = z.record(z.string(), z.string()).check(accepted(accepts));
  const shape = z.preprocess(fromText(jsonOf), entries) as z.ZodType<Readonly<Record<string, string>>>;
  return { ...words, allowed, shape } satisfies Setting<Readonly<Record<string, string>>>;
}

/** @throws SettingsError that names everything that is wrong at once */
export function readValues<S extends Record<string, Setting<unknown>>>(
  settings: S,
  given: Readonly<Record<string, unknown>>,
): Partial<ValuesOf<S>> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
    const result = setting?.shape.safeParse(value);
    if (!setting) problems.push(unknown(name, Object.keys(settings)));
    else if (result?.success) values[name] = result.data;
    else problems.push(`${name}: got ${JSON.stringify(value)}, allowed: ${setting.allowed}${reasonOf(result?.error)}`);
  }
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return values as Partial<ValuesOf<S>>;
}

const reasonOf = (error: z.ZodError | undefined) => {
  const reason = error?.issues.find(({ code, message }) => code === 'custom' && message !== NO_REASON)?.message;
  return reason === undefined ? '' : `; ${reason}`;
};

function unknown(name: string, names: readonly string[]) {
  const [near] = names
    .map((candidate) => ({ candidate, steps: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  const hint =
    near && near.steps <= Math.max(2, name.length / 3) ? `did you mean ${near.candidate}?` : 'see docs/settings.md';
  return `${name}: there is no such setting; ${hint}`;
}

/** Characters to add, drop or replace to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let column = 0; column < b.length; column++) {
      const replaced = (row[column] ?? 0) + (letter === b[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
