// lib/settings/sign-in-settings.ts: settings of sign-in with a browser.
import { RANGES } from '../../functions/runtime/variables.ts';
import { isSecretArn } from '../limits/arn.ts';
import { matches, ranged } from './checks.ts';
import { text, texts } from './setting.ts';

const isIssuer = (value: string) =>
  URL.canParse(value) && /^https:\/\/[^?#@]+$/.test(value) && !value.endsWith('/.well-known/openid-configuration');
/** The functions read them with commas between them, and drop the space around them. */
const VALUE = /^[^\s,](?:[^,]{0,253}[^\s,])?$/;

export const signInSettings = {
  signInIssuer: text('an https address', isIssuer, {
    means:
      'OpenID Connect issuer of people who open the page in a browser, at the output `PageUrl`. Needs `signInClientId`. Empty: nobody signs in.',
    default: '',
  }),
  signInClientId: text('the id of a client', matches(/^[\x21-\x7e]{1,255}$/), {
    means: 'Client that the issuer knows the page by, with the output `SignInCallbackUrl` as its redirect URI.',
    default: '',
  }),
  signInClientSecretArn: text('the ARN of a secret in Secrets Manager', isSecretArn, {
    means: "Secret with the client's secret, as plain text. Empty: a public client, protected by PKCE.",
    default: '',
  }),
  signInCognitoDomain: text(
    'lower-case letters, digits and hyphens',
    (value) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value) && !/aws|amazon|cognito/.test(value),
    {
      means:
        'In place of an issuer: makes a Cognito user pool, with the groups `read`, `run` and `annotate`, whose sign-in page has this domain prefix. It must be unique in the region.',
      default: '',
    },
  ),
  signInRolesClaim: text('the name of a claim', matches(/^[\x21-\x7e]{1,255}$/), {
    means: "Claim of the ID token with a person's groups or roles: a list, or one text.",
    default: 'cognito:groups',
  }),
  signInReadValues: texts('values', matches(VALUE), {
    means: 'Values of that claim of which a person needs one to read the ledger.',
    default: ['read'],
  }),
  signInRunValues: texts('values', matches(VALUE), {
    means: 'Values of that claim of which a person needs one to read the ledger and start runs.',
    default: ['run'],
  }),
  signInAnnotateValues: texts('values', matches(VALUE), {
    means:
      'Values of that claim of which a person needs one to read the ledger and annotate restore jobs on their pages. In a hub, nobody annotates.',
    default: ['annotate'],
  }),
  signInMinutes: ranged(
    RANGES.SIGN_IN_SESSION_MINUTES,
    'How long a sign-in lasts. A change of roles takes effect with the next one.',
  ),
};
