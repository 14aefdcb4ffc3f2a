// test/atlas/clients.ts: the clients that tests use: real sockets, the test's clock.
import { expect } from 'vitest';
import { type Credentials, fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient, type AtlasClientOptions } from '../../functions/atlas/client.ts';
import type { Atlas, Project } from '../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import type { AtlasSimulator } from '../../local/atlas/server.ts';
import { ManualClock } from '../../local/manual-clock.ts';

export const SERVICE_ACCOUNT: Credentials = {
  type: 'serviceAccount',
  clientId: 'mdb_sa_id_0123456789abcdef01234567',
  clientSecret: 'mdb_sa_sk_synthetic_SECRET',
};
export const API_KEY: Credentials = {
  type: 'apiKey',
  publicKey: 'abcdefgh',
  privateKey: '00000000-0000-4000-8000-000000000000',
};

export const PROJECT_ID = '0123456789abcdef01234567';
export const FLEX_JOBS = { kind: 'flex', projectId: PROJECT_ID, clusterName: 'Cluster0' } as const;

export type TestClientOptions = Partial<Omit<AtlasClientOptions, 'credentials'>> & { credentials?: Credentials };

/** A service account's client, for a scripted server, that waits on a ManualClock. */
export function clientFor(baseUrl: string, { credentials = SERVICE_ACCOUNT, ...options }: TestClientOptions = {}) {
  return new AtlasClient({ clock: new ManualClock(), ...options, baseUrl, credentials: fixedCredentials(credentials) });
}

/** Holds what the simulator accepts now. */
export const keyOf = (atlas: AtlasSimulator): Credentials => ({ type: 'apiKey', ...atlas.apiKey });
export const accountOf = (atlas: AtlasSimulator): Credentials => ({ type: 'serviceAccount', ...atlas.serviceAccount });

/** Every project; one that could not be read fails the test. */
export async function projectsOf(atlas: Pick<Atlas, 'projects'>): Promise<Project[]> {
  const pages = await all(atlas.projects());
  expect(pages.flatMap(({ problems }) => problems)).toEqual([]);
  return pages.flatMap(({ projects }) => projects);
}

/** Every cluster of one list; one that could not be read fails the test. */
export async function clustersOf(...[atlas, ...which]: [Pick<Atlas, 'clusters'>, ...Parameters<Atlas['clusters']>]) {
  const { clusters, problems } = await atlas.clusters(...which);
  expect(problems).toEqual([]);
  return clusters;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The AtlasError that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<AtlasError> {
  const error = await call.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AtlasError) return error;
  throw error;
}
