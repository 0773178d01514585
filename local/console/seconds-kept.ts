/** Seconds that are kept for the charts: ten minutes. */
export const KEPT_SECONDS = 600;
