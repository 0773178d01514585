/** Every benchmark, in the order in which they run: what `--only` takes. */
export const NAMES = [
  'core',
  'scale',
  'peers',
  'end-to-end',
  'stores',
  'memory',
  'cost',
  'files',
  'door',
  'bundles',
] as const;
export type Name = (typeof NAMES)[number];

/**
 * Those that `bench:check` runs unless told: their ratios are of processor time alone, in many rounds, and take minutes. Files and
 * end-to-end have ratios too and are checked with `--only`: a round of end-to-end takes minutes, of which there are three, and whole files
 * come with the ratios of files.
 */
export const CHECKED: readonly Name[] = ['core', 'scale', 'peers'];

/** Those that measure what is locked in bench/peers. */
export const WITH_PEERS: readonly Name[] = ['peers', 'end-to-end', 'cost'];
