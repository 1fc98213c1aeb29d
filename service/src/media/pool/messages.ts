// What a process of a pool says to the service.

/** `problem`: the file could not be opened or read, which says nothing about its bytes. */
export type Reply<Answer> = { answer: Answer } | { problem: string }
