/** What questions say about money. The API gives no price of a server, and none of what belongs to one. */

/** Ends the first line of a question about something that is billed. */
export const BILLED = "Cloudways will bill this; the price is not known here.";
