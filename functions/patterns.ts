// functions/patterns.ts chooses names by patterns in which * stands for any characters and ? for one.

export interface Choice {
  /** Names to take. @default every name */
  include?: readonly string[];
  /** Names to leave out, even if included. @default none */
  exclude?: readonly string[];
}

/** Compares without case, as people write names. */
export function chooser({ include = [], exclude = [] }: Choice): (name: string) => boolean {
  const included = include.map(expression);
  const excluded = exclude.map(expression);
  const any = (expressions: RegExp[], name: string) => expressions.some((e) => e.test(name));
  return (name) => (included.length === 0 || any(included, name)) && !any(excluded, name);
}

function expression(pattern: string) {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'isu');
}
