/** The questions before the Varnish cache of a server or application is switched off or emptied. */
import type { Question } from "../../confirm/question.ts";
import { type AppFacts, countApps, onApp, onServer, type ServerFacts } from "./questions.ts";

const EMPTIED = [
  "Pages come slower, and the server works more, until the cache has filled again.",
  "It can't be undone: the cache fills by itself.",
];
const TURNED_OFF = [
  "Pages come slower, and the server works more.",
  "It can be undone by turning the cache on again.",
];

/** The question before the cache of a whole server is switched off or emptied. */
export function serverVarnishQuestion(facts: ServerFacts, action: "disable" | "purge"): Question {
  const what = action === "purge" ? "Empty" : "Turn off";
  return {
    headline: `${what} the Varnish cache of server ${facts.server.id} with ${countApps(facts)}.`,
    ...onServer(facts),
    consequences: action === "purge" ? EMPTIED : TURNED_OFF,
  };
}

/** The question before the cache of an application is switched off. */
export function appVarnishOffQuestion(facts: AppFacts): Question {
  return {
    headline: `Turn off the Varnish cache of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: TURNED_OFF,
  };
}
