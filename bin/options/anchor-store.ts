// bin/options/anchor-store.ts: where anchors are kept: a directory, or a bucket.
import type { AnchorStore } from '../../functions/anchors/store.ts';
import type { Environment } from '../../functions/runtime/settings.ts';
import { UsageError } from '../process/exit-codes.ts';

/** @param flag that names it @throws UsageError */
export async function openStore(flag: string, place: string, env: Environment): Promise<AnchorStore> {
  if (place === '') throw new UsageError(`${flag}: expected a directory, or s3://BUCKET/PREFIX, got ""`);
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) {
    const { DirectoryStore } = await import('../../local/anchors/directory-store.ts');
    return new DirectoryStore(place);
  }
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket === undefined)
    throw new UsageError(`${flag}: expected a directory, or s3://BUCKET/PREFIX, got ${JSON.stringify(place)}`);
  const { S3Store } = await import('../../functions/anchors/s3-store.ts');
  const isPathStyle = Boolean(env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL);
  return new S3Store({ bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`, isPathStyle });
}
