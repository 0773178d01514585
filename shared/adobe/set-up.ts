import { checklist } from './checklist.js';
import type { AdobeFile, Deployment } from './deployment.js';
import { destinationSdkFiles } from './destination-sdk.js';
import { fileExportFiles } from './file-export.js';
import { httpApiFiles } from './http-api.js';
import { streamFiles } from './streams.js';

/** Everything that setting Adobe up against a deployment takes: the checklist, and the values and bodies it speaks of. */
export const setUpFiles = (deployment: Deployment): readonly AdobeFile[] => [
  { path: 'CHECKLIST.md', text: checklist(deployment) },
  ...httpApiFiles(deployment),
  ...destinationSdkFiles(deployment),
  ...streamFiles(deployment),
  ...fileExportFiles(),
];
