/** Every skill. Their files are part of the program, so that nothing is read from the disk when it runs. */
import goLive from "../../skills/go-live/SKILL.md" with { type: "text" };
import moveDomain from "../../skills/move-domain/SKILL.md" with { type: "text" };
import safeUpdate from "../../skills/safe-update/SKILL.md" with { type: "text" };
import slowSite from "../../skills/slow-site/SKILL.md" with { type: "text" };
import takeoverAudit from "../../skills/takeover-audit/SKILL.md" with { type: "text" };
import weeklyReport from "../../skills/weekly-report/SKILL.md" with { type: "text" };
import { readSkill, type Skill } from "./skill.ts";

/** The skills in the order of their names. */
export const allSkills: readonly Skill[] = [goLive, moveDomain, safeUpdate, slowSite, takeoverAudit, weeklyReport]
  .map(readSkill);
