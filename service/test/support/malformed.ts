// Requests that are wrong in one way each, for any operation: ids, queries, bodies, headers and methods.
import type { Operation } from './operations.ts'

/** A request's parts, where they differ from what is right. */
export interface Malformed {
  method?: string
  /** In place of every part of the path that is chosen; sent as it is. */
  part?: string
  query?: string
  headers?: Record<string, string | string[]>
  body?: string | Uint8Array
}

const PARTS = [
  ...[
    '',
    '%20',
    '%00',
    '%',
    '%zz',
    '%c0%af',
    '%ff%fe',
    '..',
    '..%2f..%2fetc%2fpasswd',
    '__proto__',
    'null',
    '-1',
  ],
  ...['asset_', 'prj_', 'asset_%00', 'asset_%0d%0aset-cookie:%20a=b', 'asset_%F0%9F%8C%BF', 'prj_%ED%A0%80'],
  ...[
    "asset_'%20or%20'1'='1",
    "prj_';drop%20table%20assets;--",
    `asset_${'a'.repeat(120)}`,
    `prj_${'b'.repeat(4000)}`,
  ],
  ...['v1.a.b.c', 'v1...', `v1.${'A'.repeat(500)}`, 'v1.%7B%7D.%5B%5D.x'],
]

const VALUES = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  [],
  [[]],
  {},
  { a: { b: 1 } },
  '',
  ' ',
  '\0',
  '\ud800',
  'x'.repeat(5000),
]
const TEXTS = [
  '',
  '%00',
  '%',
  '%ff',
  '-1',
  '0',
  '1e9',
  'NaN',
  '999999999999999999999',
  'a'.repeat(3000),
  '%27%22%25_*',
  '{}',
]

const JSONS = [
  ...[
    'null',
    '[]',
    '"x"',
    '1',
    '{',
    '{"a":',
    '{"a":1}}',
    'undefined',
    '\0',
    '{"__proto__":{"a":1}}',
    '\ufeff{}',
  ],
  ...[
    '{"constructor":{"prototype":{"a":1}}}',
    '['.repeat(20_000),
    `{"a":${'{"a":'.repeat(5000)}1${'}'.repeat(5001)}`,
  ],
  ...[
    `{"name":"${'x'.repeat(200_000)}"}`,
    '{"workspace_id":1e999}',
    '{"name":"\\ud800","workspace_id":"ws_\\u0000"}',
  ],
]

const TYPES = [
  ...[
    'application/json',
    'application/json; charset=utf-16',
    'application/xml',
    'text/plain',
    ';;;',
    'a'.repeat(3000),
  ],
  ...['application/x-www-form-urlencoded', 'multipart/form-data', 'multipart/form-data; boundary='],
  ...[
    'multipart/form-data; boundary=x',
    `multipart/form-data; boundary=${'y'.repeat(4000)}`,
    'multipart/mixed; boundary=x',
  ],
  ...['multipart/form-data; boundary="x', 'application/offset+octet-stream', 'application/octet-stream'],
]

const FORMS = [
  ...['--x', '--x--', '--x\r\n\r\n', '--x\r\n\r\na\r\n--x--\r\n', '\r\n'.repeat(1000)],
  '--x\r\ncontent-disposition: form-data; name="__proto__"\r\n\r\na\r\n--x--\r\n',
  '--x\r\ncontent-disposition: form-data; name="file"; filename="../../a\0"\r\n\r\na\r\n--x--\r\n',
  '--x\r\ncontent-disposition: form-data; name="metadata[__proto__]"\r\n\r\na\r\n--x--\r\n',
  '--x\r\ncontent-disposition: form-data; name="file"\r\ncontent-transfer-encoding: base64\r\n\r\na\r\n--x--\r\n',
  `--x\r\n${'a: b\r\n'.repeat(3000)}\r\n`,
]

