// bin/template/asset-parameters.ts: a synthesizer whose assets are found by two parameters of the template, without a bootstrap stack.
import { extname } from 'node:path';
import {
  CfnParameter,
  type DockerImageAssetLocation,
  type FileAssetLocation,
  FileAssetPackaging,
  type FileAssetSource,
  Fn,
  type ISynthesisSession,
  StackSynthesizer,
} from 'aws-cdk-lib';

/** Where in the bucket, without its own name of the release. */
export const DEFAULT_PREFIX = 'atlas-restore-ledger';
/** The folder of the assets, on disk and in the bucket. */
export const ASSETS = 'assets';

export const BUCKET_PARAMETER = 'AssetBucket';
/** So that a template serves every region: Lambda reads code only from a bucket of its own region. */
const BUCKET = `\${${BUCKET_PARAMETER}}-\${AWS::Region}`;
/** A bucket's name has at most 63 characters, a region's at most 15. */
const MAX_BUCKET = 63 - 15 - 1;

export interface Asset {
  /** From the assembly's folder, or absolute. */
  readonly path: string;
  /** A folder is to be packed, a file to be copied. */
  readonly isFolder: boolean;
}

export class AssetParameters extends StackSynthesizer {
  /** By file name, which says the content. */
  readonly assets = new Map<string, Asset>();

  addFileAsset({ fileName, packaging, sourceHash }: FileAssetSource): FileAssetLocation {
    if (fileName === undefined) throw new Error('expected an asset that is a file or a folder, got a command');
    const isFolder = packaging === FileAssetPackaging.ZIP_DIRECTORY;
    const name = `${sourceHash}${isFolder ? '.zip' : extname(fileName)}`;
    if (this.assets.size === 0) this.#addParameters();
    this.assets.set(name, { path: fileName, isFolder });
    const key = `\${AssetPrefix}/${ASSETS}/${name}`;
    return {
      bucketName: Fn.sub(BUCKET),
      objectKey: Fn.sub(key),
      s3ObjectUrl: Fn.sub(`s3://${BUCKET}/${key}`),
      httpUrl: Fn.sub(`https://${BUCKET}.s3.\${AWS::Region}.\${AWS::URLSuffix}/${key}`),
    };
  }

  addDockerImageAsset(): DockerImageAssetLocation {
    throw new Error('expected assets that are files, got a container image');
  }

  synthesize(session: ISynthesisSession) {
    this.synthesizeTemplate(session);
    this.emitArtifact(session);
  }

  #addParameters() {
    new CfnParameter(this.boundStack, BUCKET_PARAMETER, {
      description: 'The bucket of the assets, without its region: they are in AssetBucket-REGION',
      allowedPattern: `[a-z0-9][a-z0-9.-]{1,${MAX_BUCKET - 2}}[a-z0-9]`,
      constraintDescription: `expected 3 to ${MAX_BUCKET} lower-case letters, digits, hyphens and dots`,
    });
    new CfnParameter(this.boundStack, 'AssetPrefix', {
      description: 'Where in the bucket the folder of assets is',
      default: DEFAULT_PREFIX,
      allowedPattern: '[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*',
      constraintDescription: 'expected names separated by slashes, with none at either end',
    });
  }
}
