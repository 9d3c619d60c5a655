// What the page computes before anything is drawn.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { jobSays } from '../../src/page/frame/jobs.ts'
import { hueOf, signOf } from '../../src/page/grid/colours.ts'
import { filterOf, isShown } from '../../src/page/grid/filter.ts'
import { layoutOf, scrollTo, slotsOf, touched } from '../../src/page/grid/layout.ts'
import { suggestionFor } from '../../src/page/clusters/suggestion.ts'
import { fitted, onMap, onScreen, pushed, zoomedAt } from '../../src/page/map/camera.ts'
import { insideStroke, nearestTo } from '../../src/page/map/inside.ts'
import { looksOf, orderOf, stampsOf } from '../../src/page/map/looks.ts'
import { namesFor } from '../../src/page/map/names.ts'
import { paintInto } from '../../src/page/map/paint.ts'
import { checkSays } from '../../src/page/parts/check-says.ts'
import { actionOf, actions, chordOf, keyTable, placeOf, shownKey } from '../../src/page/state/keys.ts'
import { readRoute, writeRoute } from '../../src/page/state/route.ts'
import { changeSays } from '../../src/page/rounds/words.ts'
import { searchSays } from '../../src/page/versions/words.ts'
import { ago, bytes, many, slugOf } from '../../src/page/words.ts'
import { steps } from '../../src/steps/index.ts'

const sizes = fc.record({
  width: fc.integer({ min: 320, max: 4000 }),
  wanted: fc.integer({ min: 48, max: 320 }),
  count: fc.integer({ min: 0, max: 1_000_000 }),
})

describe('the contact sheet', () => {
  it('fills its width edge to edge, four pixels apart', () =>
    fc.assert(
      fc.property(sizes, (size) => {
        const { columns, tile } = layoutOf(size)
        assert.ok(Math.abs(columns * tile + (columns - 1) * 4 - size.width) < 1e-6)
      }),
    ))
  it('holds each row in sight once, and few others, wherever it is scrolled', () =>
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true }), (size, share) => {
        const layout = layoutOf(size)
        const top = share * Math.max(0, layout.height - 900)
        const slots = slotsOf(layout, { top, height: 900, beyond: 3 })
        assert.equal(new Set(slots).size, slots.length)
        assert.ok(slots.length <= Math.ceil(900 / layout.rowHeight) + 7)
        const first = Math.floor(top / layout.rowHeight)
        const last = Math.min(layout.rows - 1, Math.floor((top + 900) / layout.rowHeight))
        for (let row = first; row <= last; row++) assert.ok(slots.includes(row), `row ${row} is missing`)
      }),
    ))
  it('keeps a row in its slot while it scrolls, so that its element is used again', () => {
    const layout = layoutOf({ width: 1000, wanted: 100, count: 100_000 })
    const at = (top: number) => slotsOf(layout, { top, height: 900, beyond: 3 })
    const [before, after] = [at(5000), at(5000 + layout.rowHeight)]
    const moved = before.filter((row, slot) => row !== after[slot])
    assert.equal(moved.length, 1)
  })
  it('knows which tiles a rectangle touches', () => {
    const layout = layoutOf({ width: 304, wanted: 98, count: 9 })
    const rect = { left: 10, top: 10, right: 150, bottom: layout.rowHeight + 10 }
    assert.deepEqual(touched(layout, rect, 9), [0, 1, 3, 4])
    const fromTheGap = { left: 101, top: layout.tile + 2, right: 150, bottom: layout.rowHeight + 10 }
    assert.deepEqual(touched(layout, fromTheGap, 9), [4])
  })
  it('scrolls only as far as a tile needs to be seen', () => {
    const layout = layoutOf({ width: 304, wanted: 98, count: 300 })
    assert.equal(scrollTo(layout, 0, { top: 500, height: 400 }), 0)
    assert.equal(scrollTo(layout, 15, { top: 500, height: 400 }), 500)
    assert.ok(scrollTo(layout, 299, { top: 0, height: 400 }) > 5000)
  })
})

describe('class colours', () => {
  it('lie far apart for the first eight classes, and stand beside a sign', () => {
    const hues = Array.from({ length: 8 }, (_, place) => hueOf(place)).sort((a, b) => a - b)
    const gaps = hues.map((hue, i) => (hues[(i + 1) % 8]! - hue + 360) % 360)
    assert.ok(Math.min(...gaps) >= 20, `the closest are ${Math.min(...gaps)} degrees apart`)
    assert.deepEqual([signOf('wren', 0), signOf('robin', 9), signOf('crow', 10)], ['1', '0', 'C'])
  })
})

