// local/atlas/http/token-endpoint.ts: the token endpoint: OAuth-shaped errors, but for 429 (docs/atlas.md#3-2).
import type { Gate } from '../auth/gate.ts';
import { OAuthRefusal, REVOKE_PATH, TOKEN_PATH } from '../auth/oauth.ts';
import { type Answer, USUAL_HEADERS } from '../base/answer.ts';
import { Refusal } from '../base/errors.ts';
import type { Fault } from '../faults/faults.ts';
import { refusalOf } from '../faults/spoil.ts';
import type { Asked } from './asked.ts';
import { refused } from './gateway.ts';

export const isTokenRequest = ({ method, path }: Asked) =>
  method === 'POST' && (path === TOKEN_PATH || path === REVOKE_PATH);

const JSON_HEADERS = { ...USUAL_HEADERS, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

export function answerTokenRequest(asked: Asked, gate: Gate, fault?: Fault): Answer {
  try {
    if (fault?.type === 'status') throw struck(asked, fault);
    const { serviceAccount } = gate.credentials;
    if (asked.path === TOKEN_PATH) {
      const token = gate.tokens.issue(asked, serviceAccount, asked.now);
      return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(token) };
    }
    gate.tokens.revoke(asked, serviceAccount);
    return { status: 200, headers: USUAL_HEADERS, body: '' };
  } catch (error) {
    if (error instanceof OAuthRefusal) {
      return { status: error.status, headers: JSON_HEADERS, body: JSON.stringify(error.body) };
    }
    if (error instanceof Refusal) return refused(error);
    throw error;
  }
}

// RFC 6749, section 5.2, and what Atlas documents beside it.
const ERRORS: Partial<Record<number, string>> = { 400: 'invalid_request', 401: 'invalid_client', 403: 'access_denied' };

function struck({ path, address }: Asked, fault: Extract<Fault, { type: 'status' }>) {
  if (fault.status === 429) return refusalOf({ ...fault, errorCode: fault.errorCode ?? 'RATE_LIMITED' }, path, address);
  const error = fault.errorCode ?? ERRORS[fault.status] ?? 'server_error';
  return new OAuthRefusal(fault.status, error, `The token request was refused with ${fault.status}.`);
}
