// bench/cold/floors/atlas.ts reads what a function reads of Atlas with the probe's requests over node:http: few, and unchecked.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Probe } from '../../probe/probe.ts';
import { Wire } from '../../probe/wire.ts';

const client = new SecretsManagerClient({});
const CONNECTIONS = 8;

async function options() {
  const { SecretString = '' } = await client.send(
    new GetSecretValueCommand({ SecretId: process.env.ATLAS_SECRET_ID ?? '' }),
  );
  const url = process.env.MONGODB_ATLAS_BASE_URL ?? '';
  const access = { url, apiKey: JSON.parse(SecretString), serviceAccount: { clientId: '', clientSecret: '' } };
  return { access, scheme: 'digest', connections: CONNECTIONS } as const;
}

/** All restore jobs of all clusters. @returns their ids */
export async function everyJob(): Promise<string[]> {
  const probe = new Probe(await options());
  const ids = await probe.all();
  probe.close();
  return ids;
}

/** @returns how many projects there are */
export async function countProjects(): Promise<number> {
  const wire = new Wire(await options());
  const { results } = await wire.json<{ results: unknown[] }>('/api/atlas/v2/groups?itemsPerPage=100', '2023-01-01');
  wire.close();
  return results.length;
}
