/** A skill: how to do one job with the tools, written for assistants. `skills/NAME/SKILL.md` holds its text. */
import * as z from "zod";

const skillSchema = z.strictObject({
  name: z.string().regex(/^[a-z]+(?:-[a-z]+)*$/).max(64),
  description: z.string().min(1).max(1024),
  /** For people, in lists. */
  title: z.string().min(1),
  /** What the user may say about the job. */
  about: z.string().min(1),
  /** The tool without which the job can't be done. */
  needs: z.string().min(1),
  text: z.string().min(1),
});

/** A skill, with its members from the head of its file and its text without that head. */
export type Skill = z.output<typeof skillSchema>;

/**
 * Reads a skill. Its head has one `name: value` a line; those below `metadata:` are indented.
 *
 * @throws {Error} If a member is missing, unknown or wrong.
 */
export function readSkill(file: string): Skill {
  const [, head = "", text = ""] = /^---\n(.*?)\n---\n(.*)$/s.exec(file) ?? [];
  const members = head.split("\n").filter((line) => line !== "metadata:").map((line) => {
    const [, name = "", value = ""] = /^ *(\w+): (.*)$/.exec(line) ?? [];
    return [name, value];
  });
  return skillSchema.parse({ ...Object.fromEntries(members), text: text.trim() });
}
