// bin/app.ts: the CDK app, one stack from the settings in cdk.json. `npx cdk synth`, `npx cdk deploy -c schedule="rate(1 hour)"`.
import { App, Errors } from 'aws-cdk-lib';
import { HubStack } from '../lib/hub-stack.ts';
import { LedgerStack } from '../lib/ledger-stack.ts';
import { readSettings } from '../lib/settings/read-settings.ts';
import { SettingsError } from '../lib/settings/setting.ts';

const app = new App();
try {
  const settings = readSettings(app.node.getAllContext());
  const Role = settings.role === 'hub' ? HubStack : LedgerStack;
  new Role(app, settings.stackName, { settings });
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError || Errors.isValidationError(error))) throw error;
  console.error(`The settings are wrong. Nothing was changed.\n${error.message}`); // a stack trace would hide the names
  process.exit(1);
}
