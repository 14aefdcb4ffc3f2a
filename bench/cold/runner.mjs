// bench/cold/runner.mjs does what Lambda's runtime does: it loads a bundle and gives its handler one event. It says when it has the
// answer, and ends.
import { readFileSync } from 'node:fs';

const { BUNDLE, EVENT } = process.env;
delete process.env.EVENT;
const { handler } = await import(BUNDLE);
const answer = await handler(JSON.parse(EVENT), { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 });
const { user, system } = process.cpuUsage();
// VmHWM, where there is one: `maxRSS` is at least that of the process that started this one.
const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
const peakKb = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
const told = { answer: answer ?? null, cpuMs: (user + system) / 1_000, rssMb: peakKb / 1_024 };
process.stdout.write(`\nANSWER ${JSON.stringify(told)}\n`, () => process.exit());
