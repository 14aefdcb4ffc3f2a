// bin/output/first-readings.ts: what the first readings of lists and projects found, in one line: none of it happened just now.
import type { LedgerEvent } from '../../functions/events/model/event.ts';
import { SEVERITIES, type Severity } from '../../functions/schema/words.ts';
import { findingName } from '../../functions/views/findings.ts';
import { counted } from '../../functions/views/text.ts';

export class FirstReadings {
  /** How many findings of each name, the first that was found first. */
  readonly #findings = new Map<string, number>();
  #overdue = 0;
  severity: Severity = 'info';

  /** @returns false for an event of anything else, and for what is critical, which is told by itself */
  count({ detail }: LedgerEvent): boolean {
    if (!('firstReading' in detail) || !detail.firstReading || detail.severity === 'critical') return false;
    if ('finding' in detail) {
      const name = findingName(detail.finding);
      this.#findings.set(name, (this.#findings.get(name) ?? 0) + 1);
    } else this.#overdue += detail.clusters.length;
    if (SEVERITIES.indexOf(detail.severity) > SEVERITIES.indexOf(this.severity)) this.severity = detail.severity;
    return true;
  }

  /** `First reading: 12 download (warning), 9 failed (warning). ...`; nothing where nothing was found. */
  get words(): string | undefined {
    const rules = [...this.#findings].map(([name, count]) => `${count} ${name}`);
    const found = rules.length > 0 ? [`${rules.join(', ')}; restore-ledger jobs --finding RULE lists them.`] : [];
    const overdue =
      this.#overdue > 0
        ? [`Overdue for a drill: ${counted(this.#overdue, 'cluster')}; restore-ledger drills lists them.`]
        : [];
    const all = [...found, ...overdue].join(' ');
    return all === '' ? undefined : `First reading: ${all}`;
  }
}