describe('the keyboard', () => {
  const press = (key: string, held: Partial<KeyboardEvent> = {}) =>
    chordOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held })
  it('names chords alike on every machine', () => {
    assert.equal(press('z', { metaKey: true }), 'mod+z')
    assert.equal(press('Z', { ctrlKey: true }), 'mod+z')
    assert.equal(press('G', { shiftKey: true }), 'shift+g')
    assert.equal(press('?', { shiftKey: true }), '?')
    assert.equal(press(' '), 'space')
  })
  it('takes 1 for the first class and 0 for the tenth', () =>
    assert.deepEqual(['1', '9', '0', 'a'].map(placeOf), [0, 8, 9, undefined]))
  it('listens only to what is possible now', () => {
    assert.equal(actionOf('s', new Set(['skip'])), 'skip')
    assert.equal(actionOf('s', new Set(['undo'])), undefined)
  })
  it('shows arrows as arrows, and shift as its sign', () => {
    const shown = actions.flatMap((name) => keyTable[name].keys.map((key) => shownKey(key, false)))
    assert.deepEqual(
      shown.filter((sign) => /arrow|shift/i.test(sign)),
      [],
    )
    assert.ok(shown.includes('↓') && shown.includes('⇧G'))
  })
  it('gives no key two meanings in one place', () => {
    for (const where of ['Grid', 'Labelling', 'Map', 'Clusters', 'Review']) {
      const rows = actions.filter((name) => ['Anywhere', where].includes(keyTable[name].where))
      const keys = rows.flatMap((name) => keyTable[name].keys as readonly string[])
      assert.deepEqual([...new Set(keys)], keys)
    }
  })
})

describe('the map', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const place = fc.record({ x: share, y: share })
  const size = { width: 900, height: 600 }

  it('gives a place back from its pixel, wherever one looks', () =>
    fc.assert(
      fc.property(place, place, fc.double({ min: 0.2, max: 100, noNaN: true }), (at, middle, by) => {
        const camera = zoomedAt(pushed(fitted(size), { x: 200, y: -90 }), size, { at: middle, by })
        const back = onMap(camera, size, onScreen(camera, size, at))
        assert.ok(Math.hypot(back.x - at.x, back.y - at.y) < 1e-9)
      }),
    ))
  it('keeps what is under the pointer there while it zooms', () => {
    const at = { x: 400, y: 250 }
    const before = fitted(size)
    const after = zoomedAt(before, size, { at, by: 3 })
    assert.equal(after.scale, 3 * before.scale)
    const [was, is] = [onMap(before, size, at), onMap(after, size, at)]
    assert.ok(Math.hypot(was.x - is.x, was.y - is.y) < 1e-9)
  })
  it('takes into a stroke what lies within, in its bays not', () => {
    const places = { x: Float32Array.of(0.2, 0.5, 0.8, 0.5), y: Float32Array.of(0.5, 0.8, 0.5, 0.2) }
    const horseshoe = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0.9, 1],
      [0.6, 0.3],
      [0.4, 0.3],
      [0.1, 1],
      [0, 1],
    ]
    const stroke = horseshoe.map(([x, y]) => ({ x: x!, y: y! }))
    assert.deepEqual(insideStroke(places, stroke), [0, 2, 3])
    assert.equal(nearestTo(places, { x: 0.52, y: 0.79 }, 0.1), 1)
    assert.equal(nearestTo(places, { x: 0.5, y: 0.5 }, 0.1), undefined)
  })
  it('paints labels over guesses over the rest, and what is chosen over all', () => {
    const facts = {
      label: Uint16Array.of(0, 2, 0, 0),
      guess: Uint16Array.of(0, 1, 1, 0),
      chosen: Uint8Array.of(0, 0, 0, 1),
    }
    assert.deepEqual([...orderOf(facts)], [0, 2, 1, 3])
    const [ground, none, first, second, chosen] = [0xff000000, 0xff808080, 0xff0000ff, 0xff00ff00, 0xffffffff]
    const palette = { ground, none, chosen, classes: [first, second] }
    const stamps = stampsOf(palette, { radius: 3, width: 60, isDimmed: false })
    const places = { x: Float32Array.of(0, 0.5, 0.5, 1), y: Float32Array.of(0.5, 0.5, 0.5, 0.5) }
    const frame = { width: 60, height: 40, pixels: new Uint32Array(60 * 40) }
    const scene = { places, order: orderOf(facts), looks: looksOf(facts, 2), stamps, ground }
    paintInto(frame, scene, { x: 0.5, y: 0.5, scale: 40 })
    const at = (x: number) => frame.pixels[20 * 60 + x]
    assert.deepEqual([at(2), at(10), at(30)], [ground, none, second])
    assert.notEqual(at(50), none)
    assert.ok(
      frame.pixels.every((pixel) => pixel >>> 24 === 255),
      'nothing is see-through',
    )
  })
  it('writes a class’ name where most of it stands', () => {
    const x = Float32Array.of(0.1, 0.9, 0.91, 0.9)
    const [name, ...others] = namesFor({ x, y: x }, () => 1, 1)
    assert.deepEqual([name!.number, name!.count, others.length], [1, 4, 0])
    assert.ok(name!.x > 0.85)
  })
})

