// bin/output/event-lines.ts: events of the change feed for people: a line each, and only what is noteworthy.

import type { LedgerEvent } from '../../functions/events/model/event.ts';
import type { Severity } from '../../functions/schema/words.ts';
import { findingName } from '../../functions/views/findings.ts';
import type { Progress } from '../process/progress.ts';
import { sanitize } from '../process/sanitize.ts';
import type { Paint, Style, Terminal } from '../process/terminal.ts';
import { FirstReadings } from './first-readings.ts';

const STYLES: Record<Severity, Style> = { info: 'cyan', warning: 'yellow', critical: 'red' };
/** A severity of a later version is cyan. */
export const severityStyle = (severity: Severity): Style => STYLES[severity] ?? 'cyan';

/** Findings, overdue drills, and runs that did not read everything. State changes, and that all went well, are shown otherwise. */
export const isNoteworthy = (event: LedgerEvent): boolean =>
  event['detail-type'] !== 'Restore Job State Change' && event['detail-type'] !== 'Collector Run Completed';

/** `warning   Restore Finding  prod-eu/Cluster0: download: ...` */
const eventLine = (event: LedgerEvent, paint: Paint) => {
  const { severity } = event.detail;
  return `${paint(severityStyle(severity), severity.padEnd(8))}  ${event['detail-type']}  ${sanitize(besideSeverity(event))}`;
};

/** The message of an event, without the severity that the line already begins with. */
export function besideSeverity(event: LedgerEvent): string {
  const { message } = event.detail;
  if (event['detail-type'] !== 'Restore Finding') return message;
  const { finding } = event.detail;
  return message.replace(findingName(finding), () => finding.rule);
}

/** More are counted; the ledger, and a file of events, have them all. */
const MAX_LINES = 50;

/** What a first reading found is summed up at the end. */
export class EventPrinter {
  readonly #terminal: Terminal;
  readonly #progress: Progress;
  readonly #first = new FirstReadings();
  #seen = 0;

  constructor(terminal: Terminal, progress: Progress) {
    this.#terminal = terminal;
    this.#progress = progress;
  }

  show = (event: LedgerEvent) => {
    // Where nothing could be read, the last words of the command say so.
    if (!isNoteworthy(event) || ('run' in event.detail && event.detail.run.status === 'failed')) return;
    if (this.#first.count(event)) return;
    this.#seen += 1;
    if (this.#seen > MAX_LINES) return;
    this.#progress.clear();
    void this.#terminal.line(eventLine(event, this.#terminal.paint));
  };

  async end(): Promise<void> {
    const { paint } = this.#terminal;
    const { severity, words } = this.#first;
    if (words) await this.#terminal.line(`${paint(severityStyle(severity), severity.padEnd(8))}  ${sanitize(words)}`);
    if (this.#seen <= MAX_LINES) return;
    const more = `${this.#seen - MAX_LINES} more like these: restore-ledger jobs --finding RULE lists them`;
    await this.#terminal.line(`${more}, and --events FILE keeps them all.`);
  }
}
