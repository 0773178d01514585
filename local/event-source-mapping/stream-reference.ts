import { bad, ok, type Result } from '../../shared/core/fault.js';
import type { Path, ServerlessFile } from '../serverless-file.js';
import { isMembers } from '../serverless-variables.js';

/** The stream a mapping reads. */
export interface StreamReference {
  /** Its name in `resources`; a stream given by ARN has its own name here, as osls uses it. */
  readonly logicalId: string;
  readonly name: string;
  /** Shards to begin with. */
  readonly shards: number;
}

/** A new on-demand stream has four. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;
const STREAM_ARN = /^arn:[^:]+:kinesis:[^:]*:[^:]*:stream\/([^/]+)$/;

/** The logical id in `!GetAtt Events.Arn`, `!GetAtt [Events, Arn]` and their long forms. */
export function logicalIdOf(value: unknown): string | undefined {
  const got = isMembers(value) ? value['Fn::GetAtt'] : undefined;
  const [id, attribute] = typeof got === 'string' ? got.split('.') : Array.isArray(got) ? got : [];
  return typeof id === 'string' && attribute === 'Arn' ? id : undefined;
}

function declared(file: ServerlessFile, id: string): Result<StreamReference> {
  const at: Path = ['resources', 'Resources', id, 'Properties'];
  const name = file.at([...at, 'Name']);
  if (typeof name !== 'string' || name.includes('${')) {
    const why = `the stream ${id} needs a Name that can be read here: plain text, with \${sls:stage} at most`;
    return bad('config.missing-setting', `${file.place([...at, 'Name'])}: ${why}.`);
  }
  const mode = file.at([...at, 'StreamModeDetails', 'StreamMode']);
  const count = file.at([...at, 'ShardCount']);
  if (mode === 'ON_DEMAND') return ok({ logicalId: id, name, shards: ON_DEMAND_SHARDS });
  if (typeof count === 'number' && Number.isInteger(count) && count > 0) {
    return ok({ logicalId: id, name, shards: count });
  }
  const why = `the stream ${id} needs a ShardCount, or StreamModeDetails: { StreamMode: ON_DEMAND }`;
  return bad('config.missing-setting', `${file.place([...at, 'ShardCount'])}: ${why}.`);
}

/** Follows a stream event's `arn` to the stream's name and size. */
export function readStream(file: ServerlessFile, path: Path, arn: unknown): Result<StreamReference> {
  if (typeof arn === 'string') {
    const name = STREAM_ARN.exec(arn)?.[1];
    if (name !== undefined) return ok({ logicalId: name, name, shards: ON_DEMAND_SHARDS });
    return bad(
      'config.invalid',
      `${file.place(path)}: arn: expected the ARN of a Kinesis stream; found ${arn}.`,
    );
  }
  const id = logicalIdOf(arn);
  if (id === undefined) {
    return bad(
      'config.invalid',
      `${file.place(path)}: arn: expected !GetAtt <stream>.Arn or the ARN as text.`,
    );
  }
  const type = file.at(['resources', 'Resources', id, 'Type']);
  if (type === 'AWS::Kinesis::Stream') return declared(file, id);
  const text = `${file.place(path)}: arn: there is no AWS::Kinesis::Stream named ${id} under resources.Resources.`;
  return bad('config.unknown-name', text);
}
