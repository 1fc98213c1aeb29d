// Says why no picture can be made of a source.

/** The message completes the sentence "The asset …". */
export class Underivable extends Error {}
