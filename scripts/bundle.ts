// Our own 430 modules as fifteen files: a command that starts no longer looks for each. Packages stay outside.
import { build } from 'vite'

// Beside the two doors, one folder deep, as a room is in src: paths from a file of ours lead to the same places.
const parts = 'parts'

await build({
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2024',
    // Names and comments stay: a stack tells the function, and who opens the file finds the source's words.
    minify: false,
    rolldownOptions: {
      input: {
        main: 'src/main.ts',
        index: 'src/index.ts',
        [`${parts}/child`]: 'src/images/child.ts',
        [`${parts}/seat-child`]: 'src/steps/simulate/seat-child.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: `${parts}/[name].js` },
    },
  },
})
