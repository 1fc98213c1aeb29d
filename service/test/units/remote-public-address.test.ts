// Keeps the rule that says which addresses are strangers on the public internet, and which are neighbours.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/remote/public-address.ts'

describe('isPublicAddress', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback, at its end'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'this network'],
    ['10.0.0.1', 'private'],
    ['10.255.255.255', 'private, at its end'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private, at its end'],
    ['192.168.0.1', 'private'],
    ['192.168.255.255', 'private, at its end'],
    ['169.254.169.254', 'cloud metadata'],
    ['169.254.0.1', 'link-local'],
    ['100.64.0.1', "a carrier's NAT"],
    ['100.100.100.200', "a cloud's metadata behind a carrier's NAT range"],
    ['100.127.255.255', "a carrier's NAT, at its end"],
    ['192.0.0.1', 'protocol assignments'],
    ['192.0.0.170', 'NAT64 discovery'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['192.88.99.1', 'a 6to4 relay'],
    ['198.18.0.1', 'benchmarks'],
    ['198.19.255.255', 'benchmarks, at their end'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast, at its end'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback, in full'],
    ['::7f00:1', 'IPv4-compatible loopback'],
    ['::127.0.0.1', 'IPv4-compatible loopback, dotted'],
    ['::8.8.8.8', 'IPv4-compatible public, dotted'],
    ['0::8.8.8.8', 'IPv4-compatible public, dotted'],
    ['::808:808', 'IPv4-compatible public'],
    ['::ffff:127.0.0.1', 'mapped loopback'],
    ['::ffff:7f00:1', 'mapped loopback, in hexadecimal'],
    ['0:0:0:0:0:ffff:a9fe:a9fe', 'mapped metadata, in full'],
    ['::ffff:10.0.0.1', 'mapped private'],
    ['::ffff:0:8.8.8.8', 'translated (SIIT)'],
    ['64:ff9b::7f00:1', 'NAT64 of loopback'],
    ['64:ff9b::8.8.8.8', 'NAT64 of a public one'],
    ['64:ff9b:1::1', 'local NAT64'],
    ['100::1', 'discard'],
    ['100:0:0:1::1', 'the dummy prefix'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local, at its end'],
    ['fe80::1%eth0', 'link-local with a scope'],
    ['2606:4700::1%eth0', 'public with a scope'],
    ['fec0::1', 'site-local'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'cloud metadata, unique local'],
    ['ff02::1', 'multicast'],
    ['2001::1', 'Teredo'],
    ['2001:0:7f00:1::', 'Teredo of loopback'],
    ['2001:2::1', 'benchmarks'],
    ['2001:10::1', 'ORCHID'],
    ['2001:1f:ffff::1', 'ORCHID, at its end'],
    ['2001:20::1', 'ORCHIDv2'],
    ['2001:2f::1', 'ORCHIDv2, at its end'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation'],
    ['3fff:fff::1', 'documentation, at its end'],
    ['2002:7f00:1::', '6to4 of loopback'],
    ['2002:808:808::1', '6to4 of a public one'],
    ['5f00::1', 'segment routing'],
    ['4000::1', 'not handed out'],
    ['1fff::1', 'not handed out'],
    ['', 'nothing'],
    ['localhost', 'a name'],
    ['127.1', 'a short form'],
    ['8.8.8', 'a short form of a public one'],
    ['08.8.8.8', 'a leading zero'],
    ['0x08080808', 'hexadecimal'],
    ['134744072', 'one number'],
    ['8.8.8.8 ', 'a space'],
    ['8.8.8.8:443', 'a port'],
    ['[2606:4700::1111]', 'brackets'],
    ['8.8.8.0/24', 'a range'],
  ])('says no to %s (%s)', address => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2606:4700:4700::1111',
    '2A00:1450:4001::200E',
    '2606:4700::1.1.1.1',
    '3fff:1000::1',
  ])('says yes to %s', address => {
    expect(isPublicAddress(address)).toBe(true)
  })
})

/** The ranges again, as the first address, the length of the prefix and the length of an address, in bits. */
const ranges = [
  ...[
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ].map(([first, prefix]) => ({ first: numberV4(String(first)), prefix: Number(prefix), bits: 32 })),
  ...[
    ['0000', 3],
    ['4000', 2],
    ['8000', 1],
    ['20010000', 32],
    ['20010002', 48],
    ['20010010', 28],
    ['20010020', 28],
    ['20010db8', 32],
    ['2002', 16],
    ['3fff', 20],
  ].map(([first, prefix]) => ({
    first: BigInt(`0x${String(first).padEnd(32, '0')}`),
    prefix: Number(prefix),
    bits: 128,
  })),
]

function numberV4(text: string): bigint {
  return text.split('.').reduce((number, octet) => number * 256n + BigInt(octet), 0n)
}

const dotted = (number: bigint) => [24n, 16n, 8n, 0n].map(shift => (number >> shift) & 255n).join('.')

/** The spellings of an IPv6 address: in full, short, and with the last part dotted. */
function spellings(number: bigint): string[] {
  const full = number.toString(16).padStart(32, '0').match(/.{4}/g) ?? []
  const short = new URL(`https://[${full.join(':')}]`).hostname.slice(1, -1)
  return [full.join(':'), short, short.toUpperCase(), `${full.slice(0, 6).join(':')}:${dotted(number)}`]
}

const MAPPED = 0xffffn << 32n
const isIn = (number: bigint, bits: number) => (range: (typeof ranges)[number]) =>
  range.bits === bits && (number ^ range.first) >> BigInt(bits - range.prefix) === 0n

describe('whatever the address', () => {
  const inRanges = fc
    .constantFrom(...ranges)
    .chain(({ first, prefix, bits }) =>
      fc.bigInt(0n, (1n << BigInt(bits - prefix)) - 1n).map(host => ({ number: first + host, bits })),
    )

  it('says no inside every range, however the address is spelled', () => {
    fc.assert(
      fc.property(inRanges, ({ number, bits }) => {
        const texts = bits === 32 ? [dotted(number), ...spellings(MAPPED + number)] : spellings(number)
        fc.pre(bits === 32 || number >> 32n !== 0xffffn)
        for (const text of texts)
          expect({ text, isPublic: isPublicAddress(text) }).toMatchObject({ isPublic: false })
      }),
      { numRuns: 2000 },
    )
  })

  it('says yes to every other IPv4 address, mapped or not', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 32n - 1n), number => {
        fc.pre(!ranges.some(isIn(number, 32)))
        for (const text of [dotted(number), ...spellings(MAPPED + number)])
          expect({ text, isPublic: isPublicAddress(text) }).toMatchObject({ isPublic: true })
      }),
      { numRuns: 1000 },
    )
  })

  it('says yes to every other IPv6 address but the rest of 2001::/23', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 125n - 1n), offset => {
        const number = (1n << 125n) + offset
        fc.pre(!ranges.some(isIn(number, 128)) && number >> 105n !== 0x20010000n >> 9n)
        for (const text of spellings(number))
          expect({ text, isPublic: isPublicAddress(text) }).toMatchObject({ isPublic: true })
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws', () => {
    const pieces = fc.constantFrom(
      '1',
      '255',
      '0x7f',
      '.',
      ':',
      '::',
      'ffff',
      '%',
      'eth0',
      '[',
      ']',
      '/',
      ' ',
    )
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 12 }).map(all => all.join('')),
    )
    fc.assert(
      fc.property(texts, text => {
        expect(isPublicAddress(text)).toBeTypeOf('boolean')
      }),
      { numRuns: 2000 },
    )
  })
})
