// local/atlas/routes/versions.ts: the versions of the endpoints (docs/atlas.md#1, #2, #6).
import type { Version } from '../base/versions.ts';

export const FIRST: readonly Version[] = [{ date: '2023-01-01' }];

export const FLEX: readonly Version[] = [{ date: '2024-11-13' }];

export const NEWEST: readonly Version[] = [{ date: '2025-03-12' }];

/** The second one's headers are as recorded; that the first was deprecated when the second appeared is a guess. */
export const CLUSTERS: readonly Version[] = [
  { date: '2023-01-01', deprecation: 'Wed, 1 Feb 2023 00:00:00 GMT', sunset: 'Thu, 1 Jul 2027 00:00:00 GMT' },
  { date: '2023-02-01', deprecation: 'Mon, 5 Aug 2024 00:00:00 GMT', sunset: 'Thu, 1 Jul 2027 00:00:00 GMT' },
  { date: '2024-08-05' },
];

/** Deprecated without a sunset; the date is a guess. */
export const LEGACY: readonly Version[] = [{ date: '2023-01-01', deprecation: 'Mon, 23 Mar 2020 00:00:00 GMT' }];

/** When serverless was deprecated is a guess; the sunsets are documented. */
const SERVERLESS = { date: '2023-01-01', deprecation: 'Wed, 5 Feb 2025 00:00:00 GMT' };
export const SERVERLESS_INSTANCES: readonly Version[] = [{ ...SERVERLESS, sunset: 'Mon, 18 Jan 2027 00:00:00 GMT' }];
export const SERVERLESS_JOBS: readonly Version[] = [{ ...SERVERLESS, sunset: 'Thu, 22 Jan 2026 00:00:00 GMT' }];
