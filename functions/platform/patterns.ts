// functions/platform/patterns.ts: names chosen by patterns, in which * stands for any text and ? for one character.

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
