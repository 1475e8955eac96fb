/** The additional SSH and SFTP users of applications. The built-in one is in the application's record. */
import * as z from "zod";
import { idNumber, listReply, looseList, looseText, sshKeyRecord } from "./models.ts";
import { path } from "./path.ts";

const appUserRecord = z.object({
  id: idNumber,
  sys_user: looseText,
  sys_password: z.string().nullish(),
  /** Empty if Cloudways doesn't say; then it is the server's. */
  ip: looseText,
  ssh_keys: looseList(sshKeyRecord),
});

/** An additional user, with the keys that open the application as this user. */
export type AppUser = z.output<typeof appUserRecord>;

/** Reads the additional users of an application. */
export const APP_USERS = {
  operation: "app_credentials",
  path: path`/app/creds`,
  reply: listReply("app_creds", appUserRecord),
} as const;
