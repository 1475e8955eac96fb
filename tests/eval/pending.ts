/** Tools that jobs need and that are not there yet. A tool leaves this list when it comes. */
export const PENDING: readonly string[] = [
  "create_app_user",
  "diagnose_app",
  "get_account_health",
  "get_weekly_report",
];
