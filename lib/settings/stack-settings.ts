// lib/settings/stack-settings.ts: settings of the stack as a whole.

import { isBusArn, isPolicyArn } from '../limits/arn.ts';
import { TAGS_ALLOWED, tagsProblem } from '../limits/tags.ts';
import { matches } from './checks.ts';
import { choice, map, text, texts } from './setting.ts';

export const stackSettings = {
  role: choice(['single', 'spoke', 'hub'], {
    means:
      'single: a ledger by itself. spoke: a ledger that also sends its records to a hub. hub: one view of all spokes, which collects nothing itself ([hub](hub.md)).',
    default: 'single',
  }),
  hubBusArn: text('the ARN of an event bus', isBusArn, {
    means: "Event bus of the hub, its stack's output `EventBusArn`. Of a spoke.",
    default: '',
  }),
  organizationId: text('an id such as o-a1b2c3d4e5', matches(/^o-[a-z0-9]{10,32}$/), {
    means: 'AWS organization whose accounts may send records. Of a hub.',
    default: '',
  }),
  spokeAccounts: texts('ids of AWS accounts, 12 digits each', matches(/^\d{12}$/), {
    most: 250,
    means:
      'AWS accounts that may send records, and should: one that sends none is a gap. If empty, those of `organizationId`, of which the hub knows those that have sent some. Of a hub.',
    default: [],
  }),
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
