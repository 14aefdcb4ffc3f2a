// A client as a user would write it over the types that openapi-typescript makes. Compiled and run by ../document.openapi.ts.
import createClient from 'openapi-fetch';
import type { paths } from './schema.js';

const client = createClient<paths, 'application/json'>({ baseUrl: process.argv[2] });
const list = await client.GET('/restore-jobs', { params: { query: { status: ['COMPLETED', 'FAILED'], limit: 5 } } });
if (list.error) throw new Error(JSON.stringify(list.error));
const [job] = list.data.jobs;
const id = job?.jobId ?? '';
const one = await client.GET('/restore-jobs/{id}', { params: { path: { id } } });
const said = await client.PUT('/restore-jobs/{id}/validation', {
  params: { path: { id } },
  body: { ValidationStatus: 'SUCCESSFUL', ValidationStatusMessage: 'generated client' },
});
const wrong = await client.GET('/restore-jobs', { params: { query: { limit: 0 } } });
const summary = await client.GET('/summary');
console.log(
  JSON.stringify({
    jobs: list.data.jobs.map(({ jobId }) => jobId),
    status: one.data?.status,
    validation: said.data?.validation?.status,
    field: wrong.error && 'field' in wrong.error ? wrong.error.field : undefined,
    counted: typeof summary.data?.jobs,
  }),
);
