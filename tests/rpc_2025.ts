/** A client of the 2025 revisions that answers whatever it is asked in the middle of a call. */
import { type Answer, toAnswer } from "./clients.ts";
import { LegacySession, type LegacySessionOptions } from "./legacy_session.ts";

/** What a question looks like on the wire. */
export interface WireQuestion {
  id: string | number;
  method: string;
  params: Record<string, unknown>;
}

/** A session with a service of one or more replicas, whose every request goes to the next of them. */
export interface Session {
  /** Calls a tool, answers every question that comes, and gives the answer and what it was asked. */
  call(
    name: string,
    args: Record<string, unknown>,
    answer: (question: WireQuestion) => unknown,
  ): Promise<{ answer: Answer; questions: WireQuestion[] }>;
}

/** Opens a session. */
export async function openSession(replicas: readonly URL[], options: LegacySessionOptions): Promise<Session> {
  const session = await LegacySession.open(replicas, options);
  let nextId = 1;
  return {
    async call(name, args, answer) {
      await using call = await session.call(name, args, nextId++);
      const questions: WireQuestion[] = [];
      for (;;) {
        const message = await call.next();
        if (message === undefined) throw new Error("the stream ended without an answer");
        if (message.method === undefined) return { answer: toAnswer(message.result), questions };
        if (message.id === undefined) continue;
        const question = { id: message.id, method: message.method, params: message.params ?? {} };
        questions.push(question);
        const status = await session.answer(question.id, answer(question));
        if (status !== 202) throw new Error(`an answer was not taken: ${status}`);
      }
    },
  };
}
