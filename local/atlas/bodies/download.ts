// local/atlas/bodies/download.ts: URLs of a whole data set: real in shape, fake in all else.
import { Random } from '../base/random.ts';
import type { Scene } from '../base/scene.ts';
import type { SimJob } from '../model/job.ts';

/** Where the URLs of one job point to. The last label is reserved (RFC 2606): nothing can ever answer there. */
const HOST = 'mongodb.invalid';

const seeds = { public: 1, private: 2 } as const;

/** `part` counts from 0 over the shards of a sharded cluster. */
export function downloadUrl(job: SimJob, { canary }: Scene, part = 0): string {
  return url(job, canary, new Random(job.traits, seeds.public, part));
}

export interface PrivateDownload {
  deliveryUrl: string;
  endpointId: string;
}

/** The same through a private endpoint of AWS. */
export function privateDownload(job: SimJob, { canary }: Scene, part = 0): PrivateDownload {
  const random = new Random(job.traits, seeds.private, part);
  return { deliveryUrl: url(job, canary, random), endpointId: `vpce-${random.hex(17)}` };
}

function url({ id, snapshotId }: SimJob, canary: string, random: Random) {
  const origin = `https://restore-${id}.${random.lower(6)}.${HOST}:27017`;
  return `${origin}/${canary}${random.mixed(24)}/restore-${snapshotId}.tar.gz`;
}
