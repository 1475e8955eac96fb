/** What is said once a restore has ended: the live site comes later. */

/** What Cloudways may call such work; listing the restore points is none. */
const RESTORES = /(?:restore|rollback)(?!.*points)/i;

/** Sites were seen to follow that late. Whoever looks at once sees the old one, and may start the restore once more. */
const LATER = "The live site may follow ten to fifteen minutes later. Look at it then, and start nothing meanwhile.";

/** What to do after a restore that has ended; nothing after one that still runs. */
export function afterRestore({ status }: { status: string }): { next_step?: string } {
  return status === "completed" ? { next_step: LATER } : {};
}

/** Like {@linkcode afterRestore}, for work of any kind. */
export function afterWork({ status, type }: { status: string; type: string }): { next_step?: string } {
  return RESTORES.test(type) ? afterRestore({ status }) : {};
}
