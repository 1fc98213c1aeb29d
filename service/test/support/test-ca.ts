// A certificate authority for the time of a test, made with the openssl command.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

export interface Certificate {
  key: string
  cert: string
}

export interface TestCa {
  /** What a client trusts, in PEM. */
  ca: string
  /** A certificate for these DNS names; `*.` stands for one label. */
  issue(...names: [string, ...string[]]): Promise<Certificate>
  close(): Promise<void>
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export async function createTestCa(): Promise<TestCa> {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-ca-'))
  const at = (name: string) => path.join(folder, name)
  const subject = ['-subj', '/CN=Herbarium test CA']
  const files = ['-keyout', at('ca.key'), '-out', at('ca.pem')]
  const extensions = ['-addext', 'keyUsage=critical,keyCertSign']
  await openssl('req', '-x509', ...KEY, ...subject, ...extensions, ...files, '-days', '2')
  let issued = 0
  return {
    ca: await readFile(at('ca.pem'), 'utf8'),
    issue: async (...names) => {
      issued += 1
      const [key, request, cert, extension] = ['key', 'csr', 'pem', 'ext'].map(end => at(`${issued}.${end}`))
      if (!key || !request || !cert || !extension) throw new Error('four files have four names')
      await writeFile(extension, `subjectAltName=${names.map(name => `DNS:${name}`).join(',')}\n`)
      await openssl('req', ...KEY, '-subj', '/CN=stranger', '-keyout', key, '-out', request)
      const signer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial']
      await openssl(
        'x509',
        '-req',
        '-in',
        request,
        ...signer,
        '-extfile',
        extension,
        '-days',
        '2',
        '-out',
        cert,
      )
      return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

async function openssl(...parameters: string[]): Promise<void> {
  try {
    await promisify(execFile)('openssl', parameters)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error('These tests make certificates with the openssl command: install openssl.', {
        cause: error,
      })
    throw error
  }
}
