// What stops work that an operator began, in words for the operator.

/** Each reason is one clear sentence. */
export class Fault extends Error {
  readonly reasons: string[]

  constructor(reasons: string[], options?: ErrorOptions) {
    super(reasons.join('\n'), options)
    this.name = 'Fault'
    this.reasons = reasons
  }
}
