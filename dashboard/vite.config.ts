// Builds the page into the service, which serves it from there: in a clone, and in the published package.
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { defaultClientConditions, defineConfig, type Plugin } from 'vite'

/** Too small a file is no smaller compressed. */
const WORTH_COMPRESSING_BYTES = 1024

/** Beside each file its compressed forms, so that nothing is compressed when it is asked for. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    enforce: 'post',
    async generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source)
        if (bytes.length < WORTH_COMPRESSING_BYTES) continue
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
        const br = await promisify(brotliCompress)(bytes, quality)
        const gz = await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION })
        this.emitFile({ type: 'asset', fileName: `${file.fileName}.br`, source: br })
        this.emitFile({ type: 'asset', fileName: `${file.fileName}.gz`, source: gz })
      }
    },
  }
}

/** The first paint waits for the script, so that it has the colours that were chosen. */
function paintOnce(): Plugin {
  return {
    name: 'paint-once',
    transformIndexHtml: {
      order: 'post',
      handler: html => html.replace('<script type="module"', '<script type="module" blocking="render"'),
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['herbarium-source', ...defaultClientConditions] }, // the client as it is in this clone
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../service/dist/page',
    emptyOutDir: true,
    assetsDir: 'page',
    assetsInlineLimit: 0, // what is inlined is a data: address, which the policy would have to allow
    target: 'es2023',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [paintOnce(), precompress()],
  server: { proxy: { '/api': 'http://127.0.0.1:8787', '/media': 'http://127.0.0.1:8787' } },
})
