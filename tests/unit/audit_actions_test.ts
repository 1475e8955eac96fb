import assert from "node:assert/strict";
import type { AuditCallRecord } from "../../src/audit/record.ts";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { allTools } from "../../src/tools/all.ts";
import { toActions } from "../../src/tools/basic/audit_actions.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const ARGS = { server_id: 1 };

const catalogue = new Catalogue(allTools);

/** `event outcome [approval]`, and what differs. Records are a minute apart. */
type RecordSketch = [story: string, more?: Partial<AuditCallRecord>];

function recordsOf(records: readonly RecordSketch[]): AuditCallRecord[] {
  const oldestFirst = records.map(([story, more], index): AuditCallRecord => {
    const [event = "", outcome, approval] = story.split(" ");
    return {
      number: index + 1,
      time: new Date(NOW - (records.length - index) * 60_000).toISOString(),
      event: eventOf(event),
      tool: "stop_server",
      arguments: ARGS,
      target: { server: { id: 1 } },
      approval: approval === "page" || approval === "elicitation" || approval === "not_needed" ? approval : null,
      outcome: outcome === undefined || outcome === "-" ? null : outcome,
      operation_id: null,
      request_id: "r",
      client: undefined,
      ...more,
    };
  });
  return oldestFirst.reverse();
}

function eventOf(word: string): AuditCallRecord["event"] {
  const event = ([
    "intent",
    "outcome",
    "asked",
    "decided",
    "revealed",
    "connected",
    "disconnected",
    "refused",
  ] as const).find((known) => known === word);
  assert.ok(event !== undefined, word);
  return event;
}

const PAGE = "refused confirmation_required";
const DECLINED = "refused confirmation_declined";

