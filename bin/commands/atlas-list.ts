// bin/commands/atlas-list.ts: one page of restore jobs as Atlas sends it, less what is secret.
import { Command } from 'commander';
import { KINDS, type Kind } from '../../functions/schema/words.ts';
import { atlasAccounts } from '../options/credentials.ts';
import { clusterName, oneOf, wholeNumber } from '../options/flags.ts';
import { project, projectIdsOf, projectsInAtlas } from '../options/projects.ts';
import type { Context } from '../process/context.ts';
import { UsageError } from '../process/exit-codes.ts';
import { sanitizeJson } from '../process/sanitize.ts';

interface ListFlags {
  kind: Kind;
  project: string;
  cluster: string;
  itemsPerPage?: number;
  pageNum?: number;
  includeCount: boolean;
  envelope?: true;
  pretty?: true;
}

const HELP = `
Examples:
  $ restore-ledger atlas list --kind dedicated --project 65a1b2c3d4e5f60718293a4b --cluster Cluster0 --pretty
  $ restore-ledger atlas list --kind flex --project Payments --cluster Cluster0 --items-per-page 500 | jq '.results[].status'`;

export function atlasCommand(context: Context): Command {
  const list = new Command('list')
    .description(
      "one page of a cluster's restore jobs, as Atlas answers it; delivery URLs and other secrets are taken out",
    )
    .addOption(oneOf('--kind <kind>', KINDS.join(', '), KINDS).makeOptionMandatory())
    .addOption(project('--project <id or name>', 'of the cluster').makeOptionMandatory())
    .addOption(clusterName('--cluster <name>', 'whose jobs').makeOptionMandatory())
    .addOption(wholeNumber('--items-per-page <n>', "1 to 500 (Atlas's default: 100)", 1, 500))
    .addOption(wholeNumber('--page-num <n>', 'from 1', 1, 1_000_000))
    .option('--no-include-count', 'without totalCount; not for collection restore jobs, which never have one')
    .option('--envelope', "wrapped in Atlas's envelope, with the status")
    .option('--pretty', 'indented')
    .addHelpText('after', HELP)
    .action((flags: ListFlags) => listRaw(flags, context));
  return new Command('atlas').description('query Atlas directly').addCommand(list);
}

async function listRaw({ project: given, cluster, includeCount, ...flags }: ListFlags, context: Context) {
  // As Atlas has it: https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/, parameter clusterName.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/.test(cluster)) {
    throw new UsageError(`--cluster: expected 1 to 64 letters, digits and hyphens, got ${JSON.stringify(cluster)}`);
  }
  if (flags.kind === 'collection' && !includeCount) {
    throw new UsageError(
      '--no-include-count: expected with dedicated, flex or serverless, got with --kind collection, whose lists have no count',
    );
  }
  await using accounts = await atlasAccounts(context);
  const [projectId = given] = await projectIdsOf([given], projectsInAtlas(accounts));
  const atlas = await accounts.thatSees(projectId);
  const { body } = await atlas.rawList({
    ...flags,
    includeCount: includeCount ? undefined : false,
    projectId,
    clusterName: cluster,
  });
  await context.out.line(sanitizeJson(body, flags.pretty ? 2 : 0));
}
