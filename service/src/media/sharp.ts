// Lends the image library, loaded on first use and locked down to the five formats that we accept.

type Sharp = typeof import('sharp').default

// Blocking a second time would shut the formats out, for a moment, under pictures being read: hence one promise.
let locked: Promise<Sharp> | undefined

export function loadSharp(): Promise<Sharp> {
  locked ??= lockDown()
  return locked
}

async function lockDown(): Promise<Sharp> {
  const { default: sharp } = await import('sharp')
  const formats = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif']
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: formats.map(format => `VipsForeignLoad${format}`) })
  sharp.cache(false)
  // One picture at a time in each process: more threads would cost memory and win nothing.
  sharp.concurrency(1)
  return sharp
}
