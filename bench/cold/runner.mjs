// bench/cold/runner.mjs: Lambda's runtime, for one event: loads a bundle, calls its handler and reports the answer.
import { readFileSync } from 'node:fs';

const { BUNDLE, EVENT } = process.env;
delete process.env.EVENT;
const { handler } = await import(BUNDLE);
const answer = await handler(JSON.parse(EVENT), { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 });
const { user, system } = process.cpuUsage();
// `maxRSS` is at least that of the process that started this one.
const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
const peakKb = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
const report = { answer: answer ?? null, numbers: { cpuMs: (user + system) / 1_000, rssMb: peakKb / 1_024 } };
process.stdout.write(`\nANSWER ${JSON.stringify(report)}\n`, () => process.exit());
