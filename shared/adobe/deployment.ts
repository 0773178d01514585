import type { TargetFields } from '../door/target-fields.js';

/** The deployment that Adobe is to be set up against. */
export interface Deployment {
  /** Where its HTTP door can be reached, without a slash at the end. */
  readonly url: string;
  /** What of a person its rules read. */
  readonly fields: TargetFields;
  /** How Adobe proves itself: tokens that our own endpoint issues, or one token that is typed in. */
  readonly login: 'oauth2' | 'bearer';
  readonly kinesis: KinesisStream | undefined;
  readonly eventHub: EventHub | undefined;
}

/** The stream that Adobe writes to without our door. */
export interface KinesisStream {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
  /** ARN of the customer's KMS key that encrypts it; any key of the account, for this stream alone, unless said. */
  readonly key: string | undefined;
}

/** The event hub that Adobe writes to without our door. */
export interface EventHub {
  readonly namespace: string;
  readonly name: string;
}

/** One file of what is written: its path below the folder, and its text. */
export interface AdobeFile {
  readonly path: string;
  readonly text: string;
}

/** A file of JSON. */
export const jsonFile = (path: string, value: unknown): AdobeFile => ({
  path,
  text: `${JSON.stringify(value, null, 2)}\n`,
});

/** What stands where an id belongs that Adobe gives out when another file is sent. */
export const idOf = (file: string): string => `<instanceId of ${file}>`;
