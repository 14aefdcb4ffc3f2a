// test/lib/services/event-pattern.ts: what our filters need of Lambda's event filtering and of EventBridge's patterns, as AWS's guides describe them.

export type Pattern = { [name: string]: Pattern | readonly (string | Condition)[] };
type Condition = { prefix: string } | { exists: boolean } | { 'anything-but': string | readonly string[] };

export function matches(value: unknown, pattern: Pattern): boolean {
  return Object.entries(pattern).every(([name, inner]) => {
    const field = (value as Record<string, unknown> | undefined)?.[name];
    return Array.isArray(inner) ? inner.some((one) => fits(field, one)) : matches(field, inner as Pattern);
  });
}

function fits(field: unknown, one: string | Condition): boolean {
  if (typeof one === 'object' && 'exists' in one) return (field !== undefined) === one.exists;
  if (typeof field !== 'string') return false; // a field that is missing fits nothing, `anything-but` included
  if (typeof one === 'string') return field === one;
  return 'prefix' in one ? field.startsWith(one.prefix) : ![one['anything-but']].flat().includes(field);
}
