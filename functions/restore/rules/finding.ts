// functions/restore/rules/finding.ts: what is noteworthy about a restore.
import type * as z from 'zod/mini';
import type { finding } from '../../schema/job.ts';
import { RULES } from '../../schema/words.ts';

/** A job that can't be understood may be any restore, so this rule can't be switched off. */
export const CAN_BE_OFF = RULES.filter((rule) => rule !== 'unknown-job-shape');

/** A job has each at most once. */
export type Finding = z.infer<typeof finding>;
