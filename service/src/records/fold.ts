// Names as they are searched.

/** Unicode NFC in lower case: a substring of a folded name is found whatever the case it was typed in. */
export const fold = (text: string): string => text.normalize('NFC').toLowerCase()
