// Presigned addresses: the example that AWS's documentation computes, and what is signed.
import { expect, test } from 'vitest'
import { type Presigning, presignGet } from '../../src/blobs/s3/presign-get.ts'

/** The example of "Authenticating Requests: Using Query Parameters", with its invalid keys. */
const example: Presigning = {
  method: 'GET',
  url: 'https://examplebucket.s3.amazonaws.com/test.txt',
  region: 'us-east-1',
  credentials: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
  from: Date.UTC(2013, 4, 24, 0, 0, 0, 250),
  seconds: 86_400,
  query: {},
}

const queryOf = (url: string) => Object.fromEntries(new URL(url).searchParams)

test("AWS's example is signed as AWS signs it", () => {
  const url = presignGet(example)
  expect(url.split('?')[0]).toBe(example.url)
  expect(queryOf(url)).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  })
})

test('another method, host, query, time, life or key is another signature', () => {
  const signatureOf = (over: Partial<Presigning>) =>
    queryOf(presignGet({ ...example, ...over }))['X-Amz-Signature']
  const signatures = [
    {},
    { method: 'HEAD' as const },
    { url: 'https://examplebucket.s3.example.com/test.txt' },
    { url: 'https://examplebucket.s3.amazonaws.com:8443/test.txt' },
    { query: { 'response-content-type': 'image/png' } },
    { from: example.from + 1000 },
    { seconds: 300 },
    { region: 'eu-central-1' },
    { credentials: { ...example.credentials, secretAccessKey: 'another' } },
  ].map(signatureOf)
  expect(new Set(signatures).size).toBe(signatures.length)
})

test('temporary credentials bring their token, and it is signed too', () => {
  const [first, second] = ['one/token==', 'another'].map(sessionToken =>
    queryOf(presignGet({ ...example, credentials: { ...example.credentials, sessionToken } })),
  )
  expect(first?.['X-Amz-Security-Token']).toBe('one/token==')
  expect(first?.['X-Amz-Signature']).not.toBe(second?.['X-Amz-Signature'])
})

test('every character of a value that is not unreserved is escaped', () => {
  const name = `inline; filename="a (1)*!'~.png"`
  const url = presignGet({ ...example, query: { 'response-content-disposition': name } })
  expect(url).toContain(
    'response-content-disposition=inline%3B%20filename%3D%22a%20%281%29%2A%21%27~.png%22&',
  )
  expect(queryOf(url)['response-content-disposition']).toBe(name)
})
