// functions/platform/patterns.ts: names, and pairs of names, chosen by patterns, in which * stands for any text and ? for one character.

export interface Choice {
  /** Names to take. @default every name */
  include?: readonly string[];
  /** Names to leave out, even if included. @default none */
  exclude?: readonly string[];
}

/** Compares without case, as people write names. */
export function chooser({ include = [], exclude = [] }: Choice): (name: string) => boolean {
  const included = anyOf(include);
  const excluded = anyOf(exclude);
  return (name) => (include.length === 0 || included(name)) && !excluded(name);
}

/** Whether a name fits a pattern, without case. Takes no longer than name times pattern, whatever they hold. */
export function matcher(pattern: string): (name: string) => boolean {
  const expression = expressionOf(pattern);
  return (name) => expression.test(name);
}

/** Whether a name fits at least one of the patterns; none fits no patterns. */
export function anyOf(patterns: readonly string[]): (name: string) => boolean {
  const matchers = patterns.map(matcher);
  return (name) => matchers.some((fits) => fits(name));
}

function expressionOf(pattern: string) {
  const [head = '', ...others] = pattern.split(/\*+/).map(sourceOf);
  const tail = others.pop();
  // What stands between two stars is taken where it comes first, and for good: a look ahead is not tried again. So a name
  // made to fit almost costs no more than any other, which `.*` for each star would not promise.
  const between = others.map((part, index) => `(?=(.*?${part}))\\${index + 1}`).join('');
  return new RegExp(tail === undefined ? `^${head}$` : `^${head}${between}.*${tail}$`, 'isu');
}

const sourceOf = (part: string) => part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\?/g, '.');

/** A pair of names that a pattern fits: two projects, or a project and a cluster. */
export interface PairPattern {
  /** As written. */
  text: string;
  fits(first: string, second: string): boolean;
}

const MAX_PATTERN = 200;

/** Whether it can be a pattern of one name. */
export const isPattern = (text: string) => text.length > 0 && text.length <= MAX_PATTERN && !/\p{Cc}/u.test(text);

/** @param text both, as written */
export function pairPattern(text: string, first = '', second = ''): PairPattern | undefined {
  const [one, other] = [first.trim(), second.trim()];
  if (!isPattern(one) || !isPattern(other)) return undefined;
  const [fitsFirst, fitsSecond] = [matcher(one), matcher(other)];
  return { text, fits: (a, b) => fitsFirst(a) && fitsSecond(b) };
}

/** `project/cluster`. The first slash ends the project, whose name can hold none. */
export function clusterPattern(text: string): PairPattern | undefined {
  const slash = text.indexOf('/');
  return slash < 0 ? undefined : pairPattern(text, text.slice(0, slash), text.slice(slash + 1));
}
