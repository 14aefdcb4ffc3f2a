// functions/api/evidence/job-view.ts: a report that takes longer, as programs and people see it.
import { html } from 'hono/html';
import type * as z from 'zod/mini';
import { defined } from '../../platform/defined.ts';
import { capitalized } from '../../platform/text.ts';
import type { EvidenceJob } from '../../report/model/jobs.ts';
import type { evidenceJob } from '../../schema/evidence.ts';
import { annotatorWords } from '../../views/annotations.ts';
import { time, visible } from '../../views/html/text.ts';
import { document } from '../web/html/layout.ts';

export const jobPath = (id: string) => `/evidence/${id}`;
export const reportPath = (id: string) => `/evidence/${id}/report`;

export function jobAnswer(job: EvidenceJob) {
  const { id, state, requestedAt, requestedBy, endedAt, request, progress, reason, outcome } = job;
  const { format, period } = request;
  const report = state === 'done' ? reportPath(id) : undefined;
  const answer: z.infer<typeof evidenceJob> = {
    ...{ id, state, requestedAt, format, since: period.since, until: period.until },
    ...defined({ requestedBy, endedAt, progress, reason, ...outcome, report }),
  };
  return answer;
}

const TITLES = { running: 'The report is being made', done: 'The report is made', failed: 'No report was made' };

export function jobPage(job: EvidenceJob, now: number) {
  const { id, state, request, requestedAt, requestedBy, progress, reason, outcome } = job;
  const { period, format } = request;
  const by = requestedBy ? html` by ${visible(annotatorWords(requestedBy))}` : '';
  const what = html`<p>Restores requested from ${time(period.since)} to ${time(period.until)} UTC, as ${format.toUpperCase()}. Asked for at ${time(requestedAt)} UTC${by}.</p>`;
  const how = {
    running: html`<p role="status">${progress === undefined ? 'It has begun' : visible(capitalized(progress))}. This page looks again every few seconds.</p>`,
    done: html`<p>${visible(outcome?.summary ?? '')}</p><p><a class="button" href="${reportPath(id)}">Save the report</a></p>`,
    failed: html`<p role="alert">${visible(reason ?? 'The log says why.')}</p>`,
  }[state];
  const body = html`<div class="card empty"><h1>${TITLES[state]}</h1>${what}${how}<p><a href="/">All restores</a></p></div>`;
  return document({ title: TITLES[state], body }, now);
}
