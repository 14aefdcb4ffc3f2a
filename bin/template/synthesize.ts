// bin/template/synthesize.ts: the ledger's template without a bootstrap stack, and what its assets are made of.
import { App, type IStackSynthesizer, Tags } from 'aws-cdk-lib';
import { addLedger } from '../ledger-app.ts';
import { type Asset, AssetParameters } from './asset-parameters.ts';

export interface SelfContained {
  readonly stackName: string;
  readonly template: unknown;
  /** By file name. */
  readonly assets: ReadonlyMap<string, Asset>;
  /** The folder that the assets' paths start from. */
  readonly source: string;
  /** As `cdk synth` prints them. */
  readonly warnings: readonly string[];
}

/** @param context as the CDK CLI gives it to the app @param outdir where assets are staged @throws SettingsError */
export function synthesize(context: Readonly<Record<string, unknown>>, outdir: string): SelfContained {
  const synthesizer = new AssetParameters();
  const app = new App({ outdir, context: { ...context } });
  // The two types differ in how an absent qualifier is spelled.
  const stack = addLedger(app, { synthesizer: synthesizer as IStackSynthesizer });
  // The CDK CLI gives the stack its tags; a template has to have them itself.
  for (const [key, value] of Object.entries(stack.tags.tagValues())) Tags.of(stack).add(key, value);
  const { template, messages } = app.synth().getStackByName(stack.stackName);
  return {
    stackName: stack.stackName,
    template,
    assets: synthesizer.assets,
    source: outdir,
    warnings: messages.map(({ level, entry }) => `${level}: ${entry.data}`),
  };
}
