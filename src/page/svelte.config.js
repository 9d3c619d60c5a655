import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'

const config = { preprocess: vitePreprocess({ script: false }), compilerOptions: { runes: true } }
export { config as default }
