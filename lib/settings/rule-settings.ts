// lib/settings/rule-settings.ts: settings of the rules, validated by the same parser as in the functions.
import { NEEDS_EXPECTED, parseNeeds } from '../../functions/restore/drills/needs.ts';
import { OBJECTIVE_EXPECTED, parseObjective } from '../../functions/restore/objectives/objective.ts';
import { CAN_BE_OFF } from '../../functions/restore/rules/finding.ts';
import { readRules } from '../../functions/restore/rules/read-rules.ts';
import { DEFAULT_RULES, type Rules } from '../../functions/restore/rules/rules.ts';
import { choices, number, text, texts } from './setting.ts';

const isRule =
  <Field extends keyof Rules>(field: Field) =>
  (value: unknown) => {
    try {
      readRules({ [field]: value });
      return true;
    } catch {
      return false;
    }
  };
const ruleTexts = <Field extends keyof Rules>(field: Field, allowed: string, means: string) => {
  const accepts = isRule(field);
  return texts(allowed, (value) => accepts([value]), { means, default: [] });
};
const ruleNumber = <Field extends keyof Rules>(field: Field, allowed: string, words: { means: string; unit: string }) =>
  number(allowed, isRule(field), { ...words, default: DEFAULT_RULES[field] as number });

export const ruleSettings = {
  rulesOff: choices(CAN_BE_OFF, {
    means: 'Rules that are turned off.',
    default: DEFAULT_RULES.rulesOff,
    least: 0,
  }),
  allowedDirections: ruleTexts(
    'allowedDirections',
    'two project patterns such as prod-* -> staging-*',
    'Restores between projects that the rule `cross-project` permits.',
  ),
  protectedTargets: ruleTexts(
    'protectedTargets',
    'project and cluster patterns such as prod-*/orders',
    'Clusters that must not be restored to. If empty, the rule `protected-target` never matches.',
  ),
  requested: ruleTexts(
    'requested',
    'project and cluster patterns such as prod-*/orders, or tags such as tag:env=prod',
    'Clusters of which every restore is a finding as soon as it is requested. If empty, the rule `requested` never matches.',
  ),
  announcements: ruleTexts(
    'announcements',
    'project and cluster patterns such as prod-*/orders, or tags such as tag:env=prod',
    'Clusters whose restores are to be announced before they are requested (`restore-ledger expect`). If empty, the rule `unannounced` never matches.',
  ),
  expectedRequesters: ruleTexts(
    'expectedRequesters',
    'patterns of user names, public keys or ids',
    'Who may request restores. If empty, the rule `requester-not-listed` never matches.',
  ),
  workingHours: ruleTexts(
    'workingHours',
    'days and hours such as Mon-Fri 07:00-19:00',
    'When restores may be requested. If empty, the rule `outside-hours` never matches.',
  ),
  workingHoursTimeZone: text('a name of the IANA time zone database', isRule('workingHoursTimeZone'), {
    means: 'Time zone of the working hours.',
    default: DEFAULT_RULES.workingHoursTimeZone,
  }),
  slowMinutes: ruleNumber('slowMinutes', 'a whole number from 0 to 525600', {
    means: 'A restore that takes longer is `slow`. 0 sets no limit.',
    unit: 'minutes',
  }),
  slowFactor: ruleNumber('slowFactor', '0, or a number from 1 to 1000', {
    means:
      "A restore that takes this many times the 95th percentile of the cluster's past restores is `slow` too. 0 sets no limit.",
    unit: 'times',
  }),
  stuckMinutes: ruleNumber('stuckMinutes', 'a whole number from 0 to 525600', {
    means: 'A restore that has been pending or running for longer is `stuck`. 0 sets no limit.',
    unit: 'minutes',
  }),
  drillDays: ruleNumber('drillDays', 'a whole number from 0 to 36500', {
    means:
      'Maximum time since the last completed restore of a cluster, after which its drill is overdue. 0 requires no drills.',
    unit: 'days',
  }),
  drillDaysFor: ruleTexts(
    'drillDaysFor',
    'project and cluster patterns, or tags, with days, such as prod-*/orders = 90 or tag:env=prod = 90',
    'Exceptions to `drillDays`; the first match applies. 0 requires no drills.',
  ),
  objectives: texts(
    'lines such as prod-*/orders = rto 60m, rpo 24h; as one text, with a semicolon or a line break between them',
    (line) => parseObjective(line) !== undefined || `${JSON.stringify(line)}: expected ${OBJECTIVE_EXPECTED}`,
    {
      means:
        'Recovery objectives of clusters, in minutes, hours or days: `rto`, the longest time from request to finish of a restore, and `rpo`, the greatest age of the restored data at the request. The first match applies; `none` is no objective. The rules `rto-missed` and `rpo-missed` go by them.',
      default: [],
      separator: /[;\n]/,
    },
  ),
  drillNeeds: texts(
    'lines such as prod-*/orders = verdict, other-project, by ci-* or tag:env=prod = verdict; as one text, with a semicolon or a line break between them',
    (line) => parseNeeds(line) !== undefined || `${JSON.stringify(line)}: expected ${NEEDS_EXPECTED}`,
    {
      means:
        'What a completed restore has to show to count as a drill: `verdict`, somebody checked its data with success; `other-project`, it went into another project; `rto` and `rpo`, it met these `objectives`; `checks`, it has checks and all got what they expected; `by NAME`, a pattern of those whose verdict counts. The first match applies; `none`, and no match, is that a completed restore counts.',
      default: [],
      separator: /[;\n]/,
    },
  ),
};
