// bench/big/questions.ts: the five questions that people come with: what they click, what they type, and what an answer says.
import { clusterNameOf, jobIdOf, type Load } from '../dynamo/made-jobs.ts';

/** What somebody does on a page. A search, with Enter, is one of them. */
export type Click =
  | { link: string }
  /** The number of the overview with this title. */
  | { fact: string }
  | { search: string };

export interface Question {
  name: string;
  /** From home: at most two. */
  clicks: readonly [Click] | readonly [Click, Click];
  /** What the last page says, without its markup. */
  page: RegExp;
  argv: readonly string[];
  /** What the command prints. */
  output: RegExp;
  /** At most, whatever the size of the ledger: of all pages together, and of the command. */
  reads: { page: Reads; command: Reads };
}

interface Reads {
  requests: number;
  items: number;
}

/** Home reads its 30 days, names, coverage and the newest restores. */
const HOME: Reads = { requests: 60, items: 3_000 };
const withHome = ({ requests, items }: Reads): Reads => ({
  requests: HOME.requests + requests,
  items: HOME.items + items,
});

/** @param load of the ledger that is asked, whose projects stand for production too */
export function questionsOf(load: Load): Question[] {
  // Of which no other name is a part.
  const cluster = clusterNameOf(Math.min(777, load.clusters - 1));
  const job = jobIdOf(3, load);
  return [
    {
      name: 'who restored production data elsewhere last month',
      clicks: [{ link: 'Exits' }, { link: 'Last month' }],
      page: /From where to where, and by whom .*team-0 team-1 .*benchkey \d+ strong/,
      argv: ['jobs', '--source', 'team-0/*', '--destination', 'elsewhere', '--period', 'last-month'],
      output: /benchkey[\s\S]*team-0[\s\S]*team-1|team-0[\s\S]*team-1[\s\S]*benchkey/,
      // The twelve months first, of which the newest 10,000, then the one.
      reads: { page: withHome({ requests: 260, items: 24_000 }), command: { requests: 40, items: 6_000 } },
    },
    {
      name: 'which clusters lack a proven drill',
      clicks: [{ fact: 'Drills overdue' }],
      page: /\d+ clusters? lacks? a proven drill/,
      argv: ['drills', '--unproven'],
      output: /\d+ clusters?: /,
      reads: { page: withHome({ requests: 130, items: 9_000 }), command: { requests: 130, items: 5_000 } },
    },
    {
      name: 'is anything not being read',
      clicks: [{ fact: 'Need attention' }],
      page: /Nothing needs attention|Needs attention/,
      argv: ['coverage'],
      output: /clusters?/,
      reads: { page: withHome({ requests: 130, items: 9_000 }), command: { requests: 130, items: 5_000 } },
    },
    {
      name: 'how long do restores of a cluster take, as a trend',
      clicks: [{ search: cluster }],
      page: /Of \d+ completed restores: median /,
      argv: ['summary', '--cluster', cluster, '--group-by', 'month', '--period', '365d'],
      output: /^month .* median +p95 +longest\n\d{4}-\d{2} /,
      reads: { page: withHome({ requests: 400, items: 13_000 }), command: { requests: 120, items: 5_000 } },
    },
    {
      name: 'what happened to a job',
      clicks: [{ search: job }],
      page: new RegExp(`Restore of .*${job}.*History`),
      argv: ['job', job],
      output: new RegExp(job),
      reads: { page: withHome({ requests: 20, items: 50 }), command: { requests: 10, items: 50 } },
    },
  ];
}
