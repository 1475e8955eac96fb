/** A plugin or a theme, with its newest version. */
export interface ComponentState {
  slug: string;
  name: string;
  version: string;
  /** The same as `version` if there is no newer one. */
  newest: string;
}

/** Safe updates of an application. */
export interface UpdatesState {
  enabled: boolean;
  core: { version: string; newest: string };
  plugins: ComponentState[];
  themes: ComponentState[];
  /** A detection run has found the pending updates; before that no update is known. */
  detected: boolean;
  /** Slugs; empty lists mean everything. */
  selected: { core: "yes" | "no"; plugin: string[]; theme: string[] };
  /** 0 is Sunday. */
  day: number;
  /** 1 to 4, six hours each. */
  slot: number;
  notify: { email: string; before: boolean; success: boolean; failure: boolean };
  /** Newest first. */
  history: UpdateRunState[];
}

/** One run of updates. */
export interface UpdateRunState {
  id: number;
  message: string;
  core: "yes" | "no";
  themes: number;
  plugins: number;
  succeeded: boolean;
  onDemand: boolean;
  at: string;
}

/** The known vulnerabilities of an application. */
export interface VulnerableState {
  /** When the data were fetched, in milliseconds since the epoch; null before that. */
  fetchedAt: number | null;
  /** Slugs of components with vulnerabilities, each with their number; `wordpress` is the core. */
  holes: Record<string, number>;
}
