// The page's own requests go to the app's backend; those to Herbarium go there directly.
import { defineConfig } from 'vite'

export default defineConfig({
  server: { proxy: { '/api': 'http://127.0.0.1:5174' } },
})
