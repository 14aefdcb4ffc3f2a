// functions/schema/evidence.ts: every public field of a report that is made by itself.
import * as z from 'zod/mini';
import { annotator } from './annotation.ts';
import { moment, named, optional, text } from './types.ts';
import { EVIDENCE_INTEGRITY, EVIDENCE_JOB_STATES } from './words.ts';

export const evidenceJob = named(
  'EvidenceJob',
  z.object({
    id: text(),
    state: z.enum(EVIDENCE_JOB_STATES),
    requestedAt: moment(),
    requestedBy: optional(annotator, 'Who asked for it first, where that is known.'),
    endedAt: optional(moment()),
    format: text(),
    since: moment('Restores that were requested at or after.'),
    until: moment('Restores that were requested before.'),
    progress: optional(text('While it is running: how far it is.')),
    reason: optional(text('Where it failed: why.')),
    summary: optional(text('Where it is done: what it comes to, in a line.')),
    integrity: optional(z.enum(EVIDENCE_INTEGRITY)),
    report: optional(text('Where it is done: the path of the report.')),
  }),
);
