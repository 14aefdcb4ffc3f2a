// functions/api/http/idempotency-key.ts: the header by which a repeat of a request is known.
import { badParameter } from './problem.ts';

/** @throws RequestProblem 400 */
export function idempotencyKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x20-\x7e]{1,255}$/.test(key)) return key;
  throw badParameter('Idempotency-Key', 'expected 1 to 255 printable ASCII characters');
}
