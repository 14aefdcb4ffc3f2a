// test/lib/resolved.ts: parts of a template as CloudFormation resolves them.

export type Json = Record<string, unknown>;

/** The same value without intrinsic functions. @param refs what `Ref` stands for @param conditions of the template */
export function resolved(value: unknown, refs: Readonly<Record<string, string>>, conditions: Json = {}): unknown {
  const of = (each: unknown): unknown => resolved(each, refs, conditions);
  if (Array.isArray(value)) return value.map(of);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  const list = argument as unknown[];
  switch (name) {
    case 'Ref':
      if (!(String(argument) in refs)) throw new Error(`expected a known reference, got ${argument}`);
      return refs[String(argument)];
    case 'Fn::Join':
      return (list[1] as unknown[]).map(of).join(String(list[0]));
    case 'Fn::If':
      return of(of(conditions[String(list[0])]) ? list[1] : list[2]);
    case 'Fn::Equals':
      return of(list[0]) === of(list[1]);
    default:
      if (name.startsWith('Fn::')) throw new Error(`expected a known function, got ${name}`);
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, of(each)]));
  }
}
