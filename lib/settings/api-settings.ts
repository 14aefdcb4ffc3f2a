// lib/settings/api-settings.ts: settings of the HTTP API.
import { isCertificateArn } from '../limits/arn.ts';
import { matches } from './checks.ts';
import { choice, flag, text, texts, whole } from './setting.ts';

const isUrl = (value: string) => URL.canParse(value) && value.startsWith('https://');
const isOrigin = (value: string) => value === '*' || (URL.canParse(value) && new URL(value).origin === value);

const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/; // RFC 6749's
const HOST = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
/** API Gateway's. */
const MAX_SCOPES = 10;
const scopes = (means: string) => texts('scopes', matches(SCOPE), { means, default: [], most: MAX_SCOPES });

export const apiSettings = {
  httpApi: choice(['public', 'private', 'none'], {
    means:
      'The HTTP API: for callers from anywhere, a private one for VPC endpoints, or none, which leaves DynamoDB and the events.',
    default: 'public',
  }),
  apiVpcEndpoints: texts('ids of VPC endpoints such as vpce-0123456789abcdef0', matches(/^vpce-[0-9a-f]{8,17}$/), {
    means: 'Existing VPC endpoints for `execute-api` through which a private API is reached, and nothing else.',
    default: [],
  }),
  apiAuthorization: choice(['iam', 'jwt', 'none'], {
    means: 'Who may call the API: AWS identities with `execute-api:Invoke`, holders of a JWT, or anyone.',
    default: 'iam',
  }),
  apiOpenToEveryone: flag({
    means: 'Must be true if `apiAuthorization` is none. Everyone who reaches the API can then read the whole ledger.',
    default: false,
  }),
  jwtIssuer: text('an https address', isUrl, { means: 'Issuer of the tokens, for jwt.', default: '' }),
  jwtAudience: texts('audiences', () => true, {
    means: 'Accepted audiences of the tokens, for jwt.',
    default: [],
    most: 50,
  }),
  jwtReadScopes: scopes('Scopes of which a token needs one, for jwt. If empty, any token may read.'),
  jwtRunScopes: scopes(
    'Scopes of which a token needs one to start runs (POST), for jwt, instead of those for reading. If empty, whoever may read may start runs.',
  ),
  jwtAnnotateScopes: scopes(
    'Scopes of which a token needs one to annotate restore jobs (PUT and PATCH) and to announce restores (`POST /expected-restores`, and DELETE), for jwt. If empty, no token may.',
  ),
  apiDomainName: text('a host name such as ledger.example.com', matches(HOST), {
    means:
      'Domain name of a public API, which then has no other. Point its DNS record to the output `ApiDomainTarget`.',
    default: '',
  }),
  apiCertificate: text('the ARN of an ACM certificate', isCertificateArn, {
    means: 'Certificate for `apiDomainName`, in this account and region.',
    default: '',
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
