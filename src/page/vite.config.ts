import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const below = (place: string) => fileURLToPath(new URL(place, import.meta.url))

const config = defineConfig({
  root: below('.'),
  base: './',
  plugins: [svelte()],
  build: { outDir: below('../../dist/page'), emptyOutDir: true, target: 'es2022' },
  server: { proxy: { '/v1': 'http://127.0.0.1:4173', '/predict': 'http://127.0.0.1:4173' } },
})
export { config as default }
