import { type AdobeFile, idOf, jsonFile } from './deployment.js';

const constant = (value: string) => ({ templatingStrategy: 'NONE', value });
const typed = (field: string) => ({ templatingStrategy: 'PEBBLE_V1', value: `{{customerData.${field}}}` });

/** Adobe's own example leaves the hour out of times; nothing here does. The escape is a backslash: Adobe's default. */
const fileConfigurations = {
  compression: constant('GZIP'),
  fileType: constant('csv'),
  csvOptions: {
    quote: constant('"'),
    quoteAll: constant('false'),
    escape: constant('\\'),
    escapeQuotes: constant('true'),
    header: constant('true'),
    ignoreLeadingWhiteSpace: constant('true'),
    ignoreTrailingWhiteSpace: constant('true'),
    nullValue: constant(''),
    dateFormat: constant('yyyy-MM-dd'),
    timestampFormat: constant("yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"),
    charToEscapeQuoteEscaping: constant('\\'),
    emptyValue: constant('""'),
  },
  maxFileRowCount: 5_000_000,
};

/**
 * Date and time and the audience's id are always part of the name: without the one an export overwrites the last, without
 * the other nobody knows which audience a file is about.
 */
const batchConfig = {
  allowMandatoryFieldSelection: true,
  allowDedupeKeyFieldSelection: true,
  defaultExportMode: 'FIRST_FULL_THEN_INCREMENTAL',
  allowedExportMode: ['DAILY_FULL_EXPORT', 'FIRST_FULL_THEN_INCREMENTAL'],
  allowedScheduleFrequency: [
    'DAILY',
    'EVERY_3_HOURS',
    'EVERY_6_HOURS',
    'EVERY_8_HOURS',
    'EVERY_12_HOURS',
    'ONCE',
  ],
  defaultFrequency: 'EVERY_3_HOURS',
  defaultStartTime: '00:00',
  filenameConfig: {
    allowedFilenameAppendOptions: ['SANDBOX_NAME', 'DATETIME'],
    defaultFilenameAppendOptions: ['DATETIME'],
    defaultFilename: '%DESTINATION%_%SEGMENT_ID%',
  },
};

const SERVERS = {
  s3: {
    name: 'tributary files in S3',
    destinationServerType: 'FILE_BASED_S3',
    fileBasedS3Destination: { bucket: typed('bucket'), path: typed('path') },
  },
  'azure-blob': {
    name: 'tributary files in Azure Blob',
    destinationServerType: 'FILE_BASED_AZURE_BLOB',
    fileBasedAzureBlobDestination: { path: typed('path'), container: typed('container') },
  },
} as const;

const AUTHENTICATION = { s3: 'S3', 'azure-blob': 'AZURE_CONNECTION_STRING' } as const;

const FIELDS = { s3: ['bucket', 'path'], 'azure-blob': ['container', 'path'] } as const;

type Kind = keyof typeof SERVERS;

const destination = (kind: Kind) => ({
  name: `tributary files (${kind})`,
  description: 'Files of audience changes for the systems that tributary keeps up to date.',
  status: 'TEST',
  customerAuthenticationConfigurations: [{ authType: AUTHENTICATION[kind] }],
  customerDataFields: FIELDS[kind].map((name) => ({ name, title: name, type: 'string', isRequired: true })),
  uiAttributes: { category: 'crm', connectionType: 'Server-to-server', frequency: 'Batch' },
  identityNamespaces: { crmid: { acceptsAttributes: true, acceptsCustomNamespaces: true } },
  schemaConfig: { profileRequired: true, segmentRequired: true, identityRequired: true },
  batchConfig,
  destinationDelivery: [
    {
      authenticationRule: 'CUSTOMER_AUTHENTICATION',
      destinationServerId: idOf(`files/1-server-${kind}.json`),
    },
  ],
});

/**
 * The authoring bodies of a destination that writes files into the customer's own storage, for S3 and for Azure Blob.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/destination-sdk/functionality/destination-configuration/batch-configuration.html
 */
export const fileExportFiles = (): readonly AdobeFile[] =>
  (['s3', 'azure-blob'] as const).flatMap((kind) => [
    jsonFile(`files/1-server-${kind}.json`, { ...SERVERS[kind], fileConfigurations }),
    jsonFile(`files/2-destination-${kind}.json`, destination(kind)),
  ]);
