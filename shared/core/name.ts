import * as z from 'zod';

/** Names people give to audiences, connections and rules' parts. */
export const Name = z.string().min(1).max(200);
