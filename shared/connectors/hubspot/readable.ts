import type * as z from 'zod';

/** Those items of a list that can be read; the others say nothing. */
export const readable = <T>(schema: z.ZodType<T>, items: readonly unknown[]): readonly T[] =>
  items.flatMap((item) => {
    const parsed = schema.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
