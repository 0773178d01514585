declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** Milliseconds a table spends in CREATING, DELETING and UPDATING; 500 unless given. */
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  /** A server that answers the DynamoDB API from memory; it listens only when told to. */
  function dynalite(options?: DynaliteOptions): Server;
  export = dynalite;
}
