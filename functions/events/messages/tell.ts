// functions/events/messages/tell.ts: the core of the message function: from one event to at most one message.
//
// An event may come more than once, and those of a job in any order. What was told is kept in an item of its own, which one function
// at a time may write, and the job is read after that item was claimed: so nothing is told twice unless the function dies between a
// message and the note of it, and nothing is lost, because until then the event stays in the queue.
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import type { Log } from '../../platform/log.ts';
import type { Severity } from '../../schema/words.ts';
import { jobHref } from '../../views/paths.ts';
import { eventMessage } from './event-message.ts';
import { type IncomingEvent, type IncomingJob, incomingEvent } from './incoming.ts';
import { type About, newsMessage, requesterMessage } from './job-message.ts';
import type { Message, Topic } from './message.ts';
import { afterMessage, decide, type Told, type Trigger, withOwed } from './told.ts';
import type { Claim, ToldItems } from './told-items.ts';

export interface TellPorts {
  items: ToldItems;
  topics: readonly Topic[];
  /** Gives the same event again, after a while. */
  again(body: string, delayMs: number): Promise<void>;
  log: Log;
  now(): number;
}

export interface TellOptions {
  /** Of events that become messages. */
  severities: readonly Severity[];
  /** How long a message waits for the requester, in ms. */
  waitMs: number;
  /** Of the HTTP API, without a slash at its end. */
  apiUrl?: string | undefined;
}

/** Before another look at what somebody else is telling, in ms. */
const BUSY_MS = 5_000;

/** @throws where it can't be told now; the event can be given again */
export async function tell(body: string, ports: TellPorts, options: TellOptions): Promise<void> {
  const event = incomingEvent(body);
  const { job } = event.detail;
  const triggers = job ? triggersOf(event, options) : [];
  // Before anything is claimed or dropped: what an older job leaves untold would stay untold.
  if (job && triggers.length > 0) await recorded(job, ports.items);
  if (job) for (const trigger of triggers) await tellOfJob(body, job, trigger, ports, options);
  else await tellOfEvent(body, event, ports, options);
}

/** What a first reading finds is told by its run's message, unless it is critical. */
function triggersOf({ detail }: IncomingEvent, { severities }: TellOptions): Trigger[] {
  const { at, severity, finding, revision, change, firstReading = change?.firstReading } = detail;
  const isNews = severities.includes(severity) && (!firstReading || severity === 'critical');
  if (finding) return isNews ? [{ about: 'news', at: finding.at }] : [];
  const fields = Object.keys(change?.fields ?? {});
  // Findings are events of their own, and so, in a way, is the requester.
  const isOwn = revision === 1 || fields.some((name) => name !== 'findings' && name !== 'requester');
  const news: Trigger[] = isNews && isOwn && revision !== undefined ? [{ about: 'news', at, revision }] : [];
  return fields.includes('requester') ? [...news, { about: 'requester', revision }] : news;
}

async function tellOfJob(
  body: string,
  of: IncomingJob,
  trigger: Trigger,
  ports: TellPorts,
  options: TellOptions,
): Promise<void> {
  const { items, now } = ports;
  const { jobId } = of;
  // Before anything was told of the job, its requester is no news: whoever tells it reads that from the job.
  const claim = await items.claim(jobId, { create: trigger.about === 'news' });
  if (claim === 'absent') return;
  if (claim === 'busy') return ports.again(body, BUSY_MS);
  const job = await recorded(of, items);
  const told = withOwed(claim.told, trigger, job, { severities: options.severities, now: now() });
  const decision = decide(told, job, { now: now(), waitMs: options.waitMs });
  if (decision === 'nothing') return claim.release(told);
  if ('waitMs' in decision) {
    await ports.again(body, decision.waitMs);
    return claim.release(told);
  }
  const names = await items.projectNames([job.projectId, job.targetProjectId]);
  const about: About = { job, names, link: options.apiUrl && `${options.apiUrl}${jobHref(jobId)}` };
  const message = decision.tell === 'news' ? newsMessage(told, about) : requesterMessage(told, about);
  await send(message, { id: jobId, claim, told, after: afterMessage(told, job, noteOf(message, now())) }, ports);
}

/**
 * The job as the table has it. In a hub, records and events come by separate queues, and an event may be first.
 * @throws where the table does not hold the revision that the event is of
 */
async function recorded({ projectId, jobId, revision }: IncomingJob, items: ToldItems): Promise<LedgerJob> {
  const job = await items.job(projectId, jobId);
  if (!job) throw new Error('the job of an event is not in the table');
  if (job.revision < revision) throw new Error('the job in the table is older than the event');
  return job;
}

async function tellOfEvent(body: string, event: IncomingEvent, ports: TellPorts, options: TellOptions): Promise<void> {
  const { id, severity, firstReading } = event.detail;
  if (!options.severities.includes(severity) || (firstReading && severity !== 'critical')) return;
  const claim = await ports.items.claim(id, { create: true });
  if (claim === 'absent') return;
  if (claim === 'busy') return ports.again(body, BUSY_MS);
  if (claim.told.told.length > 0) return claim.release(claim.told);
  const message = eventMessage(event, options.apiUrl);
  const after = { owed: [], told: [id], first: noteOf(message, ports.now()) };
  await send(message, { id, claim, told: { ...claim.told, owed: [id] }, after }, ports);
}

const noteOf = ({ subject }: Message, now: number) => ({ at: new Date(now).toISOString(), subject });

interface Sending {
  /** Of the job, or of the event. */
  id: string;
  claim: Claim;
  told: Told;
  /** What is told once all topics took the message. */
  after: Told;
}

/** To every topic that did not take it before. @throws what the first that refuses it says */
async function send(message: Message, { id, claim, told, after }: Sending, { topics, log }: TellPorts): Promise<void> {
  const key = told.owed.join() || 'requester';
  const taken = told.taken?.key === key ? [...told.taken.topics] : [];
  for (const topic of topics) {
    if (taken.includes(topic.arn)) continue;
    try {
      await topic.publish(message);
    } catch (error) {
      await claim.release({ ...told, taken: { key, topics: taken } });
      throw error;
    }
    taken.push(topic.arn);
  }
  await claim.release(after);
  log.info('message sent', { id, topics: topics.length });
}
