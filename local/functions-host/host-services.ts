import type { Clock } from '../../shared/core/ports.js';
import type { HostSettings } from './host-json.js';
import type { HttpRoutes } from './http-routes.js';
import type { Settings } from './settings.js';

/** What the host lends every trigger. */
export interface HostServices extends HostSettings {
  readonly settings: Settings;
  /** Capabilities the app asked for in `app.setup`. */
  readonly capabilities: Readonly<Record<string, string>>;
  /** Where HTTP functions put themselves. */
  readonly routes: HttpRoutes;
  readonly blobConnectionString: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Told of every error nobody else handles: failed attempts, lost connections. */
  readonly report: (error: unknown) => void;
  /** Told of every attempt to run a function. */
  readonly invoked: () => void;
}
