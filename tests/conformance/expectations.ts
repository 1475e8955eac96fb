/** Expected results of the conformance suite's scenarios. Tests fail if this is out of date, in either direction. */
import type { Revision } from "./suite.ts";

const NO_TASKS = "the tasks extension is not offered";

/**
 * Scenarios beyond a revision's requirements that the transport does not pass, and why. It passes all requirements.
 */
export const NOT_REQUIRED: Record<Revision, Record<string, string>> = {
  "2025-11-25": {
    "server-session-lifecycle": "wants sessions that can be ended; ours are signed state that the client keeps",
    "server-sse-polling": "wants streams that can be resumed; the server stores no streams",
  },
  "2026-07-28": {
    "http-custom-header-server-validation": "looks for a tool with arguments in headers; there is none",
    "tasks-capability-negotiation": NO_TASKS,
    "tasks-dispatch-and-envelope": NO_TASKS,
    "tasks-lifecycle": NO_TASKS,
    "tasks-mrtr-composition": NO_TASKS,
    "tasks-mrtr-input": NO_TASKS,
    "tasks-request-headers": NO_TASKS,
    "tasks-request-state-removal": NO_TASKS,
    "tasks-required-task-error": NO_TASKS,
    "tasks-status-notifications": NO_TASKS,
    "tasks-wire-fields": NO_TASKS,
  },
};

/**
 * The scenarios that apply to any server, each with its checks that do not: those that need a tool, prompt or resource
 * of the suite. All other scenarios need these.
 */
export const FOR_ANY_SERVER: Record<Revision, Record<string, string[]>> = {
  "2025-11-25": {
    "dns-rebinding-protection": [],
    "ping": [],
    "prompts-list": [],
    "server-initialize": [],
    "server-sse-multiple-streams": [],
    "tools-list": [],
  },
  "2026-07-28": {
    "caching": [
      "sep-2549-resources-list-caching-hints",
      "sep-2549-resources-templates-list-caching-hints",
    ],
    "dns-rebinding-protection": [],
    "http-header-validation": [],
    "input-required-result-unsupported-methods": [],
    "input-required-result-validate-input": [],
    "prompts-list": [],
    "server-sse-multiple-streams": [],
    "server-stateless": [
      "sep-2575-server-rejects-undeclared-capability",
      "sep-2575-missing-capability-http-400",
      "sep-2575-http-server-no-independent-requests-on-stream",
      "sep-2575-server-no-log-without-loglevel",
    ],
    "tools-list": [],
  },
};
