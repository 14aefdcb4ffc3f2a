// functions/api/evidence/port.ts: what makes reports, where something does.

import { EVIDENCE_FORMATS, type EvidenceFormat } from '../../report/model/request.ts';
import type { ApiPorts, EvidencePort } from '../http/ports.ts';
import { RequestProblem } from '../http/problem.ts';

export type EvidencePorts = Pick<ApiPorts, 'ledger' | 'log' | 'now' | 'objectives' | 'evidence'>;

/** Between two looks at a job. */
export const LOOK_AGAIN = { 'retry-after': '2' } as const;

/** That can be had, at once or as a job. */
export const formatsOf = ({ pdf, jobs }: Pick<EvidencePort, 'pdf' | 'jobs'>): EvidenceFormat[] =>
  EVIDENCE_FORMATS.filter((format) => format !== 'pdf' || pdf !== undefined || jobs !== undefined);

/** @throws RequestProblem 501 */
export function portOf({ evidence }: Pick<ApiPorts, 'evidence'>): EvidencePort {
  if (evidence) return evidence;
  const detail = 'this API makes no reports; use restore-ledger evidence';
  throw new RequestProblem('evidence-not-available', { detail });
}
