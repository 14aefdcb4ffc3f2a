// lib/settings/stack-settings.ts: settings of the stack as a whole.

import { isPolicyArn } from '../limits/arn.ts';
import { TAGS_ALLOWED, tagsProblem } from '../limits/tags.ts';
import { matches } from './checks.ts';
import { map, text } from './setting.ts';

export const stackSettings = {
  stackName: text('letters, digits and hyphens, a letter first', matches(/^[A-Za-z][A-Za-z0-9-]{0,99}$/), {
    means: 'Name of the CloudFormation stack. A second name deploys a second ledger with its own table.',
    default: 'AtlasRestoreLedger',
  }),
  tags: map(TAGS_ALLOWED, (tags) => tagsProblem(tags) ?? true, { means: 'Tags on every resource.', default: {} }),
  permissionsBoundary: text('the ARN of an IAM policy', isPolicyArn, {
    means: 'Permissions boundary for every role.',
    default: '',
  }),
};
