// functions/api/annotations/caller.ts: who calls, as API Gateway or a session has it.
import type { Context } from 'hono';
import { fieldsOf } from '../../platform/json.ts';
import type { Annotator } from '../../restore/annotations.ts';
import { printable } from '../../restore/text.ts';
import type { ApiEnv } from '../http/ports.ts';

/** More than an ARN of an assumed role has. In characters. */
const MAX_NAME = 700;

/**
 * Undefined where nobody can be named.
 * @param user of this machine, where there is no API Gateway in front and nobody signs in
 */
export function knownCaller({ env }: Context<ApiEnv>, user?: Annotator): Annotator | undefined {
  if (env?.viewer) return env.viewer.annotator;
  return env?.requestContext ? callerOf(env.requestContext) : user;
}

/** @param requestContext of an HTTP API or a REST API. Undefined where it names nobody. */
export function callerOf(requestContext: object): Annotator | undefined {
  const { authorizer, identity } = fieldsOf(requestContext);
  const { iam, jwt } = fieldsOf(authorizer);
  const arn = fieldsOf(iam).userArn ?? fieldsOf(identity).userArn;
  if (isName(arn)) return { kind: 'iam', name: printable(arn, MAX_NAME) };
  const { sub, iss } = fieldsOf(fieldsOf(jwt).claims);
  return isName(sub) && isName(iss)
    ? { kind: 'token', name: printable(sub, MAX_NAME), issuer: printable(iss, MAX_NAME) }
    : undefined;
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
