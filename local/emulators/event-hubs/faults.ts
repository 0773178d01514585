/**
 * What can be made to happen to a send: `busy` rejects it with server-busy, `stall` never answers it, `drop` cuts
 * the connection before anything is stored, `drop-after-append` cuts it after storing but before the answer.
 */
export type SendFault = 'busy' | 'stall' | 'drop' | 'drop-after-append';

/** The faults a test may order. */
export interface EventHubsFaults {
  /** The next `times` sends (1 unless given) meet this fault, after those already ordered. */
  sends(fault: SendFault, times?: number): void;
  /** Readers get nothing more, while sends go on. */
  holdDeliveries(): void;
  /** Readers get what has been held back, and all that follows. */
  releaseDeliveries(): void;
  /** Forgets all that was ordered. */
  clear(): void;
}

/** The side of the faults that the emulator itself consults. */
export interface FaultPlan extends EventHubsFaults {
  takeSend(): SendFault | undefined;
  readonly held: boolean;
}

/** Makes a plan without faults; `released` is called when deliveries may go on. */
export function faultPlan(released: () => void): FaultPlan {
  const ordered: SendFault[] = [];
  let held = false;
  const releaseDeliveries = (): void => {
    held = false;
    released();
  };
  return {
    sends: (fault, times = 1) => {
      for (let i = 0; i < times; i++) ordered.push(fault);
    },
    holdDeliveries: () => {
      held = true;
    },
    releaseDeliveries,
    clear: () => {
      ordered.length = 0;
      releaseDeliveries();
    },
    takeSend: () => ordered.shift(),
    get held() {
      return held;
    },
  };
}
