import rhea, { type EventContext, type Receiver, type Sender, type Session } from 'rhea';
import * as z from 'zod';

const Request = z.object({
  message_id: z.union([z.string(), z.number(), z.instanceof(Buffer)]).optional(),
  application_properties: z.record(z.string(), z.unknown()).default({}),
  body: z.unknown(),
});

/** A request message, as far as the nodes read it. */
export type Request = z.infer<typeof Request>;

/** What a node answers; the SDKs turn a status outside 200–299 into the error its condition names. */
export interface Reply {
  readonly status: number;
  readonly description: string;
  readonly condition?: string;
  /** AMQP types where it matters: `rhea.types.wrap_…`. */
  readonly body?: unknown;
}

/** A node that answers requests: `$cbs` or `$management`. */
export interface RequestNode {
  /** A client will send requests here. */
  openRequests(link: Receiver, address: string): void;
  /** A client wants its answers here. */
  openReplies(link: Sender, address: string): void;
  /** A request has come in. */
  handle(context: EventContext): void;
}

/**
 * Makes a node around a function. Answers leave on the reply link of the request's own session: that is how the
 * SDKs pair them, one session per node.
 */
export function requestNode(answer: (request: Request, context: EventContext) => Reply): RequestNode {
  const replyLinks = new WeakMap<Session, Sender>();
  return {
    openRequests: (link, address) => {
      link.set_source({ address: '' });
      link.set_target({ address });
    },
    openReplies: (link, address) => {
      link.set_source({ address });
      link.set_target({ address: link.target?.address ?? link.name });
      replyLinks.set(link.session, link);
    },
    handle: (context) => {
      const replies = context.session && replyLinks.get(context.session);
      context.delivery?.accept();
      const request = Request.safeParse(context.message);
      if (replies === undefined || !request.success) return;
      replies.send(message(request.data, answer(request.data, context)));
    },
  };
}

function message(request: Request, reply: Reply) {
  return {
    ...(request.message_id === undefined ? {} : { correlation_id: request.message_id }),
    application_properties: {
      'status-code': rhea.types.wrap_int(reply.status),
      'status-description': reply.description,
      ...(reply.condition === undefined ? {} : { 'error-condition': reply.condition }),
    },
    body: reply.body,
  };
}
