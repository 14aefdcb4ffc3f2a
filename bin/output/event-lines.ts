// bin/output/event-lines.ts shows events of the change feed to people, a line each: what is noteworthy, and nothing else.

import type { LedgerEvent } from '../../functions/events/model/event.ts';
import type { Severity } from '../../functions/schema/words.ts';
import { sanitize } from '../process/sanitize.ts';
import type { Paint, Style } from '../process/terminal.ts';

const STYLES: Record<Severity, Style> = { info: 'cyan', warning: 'yellow', critical: 'red' };
export const severityStyle = (severity: Severity): Style => STYLES[severity] ?? 'cyan';

/** Findings, overdue drills, and runs that did not read everything. State changes, and that all went well, are shown otherwise. */
export const isNoteworthy = (event: LedgerEvent): boolean =>
  event['detail-type'] !== 'Restore Job State Change' && event['detail-type'] !== 'Collector Run Completed';

/** `warning   Restore Finding  prod-eu/Cluster0: download (warning): ...` */
export function eventLine({ 'detail-type': type, detail: { severity, message } }: LedgerEvent, paint: Paint): string {
  return `${paint(severityStyle(severity), severity.padEnd(8))}  ${type}  ${sanitize(message)}`;
}
