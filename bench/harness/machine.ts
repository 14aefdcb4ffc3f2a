// bench/harness/machine.ts describes where something was measured.
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  cores: number;
  model: string;
  memoryGb: number;
  /** That ran what was measured. */
  node: string;
  platform: string;
  /** Processes that wanted a core in the last minute, our own included: far above `cores`, times mean little. */
  load: number;
  /** ISO 8601, the day. */
  date: string;
}

export const machine = (node: string, now = new Date()): Machine => ({
  cores: availableParallelism(),
  model: cpus()[0]?.model.trim() || 'unknown processor',
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node,
  platform: `${process.platform} ${process.arch}`,
  load: loadavg()[0] ?? 0,
  date: now.toISOString().slice(0, 10),
});

export const machineLine = ({ cores, model, memoryGb, node, platform, load, date }: Machine) =>
  `${date}, Node ${node}, ${platform}, ${cores} cores (${model}), ${memoryGb} GB of memory; load ${load.toFixed(1)} at the start.`;
