// functions/atlas/http/duration.ts spells a wait for a message.

/** Whole seconds, rounded up: '55 s'. */
export const durationText = (ms: number) => `${Math.ceil(ms / 1000)} s`;
