// A verb that a fault may meet: what comes before it, the verb itself, and what its answer promises.
import type { Answer, Installation } from './open-installation.ts'

/** A verb about to be called. */
export interface Begun {
  /**
   * The call under test. When it was not answered it is called again, as a client does that has lost an answer and
   * says so (`repeats` is 1 then), and must succeed.
   */
  act(repeats: number): Promise<Answer>
  /** Checks what a 2xx of it promises. */
  holds(answer: Answer): Promise<void>
  /** Checks what holds once everything is done that was left to a later start. */
  afterwards?(): Promise<void>
}

export interface Verb {
  title: string
  /** Whether it writes bytes, which may be torn. */
  writesBytes: boolean
  begin(at: Installation): Promise<Begun>
}
