// functions/api/web/routes.ts: the web page over the ledger: rendered here, usable without JavaScript. It writes nothing itself.
import { type Context, Hono } from 'hono';
import { LedgerError } from '../../ledger/model/errors.ts';
import { defined } from '../../platform/defined.ts';
import { FRESH_MS } from '../../proof/list.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { NO_OBJECTIVES } from '../../restore/objectives/objective.ts';
import type { Html } from '../../views/html/text.ts';
import { taggedText } from '../http/etag.ts';
import { type ApiEnv, LEDGER_RETRY } from '../http/ports.ts';
import type { PagePorts, ReadPorts } from './answers/ports.ts';
import { FILE_HEADERS, messagePage, PAGE_HEADERS } from './html/layout.ts';
import { CSS, CSS_PATH, ICON, ICON_PATH, SCRIPT, SCRIPT_PATH } from './html/style.ts';

const FILES = [
  [CSS_PATH, CSS, 'text/css; charset=utf-8'],
  [SCRIPT_PATH, SCRIPT, 'text/javascript; charset=utf-8'],
  [ICON_PATH, ICON, 'image/svg+xml'],
] as const;

export function pageRoutes({
  ledger,
  log,
  now,
  annotations,
  evidence,
  lateAfterMs = FRESH_MS,
  objectives = NO_OBJECTIVES,
}: PagePorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const answer = async (context: Context<ApiEnv>, page: Html, status: 200 | 400 | 404 | 409 | 500 = 200) =>
    status === 200
      ? taggedText(context, String(await page), { ...PAGE_HEADERS, 'content-type': 'text/html; charset=UTF-8' })
      : context.html(await page, status, PAGE_HEADERS);

  for (const [path, body, type] of FILES) {
    app.get(path, (context) => context.body(body, 200, { ...FILE_HEADERS, 'content-type': type }));
  }

  const ports: ReadPorts = { ledger, now, lateAfterMs, objectives, ...defined({ evidence }) };
  const given = (context: Context) => new URL(context.req.url).searchParams;

  // Each page is loaded when one asks for it: a cold start is no longer for them.
  app.get('/', async (context) => {
    const { jobsAnswer } = await import('./answers/jobs.ts');
    const found = await jobsAnswer(ports, given(context));
    return 'redirect' in found ? context.redirect(found.redirect, 302) : answer(context, found.page, found.status);
  });

  // Requests: 1 query and 1 read, and those of its page.
  app.get('/jobs/:id', async (context) => {
    const id = context.req.param('id').toLowerCase();
    const job = isObjectId(id) ? await ledger.job(id) : undefined;
    if (!job) {
      const why = isObjectId(id)
        ? `The ledger has no restore job ${id}. It shows a job from the first run that saw it.`
        : 'The id of a restore job is 24 hex digits.';
      return answer(context, messagePage('No such restore', why, now()), 404);
    }
    const [{ readJobPage }, { formFor }] = await Promise.all([
      import('./pages/read-job-page.ts'),
      import('./annotations/form.ts'),
    ]);
    return answer(context, await readJobPage({ ledger, now, objectives }, job, formFor(context, annotations)));
  });

  app.get('/clusters', async (context) => {
    const { clustersAnswer } = await import('./answers/clusters.ts');
    const { page, status } = await clustersAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.get('/trends', async (context) => {
    const { page, status } = await (await import('./pictures/pages.ts')).trendsAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.get('/exits', async (context) => {
    const { exitsAnswer } = await import('./exits/answer.ts');
    const { page, status } = await exitsAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.get('/totals', async (context) => {
    const { totalsAnswer } = await import('./totals/answer.ts');
    const { page, status } = await totalsAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.get('/expected', async (context) => {
    const { expectedAnswer } = await import('./expected/answer.ts');
    const { page, status } = await expectedAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.get('/requesters', async (context) => {
    const { page, status } = await (await import('./pictures/pages.ts')).requestersAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.onError((error, context) => {
    log.error('page failed', { error: error.name, reason: error.message });
    if (error instanceof LedgerError && error.transient) {
      const busy = 'The ledger can’t be read at the moment. Nothing is lost: load this page again in a few seconds.';
      return context.html(messagePage('Service unavailable', busy, now()), 503, { ...PAGE_HEADERS, ...LEDGER_RETRY });
    }
    const message = 'It is in the log. Try again in a moment; if it stays, look at the alarms.';
    return answer(context, messagePage('Internal server error', message, now()), 500);
  });
  return app;
}
