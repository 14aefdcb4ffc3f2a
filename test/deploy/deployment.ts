// test/deploy/deployment.ts: a deployed ledger from outside: the AWS CLI, curl and the outputs of the stack.
import { readFile } from 'node:fs/promises';
import type { Cloud, Credentials } from './cloud.ts';
import { REGION } from './cloud.ts';
import { eventually } from './eventually.ts';
import { mustRun } from './processes.ts';

type Attribute = { S?: string; N?: string };
export type Item = Record<string, Attribute>;

interface StackDescription {
  Stacks: {
    StackStatus: string;
    LastUpdatedTime?: string;
    CreationTime: string;
    Outputs?: { OutputKey: string; OutputValue: string }[];
  }[];
}
interface StackResource {
  LogicalResourceId: string;
  PhysicalResourceId: string;
  ResourceType: string;
}

export interface Answer {
  status: number;
  /** Its media type. */
  type: string;
  body: Record<string, unknown>;
}

export class Deployment {
  readonly cloud: Cloud;
  readonly stackName: string;
  readonly #settings: readonly string[];

  constructor(cloud: Cloud, stackName: string, settings: Readonly<Record<string, string>>) {
    this.cloud = cloud;
    this.stackName = stackName;
    const all = { stackName, architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64', ...settings };
    this.#settings = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }

  /** What the CDK printed. @param options of its command line */
  deploy = (...options: string[]) =>
    this.cloud.cdk('deploy', '--require-approval', 'never', ...this.#settings, ...options);
  destroy = () => this.cloud.cdk('destroy', '--force', ...this.#settings);

  async stack() {
    const { Stacks } = await this.cloud.aws<StackDescription>(
      'cloudformation',
      'describe-stacks',
      '--stack-name',
      this.stackName,
    );
    const [stack] = Stacks;
    if (!stack) throw new Error(`no stack ${this.stackName}`);
    return stack;
  }

  async output(name: string): Promise<string> {
    const { Outputs = [] } = await this.stack();
    const found = Outputs.find(({ OutputKey }) => OutputKey === name);
    if (!found) throw new Error(`no output ${name}; there are ${Outputs.map(({ OutputKey }) => OutputKey).join(', ')}`);
    return found.OutputValue;
  }

  async resources(): Promise<StackResource[]> {
    const { StackResources } = await this.cloud.aws<{ StackResources: StackResource[] }>(
      'cloudformation',
      'describe-stack-resources',
      '--stack-name',
      this.stackName,
    );
    return StackResources;
  }

  /** What a resource is called. @param start of its logical id */
  async physicalId(type: string, start: string): Promise<string> {
    const resources = await this.resources();
    const found = resources.filter((each) => each.ResourceType === type && each.LogicalResourceId.startsWith(start));
    if (found.length !== 1 || !found[0]) throw new Error(`${found.length} resources of ${type} begin with ${start}`);
    return found[0].PhysicalResourceId;
  }

  functionName = (start: string) => this.physicalId('AWS::Lambda::Function', start);

  /** Every line that a function has logged and that is JSON. */
  async logLines(start: string): Promise<Record<string, unknown>[]> {
    const text = await this.logText(start);
    return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  }

  async logText(start: string): Promise<string> {
    const group = await this.physicalId('AWS::Logs::LogGroup', start);
    const { events } = await this.cloud.aws<{ events: { message: string }[] }>(
      'logs',
      'filter-log-events',
      '--log-group-name',
      group,
    );
    return events.map(({ message }) => message).join('\n');
  }

  /** @returns what the function returned */
  async invoke(start: string, payload: unknown): Promise<unknown> {
    const file = `${this.cloud.folder}/answer.json`;
    const name = await this.functionName(start);
    const outcome = await this.cloud.aws<{ FunctionError?: string }>(
      'lambda',
      'invoke',
      '--function-name',
      name,
      '--payload',
      JSON.stringify(payload),
      file,
    );
    const answer = JSON.parse(await readFile(file, 'utf8'));
    if (outcome?.FunctionError) throw new Error(JSON.stringify(answer));
    return answer;
  }

  /** Everything in the table, less its large fields. */
  async items(tableName?: string): Promise<Item[]> {
    const table = tableName ?? (await this.output('TableName'));
    const { Items } = await this.cloud.aws<{ Items: Item[] }>(
      'dynamodb',
      'scan',
      '--table-name',
      table,
      '--consistent-read',
      '--projection-expression',
      'pk,sk,jobId,runId,#s,#t,#ttl',
      '--expression-attribute-names',
      '{"#s":"status","#t":"trigger","#ttl":"ttl"}',
    );
    return Items;
  }

  async jobIds(tableName?: string): Promise<string[]> {
    return (await this.items(tableName))
      .flatMap(({ sk, jobId }) => (sk?.S?.startsWith('JOB#') && jobId?.S ? [jobId.S] : []))
      .sort();
  }

  /** Of runs: id, trigger, status. */
  async runs() {
    const runs = (await this.items()).filter(({ sk }) => sk?.S === 'RUN');
    return runs.map(({ runId, trigger, status }) => ({
      runId: runId?.S ?? '',
      trigger: trigger?.S,
      status: status?.S,
    }));
  }

  async job(projectId: string, jobId: string) {
    const table = await this.output('TableName');
    const key = JSON.stringify({ pk: { S: `PROJECT#${projectId}` }, sk: { S: `JOB#${jobId}` } });
    const { Item } =
      (await this.cloud.aws<{ Item?: Record<string, never> }>(
        'dynamodb',
        'get-item',
        '--table-name',
        table,
        '--key',
        key,
      )) ?? {};
    return Item;
  }

  /** Messages that wait, are being worked on, or are delayed. */
  async messages(queueOutput: 'QueueUrl' | 'DeadLetterQueueUrl' | 'UnpublishedQueueUrl'): Promise<number> {
    const { Attributes } = await this.cloud.aws<{ Attributes: Record<string, string> }>(
      'sqs',
      'get-queue-attributes',
      '--queue-url',
      await this.output(queueOutput),
      '--attribute-names',
      'All',
    );
    const names = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ];
    return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  }

  async send(body: string) {
    await this.cloud.aws('sqs', 'send-message', '--queue-url', await this.output('QueueUrl'), '--message-body', body);
  }

  idle = () => eventually('the queue is empty', async () => (await this.messages('QueueUrl')) === 0);

  async pauseSchedule() {
    const name = await this.physicalId('AWS::Scheduler::Schedule', 'CollectionSchedule');
    const schedule = await this.cloud.aws<Record<string, unknown>>('scheduler', 'get-schedule', '--name', name);
    const { ScheduleExpression, FlexibleTimeWindow, Target } = schedule;
    const same = ['--flexible-time-window', JSON.stringify(FlexibleTimeWindow), '--target', JSON.stringify(Target)];
    const when = ['--schedule-expression', String(ScheduleExpression), '--state', 'DISABLED'];
    await this.cloud.aws('scheduler', 'update-schedule', '--name', name, ...when, ...same);
    await this.idle();
  }

  /** What start-message-move-task does, one message at a time. */
  async redriveByHand() {
    const dead = ['--queue-url', await this.output('DeadLetterQueueUrl')];
    const { Messages } = await this.cloud.aws<{ Messages: { Body: string; ReceiptHandle: string }[] }>(
      'sqs',
      'receive-message',
      ...dead,
    );
    for (const { Body, ReceiptHandle } of Messages) {
      await this.send(Body);
      await this.cloud.aws('sqs', 'delete-message', ...dead, '--receipt-handle', ReceiptHandle);
    }
  }

  /** A user who may do what that role may; the role itself can be taken on by Lambda only. */
  async userWithPolicyOf(roleStart: string): Promise<Credentials> {
    const role = await this.physicalId('AWS::IAM::Role', roleStart);
    const iam = <T>(...args: string[]) => this.cloud.aws<T>('iam', ...args);
    const { PolicyNames } = await iam<{ PolicyNames: string[] }>('list-role-policies', '--role-name', role);
    await iam('create-user', '--user-name', roleStart);
    for (const name of PolicyNames) {
      const which = ['--role-name', role, '--policy-name', name];
      const { PolicyDocument } = await iam<{ PolicyDocument: unknown }>('get-role-policy', ...which);
      const policy = ['--policy-name', name, '--policy-document', JSON.stringify(PolicyDocument)];
      await iam('put-user-policy', '--user-name', roleStart, ...policy);
    }
    const { AccessKey } = await iam<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
      'create-access-key',
      '--user-name',
      roleStart,
    );
    return { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
  }

  /** By the policies of the role alone. @param roleStart of its logical id */
  async roleMay(roleStart: string, action: string, resource: string): Promise<boolean> {
    const arn = `arn:aws:iam::000000000000:role/${await this.physicalId('AWS::IAM::Role', roleStart)}`;
    const { EvaluationResults } = await this.cloud.aws<{ EvaluationResults: { EvalDecision: string }[] }>(
      'iam',
      'simulate-principal-policy',
      ...['--policy-source-arn', arn, '--action-names', action, '--resource-arns', resource],
    );
    return EvaluationResults[0]?.EvalDecision === 'allowed';
  }

  async tableArn(): Promise<string> {
    const { Table } = await this.cloud.aws<{ Table: { TableArn: string } }>(
      'dynamodb',
      'describe-table',
      '--table-name',
      await this.output('TableName'),
    );
    return Table.TableArn;
  }

  /** Over HTTP, as docs/queries.md says: signed by curl. */
  async ask(path: string, { method = 'GET', signed = true } = {}): Promise<Answer> {
    const { port, env, folder } = this.cloud;
    const id = new URL(await this.output('ApiUrl')).hostname.split('.')[0];
    const host = `${id}.execute-api.localhost`;
    const signature = signed
      ? ['--aws-sigv4', `aws:amz:${REGION}:execute-api`, '--user', `${env.AWS_ACCESS_KEY_ID}:test`]
      : [];
    const where = ['--resolve', `${host}:${port}:127.0.0.1`, `http://${host}:${port}${path}`];
    const form = '\n%{http_code} %{content_type}';
    const { stdout } = await mustRun(
      'curl',
      ['-sS', '--write-out', form, '--request', method, ...signature, ...where],
      {
        env,
        cwd: folder,
      },
    );
    const end = stdout.lastIndexOf('\n');
    const [status = '', ...type] = stdout.slice(end + 1).split(' ');
    return { status: Number(status), body: JSON.parse(stdout.slice(0, end) || 'null'), type: type.join(' ') };
  }
}
