// local/atlas/bodies/job.ts shows a restore job in the words of the API that lists it.

import type { Kind } from '../base/kind.ts';
import type { Scene } from '../base/scene.ts';
import type { SimJob } from '../model/job.ts';
import { collectionJob } from './collection-job.ts';
import { dedicatedJob } from './dedicated-job.ts';
import { flexJob } from './flex-job.ts';
import { serverlessJob } from './serverless-job.ts';

const BODIES: Record<Kind, (job: SimJob, scene: Scene) => object> = {
  dedicated: dedicatedJob,
  flex: flexJob,
  serverless: serverlessJob,
  collection: collectionJob,
};

export const jobBody = (job: SimJob, scene: Scene) => BODIES[job.kind](job, scene);
