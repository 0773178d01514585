import {
  type AdobeFile,
  type Deployment,
  type EventHub,
  jsonFile,
  type KinesisStream,
} from './deployment.js';

/**
 * What Adobe may do, and no more. Adobe lists the streams of the account when a connection is made, which IAM cannot
 * limit to one stream.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/catalog/cloud-storage/amazon-kinesis.html
 * Who writes to a stream that a key of ours encrypts needs a data key, and Kinesis says for which stream it asks:
 * https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
 */
function kinesisPolicy({ partition, region, account, name, key }: KinesisStream) {
  const stream = `arn:${partition}:kinesis:${region}:${account}:stream/${name}`;
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'AdobeListsStreams', Effect: 'Allow', Action: 'kinesis:ListStreams', Resource: '*' },
      {
        Sid: 'AdobeWritesExports',
        Effect: 'Allow',
        Action: ['kinesis:PutRecord', 'kinesis:PutRecords'],
        Resource: stream,
      },
      {
        Sid: 'AdobeEncryptsExports',
        Effect: 'Allow',
        Action: 'kms:GenerateDataKey',
        Resource: key ?? `arn:${partition}:kms:${region}:${account}:key/*`,
        Condition: { StringEquals: { 'kms:EncryptionContext:aws:kinesis:arn': stream } },
      },
    ],
  };
}

const kinesisFields = ({ region, name }: KinesisStream) => ({
  authentication: {
    'Amazon Web Services access key': '<access key id of a user with policy.json>',
    'secret key': '<its secret access key>',
    region,
  },
  details: {
    Name: 'tributary',
    Description: 'Audience changes for the systems that tributary keeps up to date',
    stream: name,
    'Include Segment Names': true,
    'Include Segment Timestamps': true,
  },
});

const eventHubFields = ({ namespace, name }: EventHub) => ({
  authentication: {
    'SAS Key Name': 'adobe-exports',
    'SAS Key': '<primary key of that rule>',
    Namespace: namespace,
  },
  details: {
    Name: 'tributary',
    Description: 'Audience changes for the systems that tributary keeps up to date',
    eventHubName: name,
    'Include Segment Names': true,
    'Include Segment Timestamps': true,
  },
});

/**
 * Adobe's page asks for a key that may manage, because a connection lists the hubs: such a key opens everything in its
 * namespace, so that must hold nothing else. Where the connection asks for the name of the hub, a key that sends is tried
 * first. tributary itself needs no key: roles do.
 */
const eventHubCommands = ({ namespace, name }: EventHub) => `#!/bin/sh
# Least privilege for Adobe and for tributary on one event hub. Set these two first:
#   RESOURCE_GROUP  the group that holds the namespace ${namespace}
#   PRINCIPAL       object id of the function app's managed identity
set -eu
: "\${RESOURCE_GROUP:?set it to the resource group of the namespace}"
: "\${PRINCIPAL:?set it to the object id of the managed identity}"

# 1. Where Adobe asks for the name of the hub (account type SAS): a key that sends to this hub.
az eventhubs eventhub authorization-rule create --resource-group "$RESOURCE_GROUP" \\
  --namespace-name ${namespace} --eventhub-name ${name} --name adobe-exports --rights Send

# 2. Where it does not: Adobe lists the hubs of the namespace and so wants a key that manages it. Only then:
# az eventhubs namespace authorization-rule create --resource-group "$RESOURCE_GROUP" \\
#   --namespace-name ${namespace} --name adobe-exports --rights Manage Send Listen

# 3. tributary reads the hub by role, without a key; its HTTP door also sends to it.
SCOPE=$(az eventhubs eventhub show --resource-group "$RESOURCE_GROUP" \\
  --namespace-name ${namespace} --name ${name} --query id --output tsv)
az role assignment create --assignee "$PRINCIPAL" --scope "$SCOPE" --role "Azure Event Hubs Data Receiver"
az role assignment create --assignee "$PRINCIPAL" --scope "$SCOPE" --role "Azure Event Hubs Data Sender"
`;

/** The values and rights for the streams that are named; nothing for one that is not. */
export const streamFiles = ({ kinesis, eventHub }: Deployment): readonly AdobeFile[] => [
  ...(kinesis
    ? [
        jsonFile('kinesis/fields.json', kinesisFields(kinesis)),
        jsonFile('kinesis/policy.json', kinesisPolicy(kinesis)),
      ]
    : []),
  ...(eventHub
    ? [
        jsonFile('event-hubs/fields.json', eventHubFields(eventHub)),
        { path: 'event-hubs/rights.sh', text: eventHubCommands(eventHub) },
      ]
    : []),
];
