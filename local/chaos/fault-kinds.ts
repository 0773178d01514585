/** Everything that can go wrong, and how often at an opportunity in ordinary bad weather. */
export const FAULT_ODDS = {
  /** Status answers; nothing is written. */
  'crm.429': 0.02,
  'crm.500': 0.01,
  'crm.503': 0.01,
  /** 503 to everything for a while. */
  'crm.outage': 0.003,
  /** 403: the requests of the day are used up. */
  'crm.quota': 0.003,
  'crm.unreachable': 0.01,
  /** No answer in time: nothing was written, or everything. */
  'crm.timeout-before': 0.01,
  'crm.timeout-after': 0.01,
  /** Written, and then the connection breaks, the answer is cut, has a row too few, or is a gateway's page. */
  'crm.reset-after': 0.01,
  'crm.cut-answer': 0.005,
  'crm.short-answer': 0.005,
  'crm.gateway-page': 0.005,
  /** Answers take up to 25 seconds longer. */
  'crm.slow': 0.02,
  /** One row is locked for a while, by another transaction. */
  'crm.row-lock': 0.03,
  /** 400 for the whole request though each half of it is fine. */
  'crm.whole-refusal': 0.01,
  /** A row that is refused for good, alone or with the whole request it is in. Chosen per run, for its whole length. */
  'crm.poison-row': 0.5,
  'crm.poison-batch': 0.5,
  /** The session ends; the login fails, or takes too long. */
  'token.expired': 0.02,
  'token.500': 0.1,
  'token.timeout': 0.05,
  'store.read-down': 0.008,
  'store.write-down': 0.008,
  /** Slow down; a part of the keys is given back unread. */
  'store.throttled': 0.02,
  'store.unprocessed': 0.02,
  /** Written, and then no answer. */
  'store.answer-lost': 0.008,
  /** Fails everything for a while: throttled past all patience. */
  'store.outage': 0.001,
  /** Of a batch of persons one has a conflict nobody can explain, or is refused. */
  'store.conflict': 0.01,
  'store.refused': 0.005,
  'queue.down': 0.1,
  'queue.answer-lost': 0.05,
  'queue.outage': 0.03,
  /** One parked record is handed to two consumers. */
  'queue.duplicate': 0.03,
  'letters.down': 0.1,
  'letters.answer-lost': 0.05,
  /** The process dies at a step: before it took effect, or after. */
  'crash.before': 0.004,
  'crash.after': 0.004,
  /** The process is killed between two steps. */
  'crash.between': 0.01,
  /** The process dies between its last step and its answer to the source. */
  'source.answer-lost': 0.01,
  /** The source stops waiting and delivers again while the first delivery is still worked on. */
  'source.ghost': 0.01,
  /** A partition is given to another consumer while the first one works on its batch. */
  'source.rebalance': 0.02,
  /** A checkpoint is not written; the next owner begins further back. */
  'source.checkpoint-lost': 0.03,
} as const;

/** One kind of trouble. */
export type FaultKind = keyof typeof FAULT_ODDS;

// Its own keys, which are the closed list.
/** Every kind of trouble, once. */
export const FAULT_KINDS = Object.keys(FAULT_ODDS) as FaultKind[];
