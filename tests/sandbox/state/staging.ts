/** What an application serves, by names that tell who wrote it last. */
export interface SiteContent {
  files: string;
  /** Content by table. */
  tables: Record<string, string>;
}

/** What only staging copies use. */
export interface StagingState {
  /** Visitors have to give a name and a password. */
  prompt: { enabled: boolean; username: string; password: string };
  /** Newest first. */
  log: { action: string; status: string; created_at: string }[];
  /** What a sync overwrote, where it was asked to keep that. */
  overwritten: SiteContent | null;
}
