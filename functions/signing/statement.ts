// functions/signing/statement.ts: what is signed: files, by their digests, and a statement about them (in-toto Statement v1,
// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md).
import * as z from 'zod/mini';
import { EVENT_SOURCE } from '../schema/words.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** Of this ledger, described in docs/signatures.md. A form that a former reader would misread gets another number. */
export const PREDICATES = {
  anchor: `urn:${EVENT_SOURCE}:predicate:anchor:1`,
  report: `urn:${EVENT_SOURCE}:predicate:report:1`,
} as const;

const digestSet = z.object({ sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, '64 hex digits')) });

const subject = z.object({
  /** Of the file: a path in an archive of anchors, or without folders beside its signature. */
  name: z.string().check(z.minLength(1), z.maxLength(1_024)),
  digest: digestSet,
});
export type Subject = z.infer<typeof subject>;

export const statement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(subject),
  predicateType: z.string(),
  predicate: z.record(z.string(), z.unknown()),
});
export type Statement = z.infer<typeof statement>;
