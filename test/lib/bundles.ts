// test/lib/bundles.ts: the functions bundled as for a deployment.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { HubStack } from '../../lib/hub-stack.ts';
import { LedgerStack } from '../../lib/ledger-stack.ts';
import { readSettings } from '../../lib/settings/read-settings.ts';

export interface Bundles extends Disposable {
  /** The folder of each function's code, as it is uploaded. */
  readonly folders: Readonly<
    Record<
      'plan' | 'collect' | 'notify' | 'message' | 'api' | 'hub' | 'retention' | 'lake' | 'evidence' | 'report',
      string
    >
  >;
}

/** @param given settings, as under `ledger` in cdk.json */
export function bundles(given: Readonly<Record<string, unknown>> = {}): Bundles {
  const outdir = mkdtempSync(join(tmpdir(), 'restore-ledger-bundles-'));
  const app = new App({ outdir });
  const stack = new LedgerStack(app, 'Ledger', {
    settings: readSettings({ ledger: { jobRetentionDays: 365, lakeBucket: 'new', evidenceBucket: 'new', ...given } }),
  });
  const hub = new HubStack(app, 'Hub', { settings: { organizationId: 'o-exampleorg' } });
  const assembly = app.synth();
  const { template } = assembly.getStackArtifact(stack.artifactId);
  const ofHub = assembly.getStackArtifact(hub.artifactId).template;
  const folder = (start: string, { Resources } = template) => {
    const [, found] =
      Object.entries<{ Properties: { Code: { S3Key: string } } }>(Resources).find(([id]) => id.startsWith(start)) ?? [];
    return join(outdir, `asset.${found?.Properties.Code.S3Key.replace('.zip', '')}`);
  };
  return {
    folders: {
      plan: folder('CollectionPlanFunction'),
      collect: folder('CollectionCollectFunction'),
      notify: folder('ChangeFeedNotifyFunction'),
      message: folder('MessagesMessageFunction'),
      api: folder('ApiHandlerFunction'),
      hub: folder('HubWriterFunction', ofHub),
      retention: folder('RetentionFunction'),
      lake: folder('LakeFunction'),
      evidence: folder('EvidenceFunction'),
      report: folder('ReportsReportFunction'),
    },
    [Symbol.dispose]: () => rmSync(outdir, { recursive: true, force: true }),
  };
}
