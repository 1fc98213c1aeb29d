// Removing rows whose time is over, however many there are.

/** Each batch is a short write, so that requests get their turn in between. */
const BATCH = 500

/** Calls `forget`, which removes up to `limit` and answers how many, until nothing is left; answers how many in all. */
export async function forgetAll(forget: (limit: number) => Promise<number>): Promise<number> {
  for (let total = 0; ; ) {
    const forgotten = await forget(BATCH)
    total += forgotten
    if (forgotten < BATCH) return total
  }
}
