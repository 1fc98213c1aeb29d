// strace, which watches the real program's system calls and lets them fail.
import { execFileSync } from 'node:child_process'

/** Throws, with the package's name, where the program is not installed. */
export function requireStrace(): void {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' })
  } catch (cause) {
    throw new Error('This test needs strace: install the Debian package strace.', { cause })
  }
}

/** For `startProcess`: the program stays the child that was started, and can be killed; strace runs beside it. */
export const underStrace = (...options: string[]): string[] => ['strace', '-D', '-f', '-qq', ...options]
