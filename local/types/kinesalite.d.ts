declare module 'kinesalite' {
  import type { Server } from 'node:http';

  interface KinesaliteOptions {
    /** Milliseconds a stream spends in CREATING, DELETING and UPDATING. */
    readonly createStreamMs?: number;
    readonly deleteStreamMs?: number;
    readonly updateStreamMs?: number;
    /** Most open shards of all streams together; 10 unless given. */
    readonly shardLimit?: number;
  }

  /** A server that answers the Kinesis API; it listens only when told to. */
  function kinesalite(options?: KinesaliteOptions): Server;
  export = kinesalite;
}
