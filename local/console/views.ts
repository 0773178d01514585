import type { EndingName, Json } from '../../shared/core/ports.js';
import type { Operation } from '../../shared/core/remote.js';
import type { Change } from '../../shared/dry-run/changes.js';
import type { AudienceReason, Reasons } from '../../shared/dry-run/reasons.js';
import type { Row } from './told.js';

/** One change, and what asked for it. */
export interface ActionView {
  readonly connection: string;
  readonly operation: Operation;
  readonly object: string;
  readonly list: string | undefined;
  readonly key: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, Json>>;
  readonly causes: readonly string[];
}

/** One change that was sent, and the target's word for it. */
export interface DeliveryView extends ActionView {
  readonly answer: string;
  readonly code: string | undefined;
  readonly text: string | undefined;
}

/** One attempt at a record; times are epoch milliseconds. */
export interface TryView {
  readonly at: number;
  readonly ending: EndingName;
  readonly code: string | undefined;
  readonly text: string | undefined;
  readonly replayed: boolean;
}

/** Text of a body, cut where it is too long to be read. */
export interface BodyView {
  readonly text: string;
  readonly cut: boolean;
}

/** A record's whole story. `story` is false for one that is kept in a line only. */
export interface RecordView {
  readonly row: Row;
  readonly story: boolean;
  readonly body: BodyView | undefined;
  readonly tries: readonly TryView[];
  readonly deliveries: readonly DeliveryView[];
  readonly reasons: Reasons | undefined;
}

/** One value known of a person. */
export interface ValueView {
  readonly path: string;
  readonly value: Json;
  readonly at: number;
}

/** A row of a target that was written for a person, as far as this run has seen. */
export interface TargetView {
  readonly target: string;
  readonly fields: readonly {
    readonly name: string;
    readonly value: Json;
    readonly at: number | undefined;
    readonly causes: readonly string[];
    /** The row of the record that brought it. */
    readonly n: number;
  }[];
}

/** One thing that is written down of a row or of the person: what was done or not, and why. */
export interface WhyView {
  /** The row, as `connection/object key`; the person, where no row was touched. */
  readonly place: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly times: number;
  readonly causes: readonly string[];
  /** Names of the fields that were sent; those first that the target held otherwise. */
  readonly fields: readonly { readonly name: string; readonly rule: string; readonly changed: boolean }[];
  readonly answer: string;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  readonly message: string | undefined;
  /** The row of the newest record that is meant, while it is kept. */
  readonly n: number | undefined;
}

/** What is known of a person, and what was done for them. */
export interface PersonView {
  readonly id: string;
  readonly known: boolean;
  readonly standing: readonly AudienceReason[];
  readonly values: readonly ValueView[];
  readonly targets: readonly TargetView[];
  readonly aliases: number;
  /** Newest first. */
  readonly why: readonly WhyView[];
  /** Newest first. */
  readonly rows: readonly Row[];
  readonly more: boolean;
}

/** One parked message or dead letter. */
export interface KeptView {
  readonly ref: string;
  readonly place: 'parked' | 'letters';
  readonly code: string;
  readonly text: string;
  readonly remote:
    | { readonly connection: string; readonly code: string; readonly text: string; readonly field?: string }
    | undefined;
  /** What may have been done already, each in words. */
  readonly doubts: readonly string[];
  /** What else of the record was not done, in words. */
  readonly beside: string | undefined;
  readonly source: string;
  readonly id: string;
  readonly record: number | undefined;
  readonly person: string | undefined;
  readonly at: number;
  readonly attempts: number;
  readonly body: BodyView | undefined;
}

/** What is kept, newest first, cut where there are very many. */
export interface KeptList {
  readonly parked: number;
  readonly letters: number;
  readonly items: readonly KeptView[];
}

/** What came of a replay. */
export interface ReplayView {
  readonly replayed: number;
  readonly left: number;
  readonly unreadable: number;
  readonly endings: Readonly<Partial<Record<EndingName, number>>>;
  readonly stopped: string | undefined;
}

/** What the demo CRM is told to do wrong. */
export interface CrmView {
  readonly latencyMs: number;
  /** In words. */
  readonly misbehaviours: readonly string[];
}

/** An event to begin with. */
export interface ExampleView {
  readonly title: string;
  readonly why: string;
  readonly body: string;
}

/** Who the person of a played event is taken to be. */
export const BEFORE = ['nobody', 'now', 'earlier'] as const;
export type Before = (typeof BEFORE)[number];

/** What is to be played: `earlier` needs the row of the record that is meant. */
export interface PlayAsk {
  readonly event: string;
  readonly rules: string;
  readonly before: Before;
  readonly n?: number | undefined;
}

/** One thing that is wrong with the rules. */
export interface FindingView {
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
}

/** What one record of a played event comes to. */
export interface PlayedView {
  readonly person: string | undefined;
  readonly ending: EndingName;
  readonly code: string | undefined;
  readonly text: string | undefined;
  readonly reasons: Reasons | undefined;
  readonly actions: readonly ActionView[];
  /** How the running rules end it, and what the two do differently. */
  readonly running: EndingName;
  readonly changes: readonly Change[];
}

/** What playing came to. With findings there are no records. */
export interface PlayView {
  readonly findings: readonly FindingView[];
  readonly records: readonly PlayedView[];
  /** Whether there are more records than are played. */
  readonly more: boolean;
}
