// functions/api/web/annotations/submit.ts: POST /jobs/:id/annotation, by the form on a job's page: the one place where a page writes.
import type { Context } from 'hono';
import { checkOfLine } from '../../../ledger/annotations/check-line.ts';
import { type AnnotationPatch, AnnotationProblem, annotationPatch } from '../../../ledger/annotations/patch.ts';
import type { LedgerJob } from '../../../ledger/model/ledger.ts';
import { checkWords } from '../../../views/annotations.ts';
import { jobHref } from '../../../views/paths.ts';
import { type AnnotatingPorts, annotated } from '../../annotations/annotating.ts';
import { mediaTypeOf } from '../../http/json-body.ts';
import type { ApiEnv } from '../../http/ports.ts';
import { RequestProblem } from '../../http/problem.ts';
import { messagePage, PAGE_HEADERS } from '../html/layout.ts';
import type { FormField } from './form.ts';
import { ANNOTATIONS_PART } from './part.ts';

/** After it, the job's page; a page that says why not, where something is wrong. */
export async function submitAnnotation(context: Context<ApiEnv>, ports: AnnotatingPorts): Promise<Response> {
  try {
    refuseOtherSites(context);
    const jobId = context.req.param('id') ?? '';
    const form = await formOf(context);
    const seen = Number(form.get('seen'));
    const isExpected = ({ annotationCount = 0 }: LedgerJob) => annotationCount === seen;
    await annotated(context, { jobId, patch: (job) => patchOf(form, job), isExpected }, formPorts(ports));
    return context.redirect(`${jobHref(jobId)}#${ANNOTATIONS_PART}`, 303);
  } catch (error) {
    if (!(error instanceof RequestProblem)) throw error;
    const { status, title, detail = title } = error.problem;
    const why =
      status === 412 ? 'Somebody else annotated this restore meanwhile. Go back and load its page again.' : detail;
    return context.html(await messagePage(title, why, ports.now()), status as 400, PAGE_HEADERS);
  }
}

/** A browser signs no requests and sends no token, so the form is for viewers whom this machine knows. */
const formPorts = ({ annotations, ...ports }: AnnotatingPorts): AnnotatingPorts => ({
  ...ports,
  annotations: annotations?.user === undefined ? undefined : annotations,
});

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