/** What was recorded, oldest first, and the actions, newest first. */
const ROWS: readonly { name: string; records: RecordSketch[]; actions: string[] }[] = [
  {
    name: "a change without a question",
    records: [["intent - not_needed"], ["outcome ok not_needed"]],
    actions: ["done ok not_needed"],
  },
  {
    name: "one that fails",
    records: [["intent - not_needed"], ["outcome upstream_busy not_needed"]],
    actions: ["failed upstream_busy not_needed"],
  },
  { name: "one that is running", records: [["intent - not_needed"]], actions: ["waiting running not_needed"] },
  {
    name: "one without a known end",
    records: [["intent - not_needed", { time: "2026-11-20T11:00:00Z" }]],
    actions: ["failed unknown not_needed"],
  },
  {
    name: "a secret that was opened, beside the call that made it",
    records: [
      ["asked"],
      ["intent - elicitation"],
      ["outcome ok elicitation"],
      ["revealed wrong_code", { request_id: "p" }],
      ["revealed ok", { request_id: "q" }],
    ],
    actions: ["done revealed -", "failed wrong_code -", "done ok form"],
  },
  {
    name: "connections that were made and ended, each by itself",
    records: [
      ["connected ok page", { tool: "sign_in" }],
      ["connected ok page", { tool: "sign_in" }],
      ["disconnected refresh_token_reused", { tool: "sign_out" }],
    ],
    actions: ["done refresh_token_reused -", "done connected page", "done connected page"],
  },
  { name: "a question in a form", records: [["asked"]], actions: ["waiting asked form"] },
  {
    name: "a yes in a form",
    records: [["asked"], ["intent - elicitation", { request_id: "s" }], ["outcome ok elicitation", {
      request_id: "s",
    }]],
    actions: ["done ok form"],
  },
  {
    name: "a yes on the page to a call whose target names more than the page",
    records: [
      [PAGE, { target: { account: true, also: { member: "Jane" } } }],
      ["decided approved page", { target: { account: true } }],
      ["intent - page", { target: { account: true, also: { member: "Jane" } } }],
      ["outcome ok page", { target: { account: true, also: { member: "Jane" } } }],
    ],
    actions: ["done ok page"],
  },
  {
    name: "a call that is made again and waits longer",
    records: [["asked", { arguments: { ...ARGS, wait_seconds: 0 } }], ["intent - elicitation", {
      arguments: { ...ARGS, wait_seconds: 60 },
    }]],
    actions: ["waiting running form"],
  },
  {
    name: "a call with another content",
    records: [["asked", { arguments: { ...ARGS, service: "nginx" } }], ["intent - elicitation", {
      arguments: { ...ARGS, service: "mysql" },
    }]],
    actions: ["waiting running form", "waiting asked form"],
  },
  { name: "a no in a form", records: [["asked"], [DECLINED]], actions: ["denied confirmation_declined form"] },
  {
    name: "a no that is remembered",
    records: [["asked"], [DECLINED], [DECLINED, { count: 4, arguments: null }]],
    actions: ["denied confirmation_declined form 4"],
  },
  { name: "a question on the page", records: [[PAGE], ["refused approval_pending"]], actions: ["waiting asked page"] },
  {
    name: "a yes on the page that was not used",
    records: [[PAGE], ["decided approved page"]],
    actions: ["waiting approved page"],
  },
  {
    name: "a yes on the page after a wrong code",
    records: [
      [PAGE],
      ["decided wrong_code page"],
      ["decided approved page", { arguments: null }],
      ["intent - page"],
      ["outcome ok page"],
    ],
    actions: ["done ok page"],
  },
  {
    name: "a no on the page",
    records: [[PAGE], ["decided denied page"], [DECLINED]],
    actions: ["denied confirmation_declined page"],
  },
  {
    name: "a yes that was withdrawn",
    records: [[PAGE], ["decided approved page"], ["decided withdrawn page"]],
    actions: ["denied withdrawn page"],
  },
  {
    name: "a mistake",
    records: [["refused invalid_arguments", { target: null }]],
    actions: ["invalid invalid_arguments -"],
  },
  {
    name: "errors beside a change",
    records: [["refused invalid_arguments", { target: null, count: 3 }], ["intent - not_needed"], [
      "outcome ok not_needed",
    ]],
    actions: ["done ok not_needed", "invalid invalid_arguments - 3"],
  },
  {
    name: "two calls one after the other",
    records: [["asked"], ["intent - elicitation"], ["outcome ok elicitation"], ["asked"], [DECLINED]],
    actions: ["denied confirmation_declined form", "done ok form"],
  },
  {
    name: "a question about other arguments",
    records: [["asked", { arguments: { cname: "a" } }], ["asked", { arguments: { cname: "b" } }], [
      "intent - elicitation",
      { arguments: { cname: "b" } },
    ], ["outcome ok elicitation", { arguments: { cname: "b" } }]],
    actions: ["done ok form", "waiting asked form"],
  },
  {
    name: "a question about another server",
    records: [["asked", { target: { server: { id: 2 } } }], ["intent - elicitation"], ["outcome ok elicitation"]],
    actions: ["done ok form", "waiting asked form"],
  },
  {
    name: "a question before a call that needs none",
    records: [["asked"], ["intent - not_needed"], ["outcome ok not_needed"]],
    actions: ["done ok not_needed", "waiting asked form"],
  },
  {
    name: "calls at the same time",
    records: [
      ["intent - not_needed", { request_id: "a" }],
      ["intent - not_needed", { request_id: "b" }],
      ["outcome ok not_needed", { request_id: "a" }],
      ["outcome upstream_busy not_needed", { request_id: "b" }],
    ],
    actions: ["failed upstream_busy not_needed", "done ok not_needed"],
  },
];

for (const { name, records, actions } of ROWS) {
  Deno.test(`the record shows one entry for each action: ${name}`, () => {
    const found = toActions(recordsOf(records), NOW, (tool) => catalogue.inputsOf(tool));

    const words = found.map(({ result, outcome, approval, count }) =>
      [result, outcome, approval ?? "-", ...(count === undefined ? [] : [count])].join(" ")
    );
    assert.deepEqual(words, actions);
  });
}
