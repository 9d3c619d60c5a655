import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readCsv, readJsonLines, writeCsv, writeJsonLines } from '../../src/formats/index.ts'

test('CSV keeps commas, quotes and line breaks inside cells', () => {
  const rows = [
    ['path', 'label'],
    ['a "b", c.jpg', 'two\nlines'],
  ]
  assert.equal(writeCsv(rows), 'path,label\n"a ""b"", c.jpg","two\nlines"\n')
  assert.deepEqual(readCsv(writeCsv(rows)), rows)
})

test('CSV of any cells is read back as it was written', () =>
  fc.assert(
    fc.property(fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 })), (rows) =>
      assert.deepEqual(readCsv(writeCsv(rows)), rows),
    ),
  ))

test('CSV from Windows and from Excel is read: carriage returns, a mark at the start', () =>
  assert.deepEqual(readCsv('\uFEFFpath,label\r\na.jpg,wren\r\n'), [
    ['path', 'label'],
    ['a.jpg', 'wren'],
  ]))

test('CSV that never closes a quote is refused', () =>
  assert.throws(() => readCsv('a,"b\n'), /it is not CSV/))

test('JSON Lines of any values are read back as they were written', () =>
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (values) =>
      assert.deepEqual(readJsonLines(writeJsonLines(values)), JSON.parse(JSON.stringify(values))),
    ),
  ))

test('JSON Lines name the line that is none', () =>
  assert.throws(() => readJsonLines('{}\n\n{oops\n'), /line 3 is not JSON/))
