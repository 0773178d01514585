/** One object as a listing shows it. */
export interface StoredObject {
  readonly name: string;
  /** When it was written last, epoch milliseconds. */
  readonly at: number;
}

/**
 * Bytes under names, in a bucket or a container. Writing a name again replaces it. Whatever goes wrong is thrown as
 * `park.unavailable`, after the tries that a moment's trouble is worth.
 */
export interface ObjectStore {
  /** As a setting names it. */
  readonly place: string;
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  /** Succeeds also when there is none. */
  remove(name: string): Promise<void>;
  /** Everything whose name begins so, in the order of names. */
  list(prefix: string): AsyncGenerator<StoredObject>;
}
