// bin/ledger-app.ts: the stack of an app's settings, for the CDK CLI and for the template without it.
import { type App, Errors, type StackProps } from 'aws-cdk-lib';
import { LedgerStack } from '../lib/ledger-stack.ts';
import { readSettings } from '../lib/settings/read-settings.ts';
import { SettingsError } from '../lib/settings/setting.ts';

/** @param app its context has the settings @throws SettingsError */
export function addLedger(app: App, props: StackProps = {}): LedgerStack {
  const settings = readSettings(app.node.getAllContext());
  return new LedgerStack(app, settings.stackName, { ...props, settings });
}

/** @returns what to print instead of a stack trace, which would hide the names; undefined of other errors */
export const settingsProblem = (error: unknown): string | undefined =>
  error instanceof SettingsError || Errors.isValidationError(error)
    ? `The settings are wrong. Nothing was changed.\n${error.message}`
    : undefined;
