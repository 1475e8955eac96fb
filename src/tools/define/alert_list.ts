/** Reads the alerts of the account: `GET /alerts/`. */
import { z } from "zod";
import { flagOrNull, idNumber, listReply, looseText } from "../../cloudways/models.ts";

const alertRecord = z.object({
  id: idNumber,
  server_id: idNumber.nullish().catch(null),
  app_id: idNumber.nullish().catch(null),
  details: z.looseObject({ subject: looseText, desc: looseText, template_slug: looseText }).optional().catch(undefined),
  created_at: looseText,
  is_read: flagOrNull,
});

/** One alert, as Cloudways sent it. */
export type AlertRecord = z.output<typeof alertRecord>;

/** A page of alerts. */
export const alertsReply = listReply("alerts", alertRecord);
