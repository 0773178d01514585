import * as z from 'zod';

/** A time, epoch milliseconds. JSON has no word for NaN or the infinite; a message is readable all the same. */
export const Time = z.number().catch(0);
const Count = z.number().optional().catch(undefined);
/** Absent stays absent. */
const Yes = z.literal(true).optional();
const Remote = z.object({
  connection: z.string(),
  code: z.string(),
  text: z.string(),
  field: z.string().optional(),
});

const FaultText = z.object({ code: z.string(), text: z.string() });

/** As `Doubt` of the core has it. */
const Doubt = z.object({
  connection: z.string(),
  object: z.string(),
  target: z.string(),
  causes: z.array(z.string()).optional(),
  overtaken: Yes,
});

const Decided = z.record(z.string(), z.boolean()).optional();

/** As `Owed` of the core has it. */
const Edge = z.union([
  z.object({
    audience: z.string(),
    change: z.enum(['entered', 'left', 'stayed']),
    at: Time,
    first: Yes,
    backfill: Yes,
    seen: Time.optional(),
    overtaken: Yes,
    decided: Decided,
  }),
  z.object({ path: z.string(), change: z.literal('changed'), at: Time, decided: Decided }),
]);

/** The head of a kept message, as JSON. A version that does not know a member leaves it out. */
export const Head = z.object({
  message: z.object({
    id: z.string(),
    at: Time,
    source: z.string(),
    record: Count,
    attempts: Count,
    firstSeen: Count,
  }),
  body: z.enum(['bytes', 'json', 'none']),
  fault: FaultText,
  record: Count,
  remote: Remote.optional(),
  doubts: z.array(Doubt).optional(),
  beside: z.object({ fault: FaultText, remote: Remote.optional() }).optional(),
  requestId: z.string().optional(),
  at: Time,
  afterMs: Count,
  attempts: Count,
  firstSeen: Count,
  person: z.string().optional(),
  owed: z.array(Edge).optional(),
  due: Count,
});
export type Head = z.infer<typeof Head>;
