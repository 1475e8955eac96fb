/** The content of an application. Its names say who wrote it last. */
export interface SiteContent {
  files: string;
  /** Content by table. */
  tables: Record<string, string>;
}

/** State that only staging copies use. */
export interface StagingState {
  /** Visitors have to enter a name and a password. */
  prompt: { enabled: boolean; username: string; password: string };
  /** Newest first. */
  log: { action: string; status: string; created_at: string }[];
  /** The content that a sync overwrote, if the sync was to keep it. */
  overwritten: SiteContent | null;
}
