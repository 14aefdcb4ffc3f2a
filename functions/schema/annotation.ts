// functions/schema/annotation.ts: what people add to a restore job: the result of its validation, what it was for, and who says so.
import * as z from 'zod/mini';
import { LIMITS } from './annotation-limits.ts';
import { described, moment, named, oneOf, optional, someOf, text } from './types.ts';
import { ANNOTATOR_KINDS, PURPOSES, VALIDATION_STATUSES } from './words.ts';

export const bounded = (most: number, description?: string) =>
  described(z.string().check(z.minLength(1), z.maxLength(most)), description);

export const annotator = named(
  'Annotator',
  z.object({
    kind: someOf(ANNOTATOR_KINDS, 'iam: `name` is an ARN. token: a subject. user: a user name and host.'),
    name: text('As API Gateway checked it, or as a command line states it.'),
    issuer: optional(text('Of a token.')),
    selfDeclared: optional(z.literal(true), 'Nobody checked the name: whoever wrote to the ledger stated it.'),
  }),
  'Who annotated a restore job.',
);

const said = { by: annotator, at: moment() };

const validationStatus = () => oneOf(VALIDATION_STATUSES, 'As in AWS Backup.');
const message = () => optional(bounded(LIMITS.message));

export const validation = named(
  'Validation',
  z.object({ status: validationStatus(), message: message(), ...said }),
  'The result of checking the restored data, as somebody gave it last.',
);

const check = named(
  'Check',
  z.object({
    name: bounded(LIMITS.checkName),
    expected: bounded(LIMITS.checkValue),
    got: bounded(LIMITS.checkValue),
  }),
  'One comparison of the restored data with what was expected.',
);

export const purpose = () => bounded(LIMITS.purpose, `${PURPOSES.join(', ')}, or a text of your own.`);
export const ticket = () => bounded(LIMITS.ticket);
const environment = () => bounded(LIMITS.environment, 'Where the data was restored to, in your words.');
const checks = () => described(z.array(check).check(z.minLength(1), z.maxLength(LIMITS.checks)));
const links = () =>
  described(
    z.array(bounded(LIMITS.link)).check(z.minLength(1), z.maxLength(LIMITS.links)),
    'Addresses that begin with https://, without credentials.',
  );

export const annotation = named(
  'Annotation',
  z.object({
    purpose: optional(purpose()),
    ticket: optional(ticket()),
    environment: optional(environment()),
    checks: optional(checks()),
    links: optional(links()),
    checksBy: optional(annotator, 'Who made the checks, where another wrote the last of these texts.'),
    ...said,
  }),
  'What somebody says of the restore. Without any text: what there was has been taken back.',
);

export const validationRequest = named(
  'ValidationRequest',
  z.object({ ValidationStatus: validationStatus(), ValidationStatusMessage: message() }),
  "The body of AWS Backup's PutRestoreValidationResult.",
);

export const annotationRequest = named(
  'AnnotationRequest',
  z.object({
    validation: optional(z.object({ status: validationStatus(), message: message() })),
    purpose: optional(z.nullable(purpose())),
    ticket: optional(z.nullable(ticket())),
    environment: optional(z.nullable(environment())),
    checks: optional(z.nullable(checks())),
    links: optional(z.nullable(links())),
  }),
  'A JSON merge patch: what is left out stays, null takes it back, a list replaces the list. Texts are one line each.',
);
