// lib/settings/stack-settings.ts: settings of the stack as a whole.

import { matches } from './checks.ts';
import { map, text } from './setting.ts';

export const stackSettings = {
  stackName: text('letters, digits and hyphens, a letter first', matches(/^[A-Za-z][A-Za-z0-9-]{0,99}$/), {
    means: 'Name of the CloudFormation stack. A second name deploys a second ledger with its own table.',
    default: 'AtlasRestoreLedger',
  }),
  tags: map('a JSON object of texts', { means: 'Tags on every resource.', default: {} }),
  permissionsBoundary: text('the ARN of an IAM policy', matches(/^arn:[a-z-]+:iam::\d{12}:policy\/.+$/), {
    means: 'Permissions boundary for every role.',
    default: '',
  }),
};
