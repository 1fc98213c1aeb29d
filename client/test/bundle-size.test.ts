// What a page has to load.
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundle } from '../../service/test/support/bundle.ts'

test('all of the package is less than 8 KB, minified and compressed, and asks for nothing of Node', async () => {
  const script = await bundle(`export * from '@herbarium/client'`, 'herbarium', { minify: true })
  expect(gzipSync(script).length).toBeLessThan(8_000)
  expect(script).not.toMatch(/\b(require|import)\(/)
})
