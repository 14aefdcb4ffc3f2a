// functions/atlas/http/duration.ts: a wait as text, for messages.

/** Whole seconds, rounded up: '55 s'. */
export const durationText = (ms: number) => `${Math.ceil(ms / 1000)} s`;
