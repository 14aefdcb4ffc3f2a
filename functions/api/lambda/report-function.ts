// functions/api/lambda/report-function.ts: reports that the report function makes, and keeps in a bucket.
import {
  type EvidenceJob,
  type EvidenceJobs,
  type EvidenceSource,
  TooManyEvidenceJobs,
} from '../../report/model/jobs.ts';
import { contentTypeOf, type EvidenceRequest, fileNameOf } from '../../report/model/request.ts';
import type { RequestedReports } from '../../requested/requested-reports.ts';
import type { Annotator } from '../../restore/annotations.ts';
import { MAX_BODY_BYTES, wireBytes } from '../http/payload-limit.ts';
import { type AsyncFunction, Throttled } from './async-function.ts';
import type { ReportBucket } from './report-bucket.ts';

export interface ReportFunctionOptions {
  reports: RequestedReports;
  report: Pick<AsyncFunction, 'send'>;
  /** Opened when a report is first fetched. */
  bucket(): Promise<ReportBucket>;
}

export class ReportFunction implements EvidenceJobs {
  readonly #options: ReportFunctionOptions;

  constructor(options: ReportFunctionOptions) {
    this.#options = options;
  }

  /** Recorded first: what nobody began to make is known as failed some minutes later. */
  async start(request: EvidenceRequest, by?: Annotator): Promise<EvidenceJob> {
    const { reports, report } = this.#options;
    const { job, isNew } = await reports.start(request, by);
    if (!isNew) return reports.view(job);
    try {
      await report.send({ reportId: job.id });
      return reports.view(job);
    } catch (error) {
      await reports.tell(job, { reason: 'nothing could be started that makes it' });
      if (error instanceof Throttled) throw new TooManyEvidenceJobs(error.message, 10);
      throw error;
    }
  }

  async job(id: string): Promise<EvidenceJob | undefined> {
    const job = await this.#options.reports.job(id);
    return job && this.#options.reports.view(job);
  }

  /** As a whole where that fits into an answer: who may ask here may not reach S3. */
  async report(id: string, method: 'GET' | 'HEAD'): Promise<EvidenceSource | undefined> {
    const { request, report } = (await this.#options.reports.job(id)) ?? {};
    if (!request || !report) return undefined;
    const bucket = await this.#options.bucket();
    if (report.bytes <= MAX_BODY_BYTES) {
      const text = await bucket.text(report.name, MAX_BODY_BYTES);
      if (wireBytes(text) <= MAX_BODY_BYTES) return { parts: whole(text) };
    }
    const about = { fileName: fileNameOf(request), type: contentTypeOf(request.format) };
    return { location: await bucket.addressOf(report.name, { ...about, method }) };
  }
}

async function* whole(text: string): AsyncGenerator<string> {
  yield text;
}
