import { DOOR_ROWS } from '../door/settings.js';
import { OTHER_ROWS } from './other-rows.js';
import { PIPELINE_ROWS } from './pipeline-rows.js';
import type { Row, Rows } from './row.js';

/** Every setting there is, by groups: the page of settings is written from this, `tributary doctor` judges by it. */
export const GROUPS: Readonly<Record<string, Rows>> = {
  'Records, state, kept messages': PIPELINE_ROWS,
  'The HTTP door': DOOR_ROWS,
  'Platforms and commands': OTHER_ROWS,
};

const ALL: Rows = { ...PIPELINE_ROWS, ...DOOR_ROWS, ...OTHER_ROWS };

/** The names of all settings. */
export const SETTING_NAMES: readonly string[] = Object.keys(ALL);

/** The setting of a name, if there is one. */
export const settingNamed = (name: string): Row | undefined =>
  Object.hasOwn(ALL, name) ? ALL[name] : undefined;

/** Whether what reads a setting does without it. */
export const isNeeded = ({ schema }: Row): boolean => !schema.safeParse(undefined).success;
