// lib/settings/checks.ts: checks that settings of several parts share.
import type { RANGES } from '../../functions/runtime/variables.ts';
import { whole } from './setting.ts';

export const matches = (pattern: RegExp) => (value: string) => pattern.test(value);
export const isEmail = matches(/^[^@\s]+@[^@\s]+\.[^@\s]+$/);

/** A number that the functions check, too. */
export const ranged = ({ min, max, ...words }: (typeof RANGES)[keyof typeof RANGES], means: string) =>
  whole(min, max, { means, ...words });
