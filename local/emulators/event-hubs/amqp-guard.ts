import type { Connection } from 'rhea';

const GUARDED = ['on_disposition', 'on_flow', 'on_transfer', 'on_detach', 'on_end'] as const;

/** What rhea 3.0.5 hands to these methods (lib/frames.js), as far as it is read here. */
interface Frame {
  readonly channel: number;
  readonly performative: { readonly handle?: number | null };
}

/** What rhea 3.0.5 keeps per session (lib/session.js), which its typings leave out. */
interface SessionLinks {
  readonly remote: { readonly handles: Readonly<Record<number, unknown>> };
}

/** False when the frame is for a session or link that has just ended. */
function alive(connection: Connection, { channel, performative }: Frame): boolean {
  const sessions: Readonly<Record<number, SessionLinks | undefined>> = connection['remote_channel_map'];
  const handles = sessions[channel]?.remote.handles;
  return handles !== undefined && (performative.handle == null || performative.handle in handles);
}

/**
 * Makes a server connection ignore late frames. The SDK may settle a delivery on a session it has just ended; rhea
 * answers that with a ProtocolError and cuts the connection, and the client's `close()` then waits for ever.
 */
export function guardConnection(connection: Connection): void {
  for (const name of GUARDED) {
    const handle: (frame: Frame) => void = connection[name].bind(connection);
    connection[name] = (frame: Frame): void => {
      if (alive(connection, frame)) handle(frame);
    };
  }
}
