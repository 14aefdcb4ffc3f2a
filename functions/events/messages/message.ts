// functions/events/messages/message.ts: a message as people get it, and the port to what carries it.

export interface Message {
  subject: string;
  /** Plain text. */
  text: string;
}

export interface Topic {
  /** Names it, also in what is stored. */
  readonly arn: string;
  /** @throws where it was not taken */
  publish(message: Message): Promise<void>;
}
