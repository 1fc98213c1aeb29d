// Names as they are searched.

/**
 * Unicode NFC without its case: a substring of a folded name is found whatever the case it was typed in. By way of
 * upper case, so that ß meets SS; the Σ that ends a word has a lower case of its own.
 */
export const fold = (text: string): string =>
  text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC')
