// What strace writes, read back as what happened to a disk.
import { describe, expect, it } from 'vitest'
import { diskEvents } from '../support/power/disk-events.ts'
import { systemCalls } from '../support/power/strace-lines.ts'

const lines = (...all: string[]): string => `${all.join('\n')}\n`

describe('A line of strace', () => {
  it('is a call with its arguments and its result', () => {
    expect(systemCalls(lines('12  fsync(21</d/f>)          = 0'))).toEqual([
      { thread: '12', name: 'fsync', args: '21</d/f>', result: 0, began: 0, ended: 0 },
    ])
  })

  it('that was interrupted is joined with its end, whatever others did meanwhile', () => {
    const log = lines(
      '12  pwrite64(9</d/wal>, "a) = 1", 6, 40 <unfinished ...>',
      '13  fsync(8</d>) = 0',
      '12  <... pwrite64 resumed>)        = 6',
    )
    expect(systemCalls(log)).toMatchObject([
      { name: 'pwrite64', args: '9</d/wal>, "a) = 1", 6, 40', result: 6, began: 0, ended: 2 },
      { name: 'fsync', began: 1 },
    ])
  })

  it('that never ended has no result, and a signal is no call', () => {
    const log = lines('12  fdatasync(9</d/f> <unfinished ...>', '12  +++ killed by SIGKILL +++')
    expect(systemCalls(log)).toMatchObject([{ name: 'fdatasync', result: undefined }])
  })
})

describe('A record', () => {
  it('says where bytes went: after the last ones, or to their place', () => {
    const log = lines(
      '1  openat(AT_FDCWD</w>, "/d/a", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = 21</d/a>',
      '1  writev(21</d/a>, [{iov_base="hello", iov_len=5}, {iov_base="a\\"b"..., iov_len=9}], 2) = 14',
      '1  pwrite64(22</d/wal>, "x"..., 4096, 8192) = 4096',
    )
    expect(diskEvents(log)).toEqual([
      { kind: 'create', path: '/d/a', truncates: false, appends: false },
      { kind: 'write', path: '/d/a', at: undefined, bytes: 14, thread: '1' },
      { kind: 'write', path: '/d/wal', at: 8192, bytes: 4096, thread: '1' },
    ])
  })

  it('says which names changed, and leaves out what failed or was only read', () => {
    const log = lines(
      '1  rename("/d/a", "/d/b") = 0',
      '2  link("/d/b", "/d/c") = 0',
      '1  unlink("/d/x") = -1 ENOENT (No such file or directory)',
      '1  openat(AT_FDCWD</w>, "/d/b", O_RDONLY|O_CLOEXEC) = 3</d/b>',
      '1  mkdir("/d/e", 0700) = 0',
    )
    expect(diskEvents(log)).toEqual([
      { kind: 'rename', from: '/d/a', to: '/d/b' },
      { kind: 'link', from: '/d/b', to: '/d/c' },
      { kind: 'mkdir', path: '/d/e' },
    ])
  })

  it('keeps a sync apart from what was written while it ran, and believes none that failed', () => {
    const log = lines(
      '1  fdatasync(9</d/f> <unfinished ...>',
      '2  write(9</d/f>, "b", 1) = 1',
      '1  <... fdatasync resumed>) = 0',
      '1  fsync(8</d>) = -1 EIO (Input/output error)',
    )
    expect(diskEvents(log)).toEqual([
      { kind: 'sync began', path: '/d/f', sync: 0 },
      { kind: 'write', path: '/d/f', at: undefined, bytes: 1, thread: '2' },
      { kind: 'sync ended', path: '/d/f', sync: 0, how: 'fdatasync' },
      { kind: 'sync began', path: '/d', sync: 3 },
      { kind: 'sync failed', path: '/d' },
    ])
  })

  it('takes a write that was never answered for done, and shows what sockets were told', () => {
    const log = lines(
      '1  write(30<socket:[77]>, "HTTP/1.1 201 Created\\r\\n"..., 900) = 900',
      '1  pwrite64(9</d/f>, "x"..., 100, 50 <unfinished ...>',
    )
    expect(diskEvents(log)).toEqual([
      { kind: 'send', text: 'HTTP/1.1 201 Created\\r\\n', thread: '1' },
      { kind: 'write', path: '/d/f', at: 50, bytes: 100, thread: '1' },
    ])
  })
})
