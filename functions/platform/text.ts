// functions/platform/text.ts: text made a sentence.

/** With a full stop, since lines may be joined to one where a message is shown. */
export const sentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

export const capitalized = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
