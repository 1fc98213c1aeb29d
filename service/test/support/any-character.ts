// Any one character, and the halves of some; quicker to set up than fast-check's own unit of that kind.
import fc from 'fast-check'

export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(fc.nat(0x7f), fc.nat(0xffff), fc.nat(0x10ffff))
  .map(point => String.fromCodePoint(point))
