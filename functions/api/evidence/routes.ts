// functions/api/evidence/routes.ts: GET /evidence, a report of a period, at once or as a job; GET /evidence/:id, how that job stands, and
// GET /evidence/:id/report, what it made. All is loaded when it is first asked for: others shouldn't wait for it.
import type { Hono } from 'hono';
import type { ApiEnv } from '../http/ports.ts';
import { resource } from '../http/resource.ts';
import type { EvidencePorts } from './port.ts';

/** Requests: those of a report, as many as it has projects and MB of restores; of a job those of its port. */
export function evidenceRoutes(app: Hono<ApiEnv>, ports: EvidencePorts) {
  resource(app, '/evidence', { GET: async (context) => (await import('./get-report.ts')).getReport(context, ports) });
  resource(app, '/evidence/:id', { GET: async (context) => (await import('./get-job.ts')).getJob(context, ports) });
  resource(app, '/evidence/:id/report', {
    GET: async (context) => (await import('./get-job.ts')).getReportOfJob(context, ports),
  });
}
