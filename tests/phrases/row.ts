/** What somebody asks for, the tool that is right, and others that are as right. */
export type PhraseRow = readonly [phrase: string, tool: string, ...others: string[]];
