import * as z from 'zod';
import { addressIn } from '../places/address.js';

/** Whether a text still waits for a setting of the deployment. */
export const isOpen = (text: string): boolean => text.includes('${');

/** A password before the host of an address. */
const PASSWORD = /^sftp:\/\/[^/@]*:[^/]*@/;

/** Where files lie. No password has a place in it; a text with settings in it is looked at once they are there. */
export const From = z
  .string()
  .superRefine((from, context) => {
    if (isOpen(from)) return;
    const address = addressIn(from);
    const message = PASSWORD.test(from)
      ? 'must not hold the password; write auth: { password: "secret:NAME" }'
      : address.ok
        ? undefined
        : address.fault.message;
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .describe('Where the files are: s3://, blob:// (Blob and ADLS Gen2), dlz://, sftp:// or gcs://.');
