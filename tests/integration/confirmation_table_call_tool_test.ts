import { testConfirmationTable } from "../support/confirmation_table.ts";

testConfirmationTable("through call_tool");
