import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { ConnectionConfig } from '../../shared/connectors/registry.js';
import type { CompiledRules } from '../../shared/core/compiled.js';
import type { StateStore } from '../../shared/core/ports.js';
import type { PipelineDeps } from '../../shared/pipeline/run.js';
import type { Random } from '../demo/seeded-random.js';
import type { Books } from './books.js';
import type { Climate } from './climate.js';
import type { ModelCrm } from './crm.js';
import type { Desk } from './desk.js';
import type { Doubts } from './doubts.js';
import type { Faults } from './faults.js';
import type { Cloud } from './host.js';
import type { ModelQueue } from './model-queue.js';
import type { Repeats } from './repeats.js';
import type { Scenario } from './scenario.js';
import type { Story } from './story.js';
import type { Entity } from './table-port.js';
import type { Timeline } from './timeline.js';

/** A wrong pipeline, made of the right one by changing what it is given: the proof must find it out. */
export type Mutation = (deps: PipelineDeps) => PipelineDeps;

/** Where a cloud keeps what waits and what failed for good. */
export interface CloudPlaces {
  readonly queue: ModelQueue;
  readonly objects: Map<string, Uint8Array>;
}

/** Everything that is not a process, shared by all of them. */
export interface World {
  readonly scenario: Scenario;
  readonly climate: Climate;
  readonly timeline: Timeline;
  /** Chance of everything that takes time or is picked. */
  readonly waits: Random;
  readonly faults: Faults;
  readonly story: Story;
  readonly rules: CompiledRules;
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
  readonly crm: ModelCrm;
  readonly desk: Desk;
  /** What the one state store holds, whichever it is: of memory, of DynamoDB, of Azure Table. */
  readonly memory: StateStore;
  readonly items: Map<string, NonNullable<PutItemCommandInput['Item']>>;
  readonly entities: Map<string, Entity>;
  readonly clouds: Readonly<Record<Cloud, CloudPlaces>>;
  readonly books: Books;
  readonly repeats: Repeats;
  readonly doubts: Doubts;
  /** Until when something is down, or a row is locked, by name. */
  readonly outages: Map<string, number>;
  readonly locks: Map<string, number>;
  /** Rows that are refused for good, alone or with all of their request, by key. */
  readonly poison: ReadonlyMap<string, 'row' | 'batch'>;
  readonly mutate: Mutation;
  /** Gives every run, process and so on a number. */
  readonly next: () => number;
}
