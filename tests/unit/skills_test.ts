import assert from "node:assert/strict";
import { allSkills } from "../../src/prompts/skills.ts";
import { readSkill } from "../../src/prompts/skill.ts";
import { allTools } from "../../src/tools/all.ts";

const FOLDER = new URL("../../skills/", import.meta.url);
/** Most characters of a skill: an assistant reads all of it. */
const MAX_TEXT = 3_000;

const toolOf = (name: string) => allTools.find((tool) => tool.name === name);

/** The calls in a text, as it writes them: `name {…}` between backquotes, on one line or two. */
function callsIn(text: string): { name: string; args: unknown }[] {
  const spans = text.replaceAll(/\n +/g, " ").matchAll(/`([a-z_]+) (\{[^`]*\})`/g);
  return [...spans].map(([, name = "", args = ""]) => ({ name, args: JSON.parse(args) }));
}

/** A call, and those that it carries. */
function unfolded(call: { name: string; args: unknown }): { name: string; args: unknown }[] {
  if (toolOf(call.name)?.forwards !== true) return [call];
  const { name, arguments: inner } = Object(call.args);
  return [call, { name, args: JSON.parse(inner) }];
}

for (const skill of allSkills) {
  Deno.test(`the skill ${skill.name} calls only tools that exist, with arguments that they take`, () => {
    const calls = callsIn(skill.text).flatMap(unfolded);
    const wrong = calls.filter(({ name, args }) => {
      const prepared = toolOf(name)?.prepare(args);
      return prepared === undefined || prepared instanceof Error;
    });

    assert.ok(calls.length >= 3);
    assert.deepEqual(wrong, []);
    // A name without arguments is one of a tool, or of what tools take and give.
    const names = [...skill.text.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name = ""]) => name);
    const known = ["next_step", "next_calls", "not_looked_at", "look_next", "app_id"];
    assert.deepEqual(names.filter((name) => toolOf(name) === undefined && !known.includes(name)), []);
  });

  Deno.test(`the skill ${skill.name} fits its folder, is short, and needs a tool that it calls`, () => {
    assert.ok(Deno.statSync(new URL(`${skill.name}/SKILL.md`, FOLDER)).isFile);
    assert.ok(skill.text.length <= MAX_TEXT, `${skill.text.length} characters`);
    assert.ok(callsIn(skill.text).flatMap(unfolded).some(({ name }) => name === skill.needs));
  });
}

Deno.test("every skill in the folder is a prompt too", () => {
  const folders = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();

  assert.deepEqual(allSkills.map(({ name }) => name), folders);
});

for (
  const [what, file] of Object.entries({
    "no head": "# A job\n",
    "an unknown member":
      "---\nname: a\ndescription: b\ncolour: red\nmetadata:\n  title: c\n  about: d\n  needs: e\n---\nx",
    "a missing member": "---\nname: a\ndescription: b\n---\nx",
  })
) {
  Deno.test(`a skill with ${what} is refused`, () => {
    assert.throws(() => readSkill(file));
  });
}
