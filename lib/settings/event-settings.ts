// lib/settings/event-settings.ts: settings of events and messages.
import { RANGES } from '../../functions/runtime/variables.ts';
import { SEVERITIES } from '../../functions/schema/words.ts';
import { isBusNameOrArn, isTopicArn } from '../limits/arn.ts';
import { isEmail, ranged } from './checks.ts';
import { choices, text, whole } from './setting.ts';

export const eventSettings = {
  maxEventAgeHours: ranged(
    RANGES.MAX_EVENT_AGE_HOURS,
    'A restore that ended longer ago than this when it is first seen is recorded, but emits no events.',
  ),
  eventBus: text('default, or the name or ARN of an event bus in this account and region', isBusNameOrArn, {
    means:
      'Existing event bus for the events. If empty, the stack creates one with its own name. Stacks may share one: each tells people of its own events alone.',
    default: '',
  }),
  messageSeverities: choices(SEVERITIES, {
    means: 'Severities of events that are also sent as messages.',
    default: ['warning', 'critical'],
  }),
  messageEmail: text('an e-mail address', isEmail, {
    means:
      'Address for messages. AWS asks it to confirm the subscription. A hub sends the messages of all its spokes: in a spoke, for people who do not get those ([who tells people](hub.md#who-tells-people)).',
    default: '',
  }),
  messageTopic: text('the ARN of an SNS topic', isTopicArn, {
    means:
      'Existing topic in this account and region for messages. If empty, the stack creates one. In a spoke, as `messageEmail`.',
    default: '',
  }),
  messageWaitSeconds: ranged(
    RANGES.MESSAGE_WAIT_SECONDS,
    'How long the message about a restore waits for its requester to become known. A critical one does not wait.',
  ),
  notifyMemoryMb: whole(128, 10_240, {
    means: 'Memory of the notify and the message function.',
    unit: 'MB',
    default: 256,
  }),
};
