// lib/settings/api-settings.ts: settings of the HTTP API.
import { choice, flag, text, texts, whole } from './setting.ts';

const isUrl = (value: string) => URL.canParse(value) && value.startsWith('https://');
const isOrigin = (value: string) => value === '*' || (URL.canParse(value) && new URL(value).origin === value);

export const apiSettings = {
  apiAuthorization: choice(['iam', 'jwt', 'none'], {
    means: 'Who may call the API: AWS identities with `execute-api:Invoke`, holders of a JWT, or anyone.',
    default: 'iam',
  }),
  apiOpenToEveryone: flag({
    means: 'Must be true if `apiAuthorization` is none. Everyone on the internet can then read the whole ledger.',
    default: false,
  }),
  jwtIssuer: text('an https address', isUrl, { means: 'Issuer of the tokens, for jwt.', default: '' }),
  jwtAudience: texts('audiences', () => true, {
    means: 'Accepted audiences of the tokens, for jwt.',
    default: [],
    most: 50,
  }),
  corsOrigins: texts('origins such as https://example.com, or *', isOrigin, {
    means: 'Origins whose pages may call the API.',
    default: [],
  }),
  apiRequestsPerSecond: whole(1, 10_000, {
    means: 'Rate limit of the API. Requests above it get 429.',
    unit: 'requests a second',
    default: 50,
  }),
};
