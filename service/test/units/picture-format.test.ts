// The format that a picture is sent in: by what the client says it shows.
import { expect, it } from 'vitest'
import { acceptedFormat } from '../../src/http/delivery/picture-format.ts'

it.each([
  [undefined, 'jpeg'],
  ['', 'jpeg'],
  ['*/*', 'jpeg'],
  ['image/*', 'jpeg'],
  ['image/webp', 'webp'],
  ['image/avif', 'avif'],
  ['IMAGE/WEBP ; Q=0.1', 'webp'],
  ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'webp'],
  ['image/avif;q=0.9,image/webp;q=0.5', 'avif'],
  ['image/webp;q=0,*/*', 'jpeg'],
  ['image/webp;q=0, image/avif', 'avif'],
  ['image/jpeg, image/webp;q=0.5', 'jpeg'],
  ['image/png, image/webp;q=0.5', 'webp'],
  ['image/webp;q=x', 'jpeg'],
  ['text/html,;;,image/webp;v=1;q=1,', 'webp'],
])('%s is answered with %s', (accept, format) => {
  expect(acceptedFormat(accept, 'jpeg')).toBe(format)
})

it('falls back to a format that keeps transparency where there is any', () => {
  expect(acceptedFormat('*/*', 'png')).toBe('png')
  expect(acceptedFormat('image/png, image/webp;q=0.5', 'png')).toBe('png')
})
