// A package as a tarball, through the user's own npm set-up; never installed, its dependencies never fetched.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../base/index.ts'
import { npmNotFound, runNpm, type NpmRun } from './encoder-npm.ts'

export type Package = {
  readonly name: string
  readonly version: string
  readonly sizeBytes: number
  /** As npm writes it: `sha512-` and base64. */
  readonly integrity: string
}
export type Say = (progress: {
  readonly done: number
  readonly total: number
  readonly sentence: string
}) => void

type FetchOptions = {
  /** The tarball lands here, and npm's own cache beside it, so that a second try has what the first got. */
  readonly folder: string
  /** May throw to stop the download: a cancelled job does. */
  readonly say?: Say
  /** What to advise where there is no network. */
  readonly wayOut?: string
  /** npm's script; by default the one that runs us. */
  readonly npm?: string
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6)
const pollMs = 250

/** The path of the verified tarball. One that is there already is verified, not fetched again. */
export async function fetchPackage(wanted: Package, o: FetchOptions): Promise<string> {
  const file = path.join(o.folder, `${wanted.name.replace(/^@/, '').replace('/', '-')}-${wanted.version}.tgz`)
  if (await maybeSize(file)) {
    if ((await maybeFault(file, wanted)) === undefined) return file
    await rm(file)
  }
  const pack = path.join(o.folder, 'pack')
  const cache = path.join(o.folder, 'npm')
  await rm(pack, { recursive: true, force: true })
  await mkdir(pack, { recursive: true })
  await mkdir(cache, { recursive: true })
  await download(wanted, { ...o, pack, cache })
  const [packed] = await readdir(pack)
  if (!packed) throw noNetwork(wanted, o, 'npm said it was done and left no file')
  const fresh = path.join(pack, packed)
  const fault = await maybeFault(fresh, wanted)
  if (fault) {
    await rm(pack, { recursive: true, force: true })
    await rm(cache, { recursive: true, force: true })
    throw new Failure(
      'corrupt-data',
      `cannot use ${wanted.name}@${wanted.version}: ${fault}; the file was removed, so try again`,
    )
  }
  await rename(fresh, file)
  await rm(pack, { recursive: true, force: true })
  return file
}

/** Throws what `say` throws, after npm was stopped. */
async function download(
  wanted: Package,
  o: FetchOptions & { readonly pack: string; readonly cache: string },
) {
  const stop = new AbortController()
  const args = ['pack', `${wanted.name}@${wanted.version}`, '--cache', o.cache, '--pack-destination', o.pack]
  const running = runNpm(args, { folder: o.folder, signal: stop.signal, ...(o.npm ? { npm: o.npm } : {}) })
  const isDone = { value: false }
  const done = running.finally(() => (isDone.value = true))
  let most = 0
  try {
    while (!isDone.value) {
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, pollMs))])
      const bytes = Math.max(
        await largestBelow(path.join(o.cache, '_cacache', 'tmp')),
        await largestBelow(o.pack),
      )
      // npm moves the file once it is whole: for a moment it is in neither place.
      most = Math.min(wanted.sizeBytes, Math.max(most, bytes))
      o.say?.({
        done: most,
        total: wanted.sizeBytes,
        sentence: `Fetching ${wanted.name}: ${megabytes(most)} of ${megabytes(wanted.sizeBytes)} MB`,
      })
    }
  } finally {
    stop.abort()
    await done
  }
  const { code, said } = await running
  if (code !== 0) throw failureOf({ code, said }, wanted, o)
}

function failureOf(run: NpmRun, wanted: Package, o: FetchOptions): Failure {
  if (/ENOSPC/.test(run.said)) {
    return new Failure(
      'disk-full',
      `cannot fetch ${wanted.name}: it takes ${megabytes(wanted.sizeBytes)} MB and the disk of ${o.folder} is full`,
    )
  }
  const code = /npm (?:error|ERR!) code (\w+)/.exec(run.said)?.[1]
  if (run.code === npmNotFound) return noNetwork(wanted, o, 'there is no npm on this machine’s PATH')
  return noNetwork(wanted, o, code ? `npm gave up with ${code}` : `npm ended with code ${run.code}`)
}

const noNetwork = (wanted: Package, o: FetchOptions, why: string) =>
  new Failure(
    'no-network',
    `cannot fetch ${wanted.name}@${wanted.version}: it comes through npm once, and ${why}; ` +
      (o.wayOut ?? 'try again when the network is back'),
  )

/** What is wrong with a file, by the size and checksum it must have. */
async function maybeFault(file: string, wanted: Package): Promise<string | undefined> {
  const size = (await maybeSize(file)) ?? 0
  if (size !== wanted.sizeBytes) return `it must have ${wanted.sizeBytes} bytes, and ${size} came`
  const integrity = `sha512-${await digestOf(file, 'sha512', 'base64')}`
  if (integrity !== wanted.integrity)
    return `its checksum must be ${wanted.integrity}, and it is ${integrity}`
  return undefined
}

export async function digestOf(file: string, algorithm: 'sha256' | 'sha512', as: 'hex' | 'base64') {
  const hash = createHash(algorithm)
  for await (const bytes of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(bytes)
  return hash.digest(as)
}

async function maybeSize(file: string): Promise<number | undefined> {
  return stat(file).then(
    (s) => s.size,
    () => undefined,
  )
}

/** Files come and go while npm works: what is gone counts as nothing. */
async function largestBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const sizes = entries.map((e) => maybeSize(path.join(folder, e.name)))
  return Math.max(0, ...(await Promise.all(sizes)).map((size) => size ?? 0))
}
