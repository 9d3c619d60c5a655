import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import { stagedName, uniqueName } from '../../src/server/staged-name.ts'

describe('a name from a stranger’s disk becomes one for ours', () => {
  for (const [given, staged] of [
    ['wren.jpg', 'wren.jpg'],
    ['birds/wren.jpg', 'birds/wren.jpg'],
    ['birds\\wren.jpg', 'birds/wren.jpg'],
    ['/etc/passwd', 'etc/passwd'],
    ['../../wren.jpg', 'wren.jpg'],
    ['a/../../b/./wren.jpg', 'a/b/wren.jpg'],
    ['C:\\birds\\wren.jpg', 'C_/birds/wren.jpg'],
    ['con', '_con'],
    ['birds/NUL.jpg', 'birds/_NUL.jpg'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['console.jpg', 'console.jpg'],
    ['wren. . ', 'wren'],
    ['wren?.jpg', 'wren_.jpg'],
    ['wren\u0000\n.jpg', 'wren__.jpg'],
    ['\u202Egpj.exe', '_gpj.exe'], // a mark that turns the reading direction hides an ending
    ['cafe\u0301.jpg', 'caf\u00e9.jpg'],
    ['...', 'unnamed'],
    ['', 'unnamed'],
    ['///', 'unnamed'],
    [`${'x'.repeat(300)}.jpeg`, `${'x'.repeat(115)}.jpeg`],
    [`${'é'.repeat(300)}.png`, `${'é'.repeat(58)}.png`],
  ] as const) {
    it(`${JSON.stringify(given).slice(0, 40)} → ${staged.slice(0, 40)}`, () => {
      assert.equal(stagedName(given), staged)
    })
  }
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom('..', '.', '', '/', '\\', 'con', 'a', '\0', ' ', 'é', 'C:', '~2', '.jpg', '\ud800'),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join('')),
)

test('whatever it is called, a file stays below its folder, under a name that every system takes', () => {
  fc.assert(
    fc.property(hostile, (given) => {
      const staged = stagedName(given)
      assert.ok(path.posix.resolve('/staged', staged).startsWith('/staged/'))
      assert.ok(path.win32.resolve('C:\\staged', staged).startsWith('C:\\staged\\'))
      for (const part of staged.split('/')) {
        assert.doesNotMatch(part, /^\.*$|[\p{Cc}<>:"|?*\\]|[\s.]$|^(con|nul|prn|aux)(\.|$)/iu, part)
        assert.ok(Buffer.byteLength(part) <= 120)
        assert.ok(part.isWellFormed())
      }
      assert.equal(stagedName(staged), staged, 'once is enough')
    }),
  )
})

test('different files keep different names, also where capitals do not count', () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 30 }), (names) => {
      const taken = new Set<string>()
      const staged = names.map((name) => uniqueName(stagedName(name), taken).toLowerCase())
      assert.equal(new Set(staged).size, names.length)
    }),
  )
  const taken = new Set<string>()
  assert.deepEqual(
    ['a/b.jpg', 'A/b.jpg', 'a/b.jpg'].map((name) => uniqueName(name, taken)),
    ['a/b.jpg', 'A/b~2.jpg', 'a/b~3.jpg'],
  )
})
