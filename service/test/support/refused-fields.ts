// Which fields a pure check refuses.
import { Refusal } from '../../src/ground/errors.ts'

/** The fields at fault in what `act` is refused with; none when it passes. Any other error is thrown on. */
export function refusedFields(act: () => unknown): string[] {
  try {
    act()
    return []
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'input_validation_error') throw error
    return (error.fields ?? []).map(({ field }) => field)
  }
}
