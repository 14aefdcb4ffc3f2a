// bin/app.ts: the CDK app, one stack from the settings in cdk.json. `npx cdk synth`, `npx cdk deploy -c schedule="rate(1 hour)"`.
import { App } from 'aws-cdk-lib';
import { addLedger, settingsProblem } from './ledger-app.ts';

const app = new App();
try {
  addLedger(app);
  app.synth();
} catch (error) {
  const problem = settingsProblem(error);
  if (problem === undefined) throw error;
  console.error(problem);
  process.exit(1);
}
