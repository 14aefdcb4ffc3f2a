// functions/signing/report.ts: the signature of an evidence report, in a file beside it.
import { sealed, unsealed } from './envelope.ts';
import { SignatureError } from './errors.ts';
import type { PublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';
import { PREDICATES, STATEMENT_TYPE } from './statement.ts';

/** Added to the name of a file for that of its signature. */
export const SIGNATURE_ENDING = '.dsse.json';

/** What is stated of a report: what it says of itself, so that a list of signatures can be read without the reports. */
export interface ReportPredicate {
  ledger: string;
  /** Times are ISO 8601 in UTC. */
  since: string;
  until: string;
  madeAt: string;
  /** Of the program. */
  version: string;
  restores: number;
  /** The claim: complete, incomplete or not-known. */
  verdict: string;
  gaps: number;
}

/** @param file its name without folders, and the SHA-256 of its content in hex @throws SignatureError */
export const sealedReport = (
  { name, sha256 }: { name: string; sha256: string },
  predicate: ReportPredicate,
  signer: Signer,
): Promise<string> =>
  sealed(
    {
      _type: STATEMENT_TYPE,
      subject: [{ name, digest: { sha256 } }],
      predicateType: PREDICATES.report,
      predicate: { ...predicate },
    },
    signer,
  );

export interface CheckedReport {
  /** That the file had when it was signed. */
  name: string;
  key: PublicKey;
  predicate: Readonly<Record<string, unknown>>;
}

/** @param envelope the text of the file beside the report @param sha256 of the report as it is, in hex @throws SignatureError */
export function checkedReport(envelope: string, sha256: string, keys: readonly PublicKey[]): CheckedReport {
  const { statement, key } = unsealed(envelope, keys);
  const { subject, predicateType, predicate } = statement;
  if (predicateType !== PREDICATES.report)
    throw new SignatureError('SIGNATURE_WRONG', `expected the signature of a report, got ${predicateType}`);
  const [signed] = subject;
  if (signed === undefined || subject.length !== 1)
    throw new SignatureError('SIGNATURE_WRONG', `expected the signature of one file, got one of ${subject.length}`);
  if (signed.digest.sha256 !== sha256)
    throw new SignatureError(
      'SIGNATURE_WRONG',
      `the file was changed, or another one was signed, ${signed.name}: its SHA-256 is ${sha256}, and that of the file that was signed is ${signed.digest.sha256}`,
    );
  return { name: signed.name, key, predicate };
}
