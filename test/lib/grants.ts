// test/lib/grants.ts: what each role of the synthesized stack may do.
import { templateOf } from './template.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}
type Policies = Record<
  string,
  { Properties: { PolicyDocument: { Statement: Statement[] }; Roles: { Ref: string }[] } }
>;

/** Each role's statements as `action on resource`, logical ids without their hashes. */
export function grants(given: Record<string, unknown> = {}): Record<string, string[]> {
  const policies = templateOf(given).findResources('AWS::IAM::Policy') as Policies;
  return Object.fromEntries(
    Object.values(policies).map(({ Properties: { PolicyDocument, Roles } }) => {
      const lines = PolicyDocument.Statement.flatMap(({ Effect, Action, Resource, Condition }) => {
        const where = Condition ? ` where ${JSON.stringify(Condition)}` : '';
        if (Effect !== 'Allow') throw new Error(`a statement that ${Effect}s: expected Allow`);
        return [Action]
          .flat()
          .flatMap((action) => [Resource].flat().map((resource) => `${action} on ${nameOf(resource)}${where}`));
      });
      return [nameOf(Roles[0]), lines.sort()];
    }),
  );
}

/** A value of a template, in short. */
export function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[kind, argument] = []] = Object.entries(value);
  if (kind === 'Ref') return plain(String(argument));
  if (kind === 'Fn::GetAtt') {
    const [logicalId = '', attribute] = argument as string[];
    return `${plain(logicalId)}${attribute === 'StreamArn' ? '/stream' : ''}`;
  }
  if (kind === 'Fn::Join') return (argument as [string, unknown[]])[1].map(nameOf).join('');
  return JSON.stringify(value);
}
/** Without the hash that CDK appends. */
export const plain = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');
