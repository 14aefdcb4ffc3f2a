// bin/template/next-steps.ts: what to do with a written template, in commands to copy.
import { dirname } from 'node:path';
import { DEFAULT_PREFIX } from './asset-parameters.ts';
import type { Written } from './write-template.ts';

export const nextSteps = ({ template, templateBytes, assets, assetBytes }: Written, stackName: string): string =>
  `Wrote ${template} (${templateBytes} bytes) and ${assets} assets (${assetBytes} bytes).

To publish them, and to deploy the template in one AWS account (docs/stacksets.md: in every account of an organizational unit):

# BUCKET and AWS_REGION are yours to set; the bucket is "$BUCKET-$AWS_REGION".
aws s3 mb "s3://$BUCKET-$AWS_REGION"
aws s3 cp "${dirname(template)}" "s3://$BUCKET-$AWS_REGION/${DEFAULT_PREFIX}" --recursive
aws cloudformation deploy --stack-name ${stackName} --template-file "${template}" \\
  --s3-bucket "$BUCKET-$AWS_REGION" --s3-prefix ${DEFAULT_PREFIX} \\
  --parameter-overrides "AssetBucket=$BUCKET" --capabilities CAPABILITY_IAM
`;
