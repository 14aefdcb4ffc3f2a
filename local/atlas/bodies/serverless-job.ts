// local/atlas/bodies/serverless-job.ts shows a restore job as the serverless API does: as a dedicated one, less the
// parts that only larger clusters have (docs/atlas.md#1-4). Never recorded.

import type { Scene } from '../base/scene.ts';
import type { SimJob } from '../model/job.ts';
import { snapshotRestore } from './dedicated-job.ts';

export const serverlessJob = (job: SimJob, scene: Scene) => snapshotRestore(job, scene, 'serverless');
