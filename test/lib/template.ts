// test/lib/template.ts: the synthesized stack without the bundles of its functions, which takes about a second.
import { App, type Environment } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { defined } from '../../functions/platform/defined.ts';
import { HubStack } from '../../lib/hub-stack.ts';
import { LedgerStack } from '../../lib/ledger-stack.ts';
import { readSettings } from '../../lib/settings/read-settings.ts';

/** @param given settings, as under `ledger` in cdk.json @param env absent: for any account and region */
export function stackOf(given: Readonly<Record<string, unknown>> = {}, env?: Environment): LedgerStack {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return new LedgerStack(app, 'Ledger', { settings: readSettings({ ledger: given }), ...defined({ env }) });
}

/** A hub, for accounts of an organization unless said otherwise. */
export function hubOf(given: Readonly<Record<string, unknown>> = {}, env?: Environment): HubStack {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const settings = readSettings({ ledger: { organizationId: 'o-exampleorg', ...given, role: 'hub' } });
  return new HubStack(app, 'Hub', { settings, ...defined({ env }) });
}

const templates = new Map<string, Template>();

/** The same settings are synthesized once. */
export function templateOf(given: Readonly<Record<string, unknown>> = {}): Template {
  const key = JSON.stringify(given);
  const template = templates.get(key) ?? Template.fromStack(given.role === 'hub' ? hubOf(given) : stackOf(given));
  templates.set(key, template);
  return template;
}
