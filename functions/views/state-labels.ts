// functions/views/drill.ts: the states of a restore drill in words.
import type { DrillState } from '../schema/words.ts';

export const DRILL_LABEL: Record<DrillState, string> = {
  met: 'Met',
  due: 'Time left',
  overdue: 'Overdue',
  'not-covered': 'Not covered',
  paused: 'Paused',
  'backups-off': 'Backups off',
  none: 'None expected',
};
