/** How much the door works on at once. */
export interface RoomLimits {
  /** Calls about exports. */
  readonly calls: number;
  /** Bytes of their bodies, unpacked. */
  readonly bytes: number;
}

/** A call that was let in. */
export interface Stay {
  /** Says how many bytes its body really has; false when there is no room for so many. */
  weigh(bytes: number): boolean;
  /** Gives its place back; further calls do nothing. */
  leave(): void;
}

/** What keeps calls that wait for a slow stream from filling the memory. */
export interface Room {
  /** Lets in a call with a body of so many bytes; undefined when there is no room. */
  enter(bytes: number): Stay | undefined;
}

/** A room for so much. A single call always fits, however long: other limits are about that. */
export function createRoom(limits: RoomLimits): Room {
  let calls = 0;
  let held = 0;
  return {
    enter(bytes) {
      if (calls >= limits.calls || (calls > 0 && held + bytes > limits.bytes)) return undefined;
      calls += 1;
      held += bytes;
      let mine = bytes;
      let inside = true;
      return {
        weigh(now) {
          if (calls > 1 && held - mine + now > limits.bytes) return false;
          held += now - mine;
          mine = now;
          return true;
        },
        leave() {
          if (!inside) return;
          inside = false;
          calls -= 1;
          held -= mine;
        },
      };
    },
  };
}
