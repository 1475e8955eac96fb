/** The report in words that a client understands. */
import { count } from "../../define/questions.ts";
import { documentOf, quoted } from "./markdown.ts";
import type { Report } from "./report.ts";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Such as `3 March`. Asking the platform for it takes longer than all of the rest of a report. */
function dayOf(time: string): string {
  const date = new Date(time);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** The whole report as lines of Markdown. */
export function reportInWords(report: Report): string[] {
  const { period } = report;
  const title = period.days_count === 7 ? "Weekly report" : `Report of ${count(period.days_count, "day")}`;
  const until = `${dayOf(period.until)} ${new Date(period.until).getUTCFullYear()}`;
  return documentOf(`${title}: ${dayOf(period.from)} to ${until}`, summaryOf(report), [
    { heading: "What was done", lines: changeLines(report) },
    { heading: "What Cloudways reported", lines: alertLines(report) },
    { heading: "Backups", lines: backupLines(report) },
    { heading: "Certificates", lines: certificateLines(report) },
    { heading: "Updates", lines: updateLines(report) },
    { heading: "Not in this report", lines: report.not_included.map(({ in_words }) => in_words) },
  ]);
}

function summaryOf({ changes, alerts, certificates, updates }: Report): string {
  const parts = [
    ...(changes === null ? [] : [count(changes.done_count, "action")]),
    ...(alerts === null ? [] : [count(alerts.count, "message from Cloudways", "messages from Cloudways")]),
    ...(certificates === null
      ? []
      : [count(certificates.attention_count, "certificate needs attention", "certificates need attention")]),
    ...(updates.waiting_count === null
      ? []
      : [count(updates.waiting_count, "site has", "sites have") + " updates waiting"]),
  ];
  return `In short: ${parts.length === 0 ? "nothing could be read" : parts.join(", ")}.`;
}

const ENDINGS = {
  done: "",
  runs: ", is being carried out",
  did_not_work: ", did not work",
  unknown: ", it is not certain whether it was done",
  declined: ", a person declined it",
  waits_for_a_person: ", waits for a person's approval",
  not_answered: ", nobody answered the question, so nothing was done",
} as const;

/** Only what was done needs to say who allowed it. */
const APPROVALS = {
  form: ", approved by a person",
  page: ", approved by a person",
  questions_off: ", without a question, since questions are switched off",
  not_needed: "",
} as const;

function changeLines({ changes }: Report): string[] {
  if (changes === null) return [];
  const { problems = [] } = changes;
  if (changes.list.length === 0) return ["Nothing was changed through this service.", ...problems];
  const lines = changes.list.map(({ what, about, ending, approval, times_count }) => {
    const allowed = ending === "done" ? APPROVALS[approval] : "";
    return `${what}: ${about === "the account" ? about : quoted(about)}${times(times_count)}${allowed}${
      ENDINGS[ending]
    }`;
  });
  return [...lines, ...more(changes.left_out_count, "kind of change", "kinds of changes"), ...problems];
}

function alertLines({ alerts }: Report): string[] {
  if (alerts === null) return [];
  const lines = alerts.list.map(({ subject, about, times_count, last_at }) => {
    const last = last_at === null ? "" : `, last on ${dayOf(last_at)}`;
    return `Message ${quoted(subject)} about ${about === "the account" ? about : quoted(about)}${
      times(times_count)
    }${last}`;
  });
  const undated = alerts.without_time_count;
  return [
    ...(alerts.count === 0 ? ["No message in this time."] : lines),
    ...more(alerts.left_out_count, "kind of message", "kinds of messages"),
    ...(undated === 0 ? [] : [`${count(undated, "message has", "messages have")} no date and may be from this time.`]),
    ...(alerts.count === 0 ? [] : ["A message says that something happened, not whether it is over."]),
  ];
}

function backupLines({ backups: { started, known, left_out_count } }: Report): string[] {
  return [
    ...started.map(({ about, times_count, last_at }) =>
      `Started through this service: ${quoted(about)}${times(times_count)}, last on ${dayOf(last_at)}`
    ),
    ...known.map(({ about, newest_at }) => `Newest known backup of ${quoted(about)}: ${dayOf(newest_at)}`),
    ...more(left_out_count, "site", "sites"),
    "The automatic backups were not looked through for this report.",
  ];
}

const PROBLEMS = {
  not_covered: "a domain has no certificate that is known to cover it",
  not_verified: "the certificate's domains are not verified",
  not_renewed_automatically: "the certificate is not renewed automatically",
} as const;

function certificateLines({ certificates }: Report): string[] {
  if (certificates === null) return [];
  const { fine_count, not_told_count, attention, left_out_count } = certificates;
  return [
    ...attention.map(({ about, problem }) => `Site ${quoted(about)}: ${PROBLEMS[problem]}`),
    ...more(left_out_count, "site", "sites"),
    ...(fine_count === 0 ? [] : [`${count(fine_count, "site has", "sites have")} a certificate that renews itself.`]),
    ...(not_told_count === 0 ? [] : [`Of ${count(not_told_count, "site")} Cloudways does not say enough.`]),
    "Cloudways does not tell when a certificate ends.",
  ];
}

function updateLines({ updates: { carried_out, waiting, left_out_count } }: Report): string[] {
  const lines = waiting.map(({ about, core, plugins_count, themes_count }) => {
    const parts = [
      ...(core ? ["WordPress itself"] : []),
      ...(plugins_count > 0 ? [count(plugins_count, "plugin")] : []),
      ...(themes_count > 0 ? [count(themes_count, "theme")] : []),
    ];
    return `Waiting for ${quoted(about)}: ${parts.join(", ")}`;
  });
  const done = carried_out.map(({ about, times_count, last_at }) =>
    `Started for ${quoted(about)}${times(times_count)}, last on ${dayOf(last_at)}`
  );
  return [...done, ...lines, ...more(left_out_count, "site", "sites")];
}

function times(times: number): string {
  return times === 1 ? "" : `, ${times} times`;
}

/** How many are not listed. */
function more(left: number, one: string, many: string): string[] {
  return left === 0 ? [] : [`And ${left} more ${left === 1 ? one : many}`];
}
