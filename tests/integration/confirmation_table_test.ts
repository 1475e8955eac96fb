import { testConfirmationTable } from "../support/confirmation_table.ts";

testConfirmationTable("by name");
