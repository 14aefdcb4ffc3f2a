// functions/api/routes/annotations.ts: what people say of a restore job: its validation, and what it was for.
import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { RequestProblem } from '../http/problem.ts';
import { resource } from '../http/resource.ts';

/** All texts of an annotation take less, in any encoding. */
export const MAX_ANNOTATION_BYTES = 60_000;
const PATHS = {
  validation: '/restore-jobs/:id/validation',
  annotation: '/restore-jobs/:id/annotation',
  form: '/jobs/:id/annotation',
};

/** Requests: those of reading the job, 2 reads, and 1 write where something is new. */
export function annotationRoutes(app: Hono<ApiEnv>, ports: ApiPorts) {
  for (const path of Object.values(PATHS))
    app.use(path, bodyLimit({ maxSize: MAX_ANNOTATION_BYTES, onError: tooLarge }));
  resource(app, PATHS.validation, {
    PUT: async (context) => (await import('../annotations/methods.ts')).putValidation(context, ports),
  });
  resource(app, PATHS.annotation, {
    PATCH: async (context) => (await import('../annotations/methods.ts')).patchAnnotation(context, ports),
  });
  resource(app, PATHS.form, {
    POST: async (context) => (await import('../web/submit-annotation.ts')).submitAnnotation(context, ports),
  });
}

function tooLarge(): never {
  throw new RequestProblem('body-too-large', { detail: `the body may have ${MAX_ANNOTATION_BYTES} bytes` });
}
