// What the multipart reader understands of a body, and what it refuses.

import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../../src/ground/errors.ts'
import { readMultipart } from '../../src/http/multipart/read-multipart.ts'

const options = { maxFields: 3, maxFieldBytes: 20, maxHeaderBytes: 200, maxParts: 4 }
const contentType = 'multipart/form-data; boundary=frontier'

/** A body of the given lines, each but the last ended by CRLF. */
const lines = (...all: string[]) => all.join('\r\n')

const fieldBody = (header: string, value = 'v') => lines('--frontier', header, '', value, '--frontier--', '')

const named = (name: string) => `Content-Disposition: form-data; name="${name}"`

async function* chunksOf(body: string | Uint8Array, size = Number.POSITIVE_INFINITY) {
  const bytes = Buffer.from(body)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(
  body: string | AsyncIterable<Uint8Array>,
  extra = {},
  type: string | undefined = contentType,
) {
  const source = typeof body === 'string' ? chunksOf(body) : body
  const parts: string[][] = []
  for await (const part of readMultipart(type, source, { ...options, ...extra })) {
    parts.push([part.kind, part.name, part.kind === 'field' ? part.value : await text(part.bytes)])
  }
  return parts
}

async function faultOf(reading: Promise<unknown>) {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Refusal)) throw new Error('this was not refused', { cause: error })
  return error.fields?.[0]?.field
}

describe('The boundary', () => {
  test.each([
    'multipart/form-data; boundary="frontier"',
    'Multipart/Form-Data;BOUNDARY=frontier; charset=utf-8',
    'multipart/form-data; charset="a;b"; boundary=frontier;',
  ])('is read from %s', async type => {
    expect(await read(fieldBody(named('n')), {}, type)).toEqual([['field', 'n', 'v']])
  })

  test('may hold every character of RFC 2046', async () => {
    const boundary = "a'()+_,-./:=? z"
    const body = fieldBody(named('n')).replaceAll('frontier', () => boundary)
    const type = `multipart/form-data; boundary="${boundary}"`
    expect(await read(body, {}, type)).toEqual([['field', 'n', 'v']])
  })

  test.each([
    '',
    'multipart/form-data',
    'multipart/mixed; boundary=frontier',
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="ends in a space "',
    'multipart/form-data; boundary="front\\ier"',
    'multipart/form-data; boundary=frontiér',
    'multipart/form-data; boundary="frontier',
    'multipart/form-data; boundary=frontier; boundary=border',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
  ])('is refused in "%s"', async type => {
    expect(await faultOf(read(fieldBody(named('n')), {}, type))).toBe('content-type')
  })

  test('is refused where there is no content type', async () => {
    const reader = readMultipart(undefined, chunksOf(''), options)
    expect(await faultOf(reader.next())).toBe('content-type')
  })
})

describe('Delimiters', () => {
  test('may follow a preamble, carry blanks and be followed by an epilogue', async () => {
    const body = lines(
      ...['This is MIME.', '--frontier \t ', named('n'), '', 'v'],
      ...['--frontier-- ', '--frontier', 'not a part'],
    )
    expect(await read(body)).toEqual([['field', 'n', 'v']])
  })

  test('may close a body that holds no part', async () => {
    expect(await read('--frontier--')).toEqual([])
  })

  test('are not seen in what only resembles them', async () => {
    const lookalikes = lines(
      ...[
        '--frontier',
        '--frontierx',
        '--frontier-',
        '--frontier--x',
        '--frontier x',
        '-frontier',
        ' --frontier',
      ],
      ...[
        '--frontie',
        `--frontier${' '.repeat(65)}`,
        '--frontier-- x',
        '\r--frontier\n',
        '\n--frontier--',
        '',
      ],
    )
    const body = fieldBody(`${named('file')}; filename="f"`, lookalikes)
    for (const size of [1, 2, 3, 7, 1000]) {
      expect(await read(chunksOf(body, size))).toEqual([['file', 'file', lookalikes]])
    }
  })

  test('leave an empty file empty', async () => {
    const body = fieldBody(`${named('file')}; filename="f"`, '')
    expect(await read(body)).toEqual([['file', 'file', '']])
  })

  test('must come early: a long preamble is refused', async () => {
    expect(await faultOf(read('x'.repeat(300)))).toBe('body')
  })

  test('end the reading: an endless epilogue is left alone', async () => {
    let isLeft = false
    async function* endless() {
      try {
        yield Buffer.from(fieldBody(named('n')))
        for (;;) yield Buffer.alloc(100)
      } finally {
        isLeft = true
      }
    }
    expect(await read(endless())).toEqual([['field', 'n', 'v']])
    expect(isLeft).toBe(true)
  })
})

