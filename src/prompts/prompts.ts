/** The skills as MCP prompts, for clients that know no skills. */
import { type GetPromptResult, type Prompt, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import type { Catalogue } from "../calls/catalogue.ts";
import type { Caller } from "../identity/caller.ts";
import { safeText } from "../text/safe.ts";
import type { Skill } from "./skill.ts";

/** Most characters of what the user says about the job; the rest is cut. */
const MAX_ABOUT = 500;
const MAX_SHOWN_NAME = 80;

/** The one argument of every prompt. */
const ABOUT = "about";

/** What `prompts/get` asks for. */
export interface PromptRequest {
  name: string;
  arguments?: Readonly<Record<string, string>> | undefined;
}

/** The prompts that a caller may have: those whose job can be done with the tools within the caller's bounds. */
export class Prompts {
  readonly #skills: readonly Skill[];
  readonly #catalogue: Catalogue;

  constructor(skills: readonly Skill[], catalogue: Catalogue) {
    this.#skills = skills;
    this.#catalogue = catalogue;
  }

  /** What `prompts/list` shows to a caller. */
  list(caller: Caller): Prompt[] {
    return this.#skillsFor(caller).map(({ name, title, description, about }) => ({
      name,
      title,
      description,
      arguments: [{ name: ABOUT, description: about, required: false }],
    }));
  }

  /**
   * One prompt: the text of the skill, then what the user says about the job.
   *
   * @throws {ProtocolError} -32602 for a prompt that is not there for this caller.
   */
  get({ name, arguments: given }: PromptRequest, caller: Caller): GetPromptResult {
    const skill = this.#skillsFor(caller).find((one) => one.name === name);
    if (skill === undefined) throw unknownPrompt(name, caller);
    const about = given?.[ABOUT];
    const said = about === undefined ? "" : safeText(about, { secrets: caller.secrets, maxLength: MAX_ABOUT });
    const text = said === "" ? skill.text : `${skill.text}\n\nThe user says: ${said}`;
    return { description: skill.description, messages: [{ role: "user", content: { type: "text", text } }] };
  }

  #skillsFor(caller: Caller): Skill[] {
    return this.#skills.filter(({ needs }) => this.#catalogue.lookUp(needs, caller).kind === "found");
  }
}

function unknownPrompt(name: string, { secrets }: Caller): ProtocolError {
  const shown = safeText(name, { secrets, maxLength: MAX_SHOWN_NAME });
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${shown}. prompts/list names all.`);
}