/** Of headers that mean something to one of our routes. */
const HEADERS: Record<string, string[]> = {
  authorization: [
    '',
    'Bearer',
    'Bearer  ',
    'Basic YTpi',
    'Bearer sk_live_',
    `Bearer ${'a'.repeat(8000)}`,
    'Bearer \u00ff',
  ],
  'idempotency-key': ['two words', 'k'.repeat(300), '\u00e9', '"', ','],
  'x-stainless-retry-count': ['NaN', '-1', '1e99', '', '1, 2'],
  'content-encoding': ['gzip', 'br', 'nonsense', 'gzip, gzip'],
  'content-length': ['0'],
  expect: ['200-maybe', '100-continue'],
  accept: ['', '*', ';q=2', 'text/html'],
  'tus-resumable': ['0.0.1', '', '1.0.0, 1.0.0'],
  'if-none-match': ['', '*', '"', 'W/', '"a",'.repeat(1000)],
  'if-modified-since': ['never', '', 'Thu, 01 Jan 99999 00:00:00 GMT'],
  'x-forwarded-host': ['evil.example', '', '\u00ff', 'a,b'],
  'x-forwarded-for': ['nobody', '1'.repeat(2000)],
  origin: ['null', 'nonsense', 'https://evil.example'],
  cookie: ['a=b', '='.repeat(4000)],
  'x-http-method-override': ['DELETE'],
}

const TUS_HEADERS: Record<string, string[]> = {
  'upload-length': ['', '-1', 'NaN', '1.5', '0x10', '1e3', '99999999999999999999999', '0'],
  'upload-offset': ['', '-1', 'NaN', '1.5', '99999999999999999999999', '9007199254740993', '1'],
  'upload-defer-length': ['', '0', '2', '1'],
  'upload-checksum': ['', 'md5', 'sha1 !!!', 'crc32 AAAA', 'sha256 AAAA', 'sha1 a b c'],
  'upload-metadata': ['', ',', 'a b c', '\u00ff', 'filename !!!'],
  'upload-concat': ['partial', 'final;/a /b'],
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'SEARCH',
  'PURGE',
  'MERGE',
]

const eachHeader = (headers: Record<string, string[]>) =>
  Object.entries(headers).flatMap(([name, values]) => values.map(value => ({ [name]: value })))

/** All that can be wrong with a request to this operation; each is wrong in one way. */
export function malformedFor({ inPath, inQuery, inBody, path }: Operation): Malformed[] {
  const fields = new Set(Object.values(inBody).flat())
  const json = { 'content-type': 'application/json' }
  const form = { 'content-type': 'multipart/form-data; boundary=x' }
  const tus = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' }
  const names = path.startsWith('/api/')
    ? [...inQuery, 'metadata.a', 'metadata.', '__proto__', 'a[b]']
    : ['a']
  return [
    ...(inPath.length === 0 ? [] : PARTS.map(part => ({ part }))),
    ...names.flatMap(name => TEXTS.map(text => ({ query: `${encodeURIComponent(name)}=${text}` }))),
    ...['&&&', '='.repeat(2000), 'limit=1&limit=2', 'cursor[]=a&cursor[]=b'].map(query => ({ query })),
    ...JSONS.map(body => ({ headers: json, body })),
    ...[...fields].flatMap(name =>
      VALUES.map(value => ({ headers: json, body: JSON.stringify({ [name]: value }) })),
    ),
    ...FORMS.map(body => ({ headers: form, body })),
    ...TYPES.flatMap(type => ['', 'x'].map(body => ({ headers: { 'content-type': type }, body }))),
    ...eachHeader(HEADERS).map(headers => ({ headers })),
    ...(path.startsWith('/uploads/')
      ? eachHeader(TUS_HEADERS).map(one => ({ headers: { ...tus, ...one }, body: 'x' }))
      : []),
    ...METHODS.map(method => ({ method })),
    { headers: json, body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) },
  ]
}
