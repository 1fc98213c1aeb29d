// Damage of the smallest kind.
import { open } from 'node:fs/promises'

/** Changes one bit of the byte at `at`; the file's length stays. */
export async function flipByte(file: string, at: number): Promise<void> {
  const handle = await open(file, 'r+')
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at)
  buffer.writeUInt8(buffer.readUInt8(0) ^ 1)
  await handle.write(buffer, 0, 1, at)
  await handle.close()
}
