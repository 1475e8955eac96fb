/** What can keep a caller from being served, as metrics and the log name it. */
export const LIMITS = [
  // The customer's own token bucket.
  "bucket",
  // Too many wrong credentials came, and too many new ones wait already.
  "sign_in",
  // Cloudways asked this customer to wait with this operation.
  "upstream_pause",
  // Cloudways answers nobody.
  "breaker",
  // Cloudways does not answer this customer.
  "own_breaker",
  // Too many questions are open in clients.
  "relay",
  // Too many questions are open on pages.
  "approvals",
  // Too many addresses of pages were tried that don't exist.
  "approval_page",
  // The process has no place left.
  "load",
  // The customer has its share of the places.
  "load_customer",
  // Callers that Cloudways has not accepted have their share of the places.
  "load_strangers",
  // Too much of requests' bodies is under way.
  "bodies",
] as const;

/** One of {@linkcode LIMITS}. */
export type Limit = typeof LIMITS[number];
