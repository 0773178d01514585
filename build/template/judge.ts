import { ACCESS_RULES } from './access-rules.js';
import { DOOR_RULES } from './door-rules.js';
import { KEPT_RULES } from './kept-rules.js';
import type { Template } from './template.js';
import { WATCH_RULES } from './watch-rules.js';

/** Everything that our own rules have to say against a packaged template, in their words. */
export const judge = (template: Template): readonly string[] =>
  [...KEPT_RULES, ...ACCESS_RULES, ...DOOR_RULES, ...WATCH_RULES].flatMap((rule) => rule(template));
