import type { BatchReport, Observer, Settlement } from '../../shared/core/ports.js';

/** Writes down how each message ended, as the pipeline tells its observers. */
export interface Recorder extends Observer {
  /** Reports of one message, oldest first: one for each time the stream delivered it. */
  of(id: string): readonly Settlement[];
  /** Sources that were named. */
  readonly sources: ReadonlySet<string>;
  /** Batches in which something was given back to the stream. */
  readonly heldBatches: number;
}

const isHeld = ({ settled }: Settlement): boolean => !settled;

/** An empty record. */
export function createRecorder(): Recorder {
  const reports = new Map<string, Settlement[]>();
  const sources = new Set<string>();
  let heldBatches = 0;
  return {
    sources,
    of: (id) => reports.get(id) ?? [],
    get heldBatches() {
      return heldBatches;
    },
    batch({ source, settlements }: BatchReport) {
      sources.add(source);
      if (settlements.some(isHeld)) heldBatches += 1;
      for (const settlement of settlements) {
        reports.set(settlement.id, [...(reports.get(settlement.id) ?? []), settlement]);
      }
    },
    delivery: () => undefined,
  };
}
