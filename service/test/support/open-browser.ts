// Chromium for tests: from npm on Linux, or the one that CHROMIUM_PATH names.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import packaged from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'
import manifest from '../../package.json' with { type: 'json' }

/**
 * The package's flags are for a place without visitors: some switch off the very rules (same origin, mixed content,
 * site isolation) that the tests are about, and in a single process the browser ends with its first page.
 */
const UNWANTED = [
  '--single-process',
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
]

/** Playwright switches extensions off, and Chromium's PDF viewer is one. */
const UNWANTED_OF_PLAYWRIGHT = [
  '--disable-extensions',
  '--disable-component-extensions-with-background-pages',
]

export async function openBrowser(): Promise<Browser> {
  const named = process.env.CHROMIUM_PATH
  const executablePath = named || (await packagedChromium())
  const args = named ? ['--no-sandbox'] : packaged.args.filter(flag => !UNWANTED.includes(flag))
  const ignoreDefaultArgs = UNWANTED_OF_PLAYWRIGHT
  return chromium.launch({ executablePath, args, ignoreDefaultArgs, headless: true }).catch(cause => {
    throw new Error(`Chromium at ${executablePath} does not start: set CHROMIUM_PATH to one that does.`, {
      cause,
    })
  })
}

/** Unpacked once a machine, beside its libraries; a folder under its final name is a whole one. */
async function packagedChromium(): Promise<string> {
  if (process.platform !== 'linux')
    throw new Error('The browser tests bring a Chromium for Linux only: set CHROMIUM_PATH to yours.')
  const version = manifest.devDependencies['@sparticuz/chromium']
  const folder = path.join(tmpdir(), `herbarium-chromium-${version}`)
  if (!existsSync(folder)) await unpack(folder)
  return path.join(folder, 'chromium')
}

async function unpack(folder: string): Promise<void> {
  const draft = await mkdtemp(`${folder}-`)
  const script = `import chromium from '@sparticuz/chromium'; await chromium.executablePath()`
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: draft },
  })
  await rename(draft, folder).catch(() => rm(draft, { recursive: true })) // another test was first
}
