/** What a clean-up of a server's disk can remove. */
/** The parts of a clean-up, by Cloudways' names. */
export const CLEANUPS = [
  "remove_app_tmp",
  "remove_app_private_html",
  "rotate_system_log",
  "rotate_app_log",
  "remove_app_local_backup",
] as const;

/** One of {@linkcode CLEANUPS}. */
export type Cleanup = typeof CLEANUPS[number];

/** What each of them means for the applications of the server. */
export const CLEANED = {
  remove_app_tmp: "The tmp folder of every application on the server is emptied.",
  remove_app_private_html: "The private_html folder of every application on the server is emptied: data of its owner.",
  rotate_system_log: "The server's system logs are rotated: old lines may be gone.",
  rotate_app_log: "The logs of every application on the server are rotated: old lines may be gone.",
  remove_app_local_backup: "The local backups of every application on the server are deleted, with them the copy " +
    "that a restore can be rolled back to.",
} as const satisfies Record<Cleanup, string>;

/** What each of them is, for a model. */
export const CLEANUP_WORDS = {
  remove_app_tmp: "Empty the applications' tmp folders.",
  remove_app_private_html: "Empty the applications' private_html: user data.",
  rotate_system_log: "Rotate the system logs.",
  rotate_app_log: "Rotate the applications' logs.",
  remove_app_local_backup: "Delete the applications' local backups.",
} as const satisfies Record<Cleanup, string>;
