// local/atlas/bodies/job.ts: a restore job in the API that lists it.
import type { Kind } from '../../../functions/schema/words.ts';
import type { Scene } from '../base/scene.ts';
import type { SimJob } from '../model/job.ts';
import { collectionJob } from './collection-job.ts';
import { dedicatedJob, snapshotRestore } from './dedicated-job.ts';
import { flexJob } from './flex-job.ts';

const BODIES: Record<Kind, (job: SimJob, scene: Scene) => object> = {
  dedicated: dedicatedJob,
  flex: flexJob,
  // Never recorded: as a dedicated one, less the parts that only larger clusters have (docs/atlas.md#1-4).
  serverless: (job, scene) => snapshotRestore(job, scene, 'serverless'),
  collection: collectionJob,
};

export const jobBody = (job: SimJob, scene: Scene) => BODIES[job.kind](job, scene);