describe('clusters', () => {
  const guessed = (name: string, confidence: number) =>
    ({ guess: { class: name, confidence, runnerUp: null, margin: 0 } }) as Parameters<
      typeof suggestionFor
    >[0]['images'][0]

  it('are suggested the class of most labels, else of most guesses', () => {
    const images = [guessed('wren', 0.9), guessed('crow', 0.5), guessed('wren', 0.7)]
    assert.equal(suggestionFor({ label: 'robin', images })?.name, 'robin')
    assert.deepEqual(suggestionFor({ label: null, images }), {
      name: 'wren',
      says: '2 of 3 guesses, 0.80 sure',
    })
    assert.equal(suggestionFor({ label: null, images: [] }), null)
  })
  it('say what a check showed, and that nothing is left to guess when all were seen', () => {
    const said = checkSays({ of: 312, checked: 60, wrong: 2, wrongAtMost: 0.0831 })
    assert.equal(said, 'At most 8.3% of 310 wrong, 95% sure, 60 checked')
    assert.match(checkSays({ of: 20, checked: 20, wrong: 1, wrongAtMost: 0 }), /^All 20 are in sight/)
  })
})

describe('addresses', () => {
  it('come back as they were written, whatever the names', () =>
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (project, label) => {
        const route = { project, view: 'grid' as const, query: { label } }
        assert.deepEqual(readRoute(writeRoute(route)), route)
      }),
    ))
  it('fall back to the list of projects, and to the grid', () => {
    assert.equal(readRoute('').project, null)
    assert.equal(readRoute('#/birds/nonsense').view, 'grid')
    assert.equal(readRoute('#/100%/grid').project, '100%')
  })
})

describe('filters', () => {
  it('ask about guesses only once a version guesses', () => {
    const query = { label: 'none', guess: 'wren', min: '0.5', order: 'unsure' }
    assert.deepEqual(filterOf('birds', query, false), { project: 'birds', label: 'none' })
    assert.deepEqual(filterOf('birds', query, true), {
      project: 'birds',
      label: 'none',
      guess: 'wren',
      confidenceMin: 0.5,
      order: 'unsure first',
    })
  })
  it('know when a labelled image has to leave the sheet', () => {
    const filter = { project: 'birds', label: 'none' }
    assert.equal(isShown('wren', filter), false)
    assert.equal(isShown(null, filter), true)
    assert.equal(isShown('wren', { project: 'birds', label: 'wren' }), true)
  })
})

describe('words', () => {
  it('say sizes, times and numbers as people do', () => {
    assert.deepEqual([bytes(900), bytes(2_450_000), bytes(120_000)], ['900 B', '2.5 MB', '120 kB'])
    assert.equal(ago(0, 5000), 'just now')
    assert.match(ago(0, 7_200_000), /2 hr/)
    assert.equal(many(1, 'picture'), '1 picture')
    assert.equal(many(2000, 'picture'), '2,000 pictures')
  })
  it('name every job that can be under way', () => {
    const unnamed = steps.filter(({ name, takes }) => takes === 'a while' && jobSays(name) === name)
    assert.deepEqual(
      unnamed.map(({ name }) => name),
      [],
    )
  })
  it('make a project’s name from any title', () => {
    assert.equal(slugOf('  Möwen & Krähen! '), 'mowen-krahen')
    assert.match(slugOf('x'.repeat(100)), /^x{64}$/)
  })
})

describe('the words of settings', () => {
  it('say what a search found, and nothing where none was made', () => {
    assert.equal(
      searchSays({ pull: 0.1, search: { says: 'pull 0.1: its log loss is 0.14 lower' } }),
      'searched for: pull 0.1: its log loss is 0.14 lower',
    )
    assert.equal(searchSays({ pull: 0.1 }), null)
  })
  it('say what advice would change, as people call it', () => {
    assert.equal(changeSays({ validationShare: 0.4 }), '40% to measure by')
    assert.equal(changeSays({ strategy: 'auto', own: null }), 'strategy auto')
    assert.equal(changeSays({ epochs: 300, pull: 0.03 }), '300 epochs, pull 0.03')
  })
})