describe('A part', () => {
  test.each(['; filename=""', "; filename*=UTF-8''%e2%82%ac", ';FileName="x"', '; filename="C:\\"'])(
    'is a file if it has a file name: %s',
    async suffix => {
      expect(await read(fieldBody(named('n') + suffix))).toEqual([['file', 'n', 'v']])
    },
  )

  test('is a file if the caller says that its field holds files', async () => {
    expect(await read(fieldBody(named('file')), { fileFields: ['file'] })).toEqual([['file', 'file', 'v']])
  })

  test.each([
    ['form-data; name=bare', 'bare'],
    ['FORM-DATA ;name="a\\"b\\\\c\\d" ', 'a"b\\c\\d'],
    ['form-data; name="%22%0D%0A%41"', '"\r\n%41'],
    ['form-data; name="naïve €"', 'naïve €'],
    ['form-data; name="a\\"; charset="b\\"', 'a\\'],
    ['form-data; name="__proto__"', '__proto__'],
    ['form-data; name=""', ''],
  ])('with %s has its name', async (disposition, name) => {
    expect(await read(fieldBody(`content-DISPOSITION:${disposition}`))).toEqual([['field', name, 'v']])
  })

  test.each(['binary', '8bit', '7BIT '])('may be sent as %s', async encoding => {
    const body = fieldBody(
      lines(named('n'), `Content-Transfer-Encoding: ${encoding}`, 'X-Other: a', 'X-Other: b'),
    )
    expect(await read(body)).toEqual([['field', 'n', 'v']])
  })

  test.each([
    ['content-disposition', 'Content-Type: text/plain'],
    ['content-disposition', 'Content-Disposition: form-data'],
    ['content-disposition', 'Content-Disposition: form-data; name'],
    ['content-disposition', 'Content-Disposition: form-data; name="n'],
    ['content-disposition', 'Content-Disposition: form-data; name="n"x'],
    ['content-disposition', 'Content-Disposition: form-data; name=n; name=m'],
    ['content-disposition', 'Content-Disposition: attachment; name=n'],
    ['content-disposition', 'Content-Disposition:'],
    ['content-disposition', lines(named('n'), named('n'))],
    ['content-transfer-encoding', lines(named('n'), 'Content-Transfer-Encoding: base64')],
    ['body', lines('Content-Disposition: form-data;', ' name="n"')],
    ['body', lines('Content-Disposition : form-data; name="n"')],
    ['body', `${named('n')}\nX: y`],
    ['body', named('n\0')],
    ['body', 'no colon'],
    ['body', lines(named('n'), `X: ${'x'.repeat(200)}`)],
  ])('is refused for its %s: %s', async (field, header) => {
    expect(await faultOf(read(fieldBody(header)))).toBe(field)
  })

  test('is refused if it has no headers at all', async () => {
    expect(await faultOf(read(lines('--frontier', '', 'v', '--frontier--')))).toBe('content-disposition')
  })

  test('is refused if its name is not UTF-8', async () => {
    const body = Buffer.from(fieldBody(named('\xff')), 'latin1')
    expect(await faultOf(read(chunksOf(body)))).toBe('content-disposition')
  })

  test('may have headers of just the greatest length, however they arrive', async () => {
    const body = fieldBody(
      lines(named('n'), 'X: '.padEnd(options.maxHeaderBytes - named('n').length - 2, 'x')),
    )
    for (const size of [1, 3, 1000]) {
      expect(await read(chunksOf(body, size))).toEqual([['field', 'n', 'v']])
    }
  })
})

describe('A field', () => {
  test('keeps its text as it is, byte order mark included', async () => {
    const body = fieldBody(named('n'), '\ufeffa\r\n€')
    expect(await read(chunksOf(body, 1))).toEqual([['field', 'n', '\ufeffa\r\n€']])
  })

  test('is refused by its own name if it is too long', async () => {
    expect(await faultOf(read(fieldBody(named('colour'), 'x'.repeat(21))))).toBe('colour')
  })

  test.each(['\xff', '\xe2\x82'])('is refused by its own name if it is not UTF-8', async value => {
    const body = Buffer.from(fieldBody(named('colour'), value), 'latin1')
    expect(await faultOf(read(chunksOf(body)))).toBe('colour')
  })

  test('is refused if there are too many fields, or too many parts', async () => {
    const field = lines('--frontier', named('n'), '', 'v', '')
    const file = lines('--frontier', `${named('f')}; filename=f`, '', 'v', '')
    expect(await read(`${field.repeat(3)}${file}--frontier--`)).toHaveLength(4)
    expect(await faultOf(read(`${field.repeat(4)}--frontier--`))).toBe('body')
    expect(await faultOf(read(`${file.repeat(5)}--frontier--`))).toBe('body')
  })
})
