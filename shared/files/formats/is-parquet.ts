/** Whether bytes begin with a text of one byte a character. */
export const startsLike = (head: Uint8Array, text: string): boolean =>
  Buffer.from(head.subarray(0, text.length)).toString('latin1') === text;

/** Whether bytes begin like Parquet, with its footer encrypted or not. */
export const isParquet = (head: Uint8Array): boolean => startsLike(head, 'PAR1') || startsLike(head, 'PARE');
