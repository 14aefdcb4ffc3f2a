// functions/api/web/submit-annotation.ts: POST /jobs/:id/annotation, by the form on a job's page: the one place where a page writes.
import type { Context } from 'hono';
import { checkOfLine } from '../../ledger/annotations/check-line.ts';
import { type AnnotationPatch, AnnotationProblem, annotationPatch } from '../../ledger/annotations/patch.ts';
import { LedgerError } from '../../ledger/model/errors.ts';
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { checkWords } from '../../views/annotations.ts';
import { jobHref } from '../../views/paths.ts';
import { type AnnotatingPorts, annotated } from '../annotations/annotating.ts';
import { mediaTypeOf } from '../http/json-body.ts';
import { type ApiEnv, LEDGER_RETRY } from '../http/ports.ts';
import { RequestProblem } from '../http/problem.ts';
import { type FormField, formFor } from './annotations/form.ts';
import { ANNOTATIONS_PART } from './annotations/part.ts';
import { messagePage, PAGE_HEADERS } from './html/layout.ts';
import { readJobPage } from './pages/read-job-page.ts';

/** After it, the job's page. Where something is wrong, that page says so above the form, with all that was typed. */
export async function submitAnnotation(context: Context<ApiEnv>, ports: AnnotatingPorts): Promise<Response> {
  const jobId = context.req.param('id') ?? '';
  let sent: URLSearchParams | undefined;
  try {
    refuseOtherSites(context);
    const form = await formOf(context);
    sent = form;
    const refusal = context.env?.viewer?.refusal;
    if (refusal !== undefined) throw new RequestProblem('other-site', { detail: refusal });
    const seen = Number(form.get('seen'));
    const isExpected = ({ annotationCount = 0 }: LedgerJob) => annotationCount === seen;
    await annotated(context, { jobId, patch: (job) => patchOf(form, job), isExpected }, formPorts(context, ports));
    return context.redirect(`${jobHref(jobId)}#${ANNOTATIONS_PART}`, 303);
  } catch (error) {
    return refused(context, ports, { jobId, sent, ...problemOf(error) });
  }
}

/** A browser signs no requests and sends no token of its own: the form is for viewers who are known otherwise. */
const formPorts = (context: Context<ApiEnv>, { annotations, ...ports }: AnnotatingPorts): AnnotatingPorts => ({
  ...ports,
  annotations: formFor(context, annotations) && annotations,
});

interface Refused {
  jobId: string;
  sent: URLSearchParams | undefined;
  status: number;
  title: string;
  why: string;
  field?: string | undefined;
  headers?: Readonly<Record<string, string>>;
}

/** @throws whatever is nobody's to mend */
function problemOf(error: unknown): Omit<Refused, 'jobId' | 'sent'> {
  if (error instanceof LedgerError && error.transient) {
    return { status: 503, title: 'Service unavailable', why: BUSY, headers: LEDGER_RETRY };
  }
  if (!(error instanceof RequestProblem)) throw error;
  const { status, title, field, detail = title } = error.problem;
  return { status, title, field, why: status === 412 ? MEANWHILE : detail };
}

const BUSY = 'the ledger can’t be read or written at the moment. Send it again in a few seconds.';
const MEANWHILE =
  'somebody else annotated this restore meanwhile. What they said is above, what you typed is below. Sent again, yours takes the place of theirs.';

async function refused(context: Context<ApiEnv>, ports: AnnotatingPorts, about: Refused): Promise<Response> {
  const { jobId, sent, status, title, why, field, headers = {} } = about;
  const form = sent && formFor(context, ports.annotations);
  const job = form && isObjectId(jobId) ? await ports.ledger.job(jobId) : undefined;
  const page =
    form && job
      ? await readJobPage(ports, job, { ...form, draft: { fields: sent, problem: why, field } })
      : await messagePage(title, why, ports.now());
  return context.html(page, status as 400, { ...PAGE_HEADERS, ...headers });
}

/** Every browser says where a form was. */
function refuseOtherSites({ req }: Context<ApiEnv>) {
  const own = new URL(req.url).origin;
  const [origin, site] = [req.header('origin'), req.header('sec-fetch-site')];
  const isOurs =
    origin === undefined ? site === 'same-origin' : origin === own && (site ?? 'same-origin') === 'same-origin';
  if (!isOurs) throw new RequestProblem('other-site', { detail: 'the form was not on a page of this ledger' });
}

const FORM = 'application/x-www-form-urlencoded';

async function formOf({ req }: Context<ApiEnv>): Promise<URLSearchParams> {
  if (mediaTypeOf(req) === FORM) return new URLSearchParams(await req.text());
  throw new RequestProblem('unsupported-media-type', { field: 'Content-Type', detail: `expected ${FORM}` });
}

/** An emptied field takes back what there was; a field that isn't there leaves it. */
function patchOf(
  form: URLSearchParams,
  { annotation: { checks: had = [] } = {} as never }: LedgerJob,
): AnnotationPatch {
  const field = (name: FormField) => form.get(name)?.trim();
  const text = (name: FormField) => {
    const value = field(name);
    return value === undefined ? {} : { [name]: value === '' ? null : value };
  };
  const linesOf = (name: FormField) =>
    form
      .get(name)
      ?.split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean);
  const [status, message] = [field('status'), field('message')];
  if (message && !status) throw new AnnotationProblem('status', 'expected a validation that the message is about');
  // What was there may be no line that could be read again.
  const known = new Map(had.map((check) => [checkWords(check), check]));
  const [checks, links] = [linesOf('checks')?.map((line) => known.get(line) ?? checkOfLine(line)), linesOf('links')];
  return annotationPatch({
    ...(status && { validation: { status, ...(message && { message }) } }),
    ...text('purpose'),
    ...text('ticket'),
    ...text('environment'),
    ...(checks && { checks }),
    ...(links && { links }),
  });
}
