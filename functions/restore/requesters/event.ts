// functions/restore/requesters/event.ts: what is kept of one of Atlas's events.

import type { Actor } from './requester.ts';

export interface AtlasEvent {
  /** 24 hex digits. */
  id: string;
  /** ISO 8601 in UTC, whole seconds: `2026-11-24T00:07:05Z`. */
  created: string;
  /** Atlas's `eventTypeName`. */
  type: string;
  actor: Actor;
}
