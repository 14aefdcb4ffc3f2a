// bench/harness/serve.ts: the child's side of a Worker.

export type Handlers = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Call {
  id: number;
  name: string;
  args: unknown[];
}
export type Reply = { id: number; value: unknown } | { id: number; error: string };

/** Answers calls until the parent is gone. */
export function serve(handlers: Handlers) {
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole process group; the parent decides when its children end.
  process.on('SIGINT', () => {});
  process.on('message', async (call: Call) => {
    const reply = await answer(handlers, call);
    if (process.connected) process.send?.(reply);
  });
}

async function answer(handlers: Handlers, { id, name, args }: Call): Promise<Reply> {
  try {
    const handler = handlers[name] as ((...args: unknown[]) => unknown) | undefined;
    if (!handler) throw new Error(`unknown call ${name}`);
    return { id, value: await handler(...args) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
