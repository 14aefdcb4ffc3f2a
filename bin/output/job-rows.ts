// A restore job for programs: as it is in JSON, flat in CSV, in the columns of the HTTP API.
import { JOB_COLUMNS, jobCells } from '../../functions/views/job-csv.ts';
import type { RowShape } from '../process/formats.ts';
import { type ShownJob, withoutFingerprint } from '../remote/ledger-port.ts';

export const JOB_ROWS: RowShape<ShownJob> = { document: withoutFingerprint, columns: JOB_COLUMNS, cells: jobCells };
