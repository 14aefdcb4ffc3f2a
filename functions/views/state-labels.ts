// functions/views/state-labels.ts: the words and tones of the states of coverage and restore drills.
import type { CoverageState, DrillState } from '../schema/words.ts';

/** ok: done. bad: failed. now: under way. wait: someone has to act. off: nothing to see. */
export type Tone = 'ok' | 'bad' | 'now' | 'wait' | 'off';

export const STATES: Record<CoverageState, { label: string; tone: Tone }> = {
  failing: { label: 'Failing', tone: 'bad' },
  'not-visible': { label: 'Not visible', tone: 'bad' },
  never: { label: 'Never read', tone: 'bad' },
  stale: { label: 'Stale', tone: 'bad' },
  late: { label: 'Late', tone: 'wait' },
  read: { label: 'Up to date', tone: 'ok' },
  absent: { label: 'No such list', tone: 'off' },
  none: { label: 'No backups', tone: 'off' },
  gone: { label: 'Gone', tone: 'off' },
  'out-of-scope': { label: 'Out of scope', tone: 'off' },
};

export const DRILL_LABEL: Record<DrillState, string> = {
  proven: 'Proven',
  met: 'Met',
  'not-proven': 'Restored, not proven',
  due: 'Time left',
  overdue: 'Overdue',
  'not-covered': 'Not covered',
  'tags-not-known': 'Tags not known',
  paused: 'Paused',
  'backups-off': 'Backups off',
  none: 'None expected',
};
