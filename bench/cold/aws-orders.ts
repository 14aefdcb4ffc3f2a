// bench/cold/aws-orders.ts is what the process that stands for AWS is told, and what it answers.

export type AwsOrders = {
  /** First, once. @param told what every secret holds @returns its URL */
  start: { told: { secret: string }; answer: string };
  /** Messages and events that it took, since the start. */
  taken: { told: null; answer: { messages: number; events: number; secretsRead: number } };
};
