// The media room keeps every promise of saying what bytes are.
import { inspect } from '../../src/media/inspect.ts'
import { sniff } from '../../src/media/sniff.ts'
import { describeMedia } from './media-contract.ts'

describeMedia('Media', { sniff, inspect })
