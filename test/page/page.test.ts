// The page as people meet it: pictures, keys, labels, a version, a prediction; then on a cut line.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { classFolders } from '../cli/program.ts'
import { faultsFound } from './axe.ts'
import { openBrowser, openPage, serveProgram, skipped, type Served } from './browser.ts'

const classes = ['airplane', 'frog', 'horse']
const each = 16
/** What stands on each view once it is all there. */
const views: Readonly<Record<string, string>> = {
  '': '.project-card',
  grid: '.tile img.here',
  label: 'figure img',
  map: '.plane canvas',
  clusters: '.row-of .thumb',
  review: '[data-testid=reason]',
  rounds: 'text=What now',
  versions: 'text=Class by class',
  predict: '.box',
}
const patience = { timeout: 20_000 }

describe('the page', { skip: skipped }, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-birds-'))
  let served: Served
  let browser: Browser
  let page: Page
  let faults: readonly string[]

  before(async () => {
    await classFolders(folder, classes, each)
    ;[served, browser] = await Promise.all([serveProgram(), openBrowser()])
    ;({ page, faults } = await openPage(browser, served.url))
    page.setDefaultTimeout(10_000)
  })
  after(async () => {
    await browser?.close()
    await served?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const go = (hash: string) => page.evaluate((to) => void (location.hash = to), hash)
  const count = (name: string) =>
    page.locator('section.left .item', { has: page.getByText(name, { exact: true }) }).locator('.count')
  const counts = (name: string, number: number) =>
    count(name).getByText(String(number), { exact: true }).waitFor(patience)
  /** As the one who knows: the folder's name is the truth, and was handed over as part of the file's. */
  async function answerNext(turn: number): Promise<void> {
    const shown = page.locator('figure img')
    const name = await shown.getAttribute('alt', patience)
    const src = await shown.getAttribute('src')
    const kind = classes.findIndex((one) => name!.includes(one))
    await page.keyboard.press(String((kind < 0 ? turn % 3 : kind) + 1))
    const isAnother = (was: string | null) =>
      document.querySelector('figure img')?.getAttribute('src') !== was
    await page.waitForFunction(isAnother, src, patience)
  }

  it('says what to do when there is nothing yet', async () => {
    await page.getByText('No pictures yet').waitFor(patience)
    assert.equal(await page.getByRole('button', { name: 'New project' }).count(), 1)
  })

  it('makes a project of a folder that was handed over, though the line is cut twice', async () => {
    let cuts = 2
    await page.route(/\/v1\/uploads\/[^/]+\/\d+\?/, (route) =>
      cuts-- > 0 ? route.abort('connectionreset') : route.continue(),
    )
    await page.getByRole('button', { name: 'New project' }).click()
    await page.locator('input[webkitdirectory]').setInputFiles(folder)
    await page.getByText(`${classes.length * each} pictures`).waitFor(patience)
    await page.getByLabel('Name', { exact: true }).fill('Three kinds')
    await page.getByLabel('Classes, if you know them').fill(classes.join(', '))
    await page.getByRole('button', { name: 'Create project' }).click()
    await page.waitForURL(/#\/three-kinds\/grid/, patience)
    const all = page.locator('section.left .count', { hasText: String(classes.length * each) })
    await all.first().waitFor(patience)
    await page.locator('[role=gridcell] img.here').first().waitFor(patience)
  })

  it('labels what is chosen with a digit, from one click to the next with shift', async () => {
    await page.locator('#tile-0').click()
    await page.locator('#tile-2').click({ modifiers: ['Shift'] })
    await page.getByText('3 chosen').first().waitFor()
    await page.keyboard.press('1')
    await page.locator('#tile-2 .line.labelled').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.line.labelled').length === 3)
  })

  it('takes a whole act back with one key', async () => {
    await page.keyboard.press('z')
    await page.waitForFunction(() => document.querySelectorAll('.line.labelled').length === 0, null, patience)
    await counts('airplane', 0)
  })

  it('chooses with the arrows, and all with control and a', async () => {
    await page.locator('#tile-0').click()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+ArrowRight')
    await page.getByText('2 chosen').first().waitFor()
    await page.keyboard.press('Control+a')
    await page
      .getByText(`${classes.length * each} chosen`)
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('Nothing chosen').waitFor()
  })

  it('looks closer with space, and goes on with the arrows', async () => {
    await page.locator('#tile-0').click()
    await page.keyboard.press(' ')
    const shown = page.locator('dialog img')
    const first = await shown.getAttribute('src')
    await page.keyboard.press('ArrowRight')
    await page.waitForFunction(
      (src) => document.querySelector('dialog img')?.getAttribute('src') !== src,
      first,
    )
    await page.keyboard.press(' ')
    await shown.waitFor({ state: 'detached' })
  })

  it('asks one question after another, answered by one key each', async () => {
    await go('#/three-kinds/label')
    for (let answer = 0; answer < 9; answer++) await answerNext(answer)
    await page.waitForFunction(
      () => document.querySelector('[data-testid=labelled]')?.textContent === '9',
      null,
      patience,
    )
  })

  it('draws the accuracy of what was learnt, with its interval', async () => {
    await page.waitForFunction(
      () => /\d ± \d/.test(document.querySelector('[data-testid=accuracy]')?.textContent ?? ''),
      null,
      patience,
    )
    await page.locator('section.score svg .newest').waitFor()
  })

  it('skips, and takes the skip back', async () => {
    const src = await page.locator('figure img').getAttribute('src')
    await page.keyboard.press('s')
    await page.waitForFunction(
      (was) => document.querySelector('figure img')?.getAttribute('src') !== was,
      src,
    )
    await page.keyboard.press('z')
    await page.waitForFunction(
      (was) => document.querySelector('figure img')?.getAttribute('src') === was,
      src,
      patience,
    )
  })

  it('takes a class that was typed, a new one too', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('zebra')
    await page.getByText('Add “zebra”').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.answers .class', { hasText: 'zebra' }).waitFor(patience)
    await page.keyboard.press('z')
  })

  it('draws a map, chooses with a stroke what the grid then shows, and labels it with one key', async () => {
    await go('#/three-kinds/map')
    await page.getByRole('button', { name: 'Draw the map' }).click()
    const box = (await page.locator('.plane').boundingBox(patience))!
    const move = (x: number, y: number) => page.mouse.move(box.x + x * box.width, box.y + y * box.height)
    const stroke = async () => {
      await move(0.3, 0.02)
      await page.mouse.down()
      for (const [x, y] of [
        [0.95, 0.02],
        [0.95, 0.97],
        [0.04, 0.97],
        [0.04, 0.03],
      ] as const)
        await move(x, y)
      await page.mouse.up()
    }
    await stroke()
    const chosen = page.getByTestId('chosen')
    await chosen.getByText(`${classes.length * each} chosen`).waitFor()
    await page.keyboard.press('g')
    await page.getByText(`${classes.length * each} pictures chosen on the map`).waitFor()
    await page.locator('#tile-40 img.here').waitFor(patience)
    await page.getByRole('link', { name: 'Back to the map' }).click()
    await chosen.getByText(`${classes.length * each} chosen`).waitFor(patience)
    await page.keyboard.press('1')
    await page.getByText(/pictures labelled airplane/).waitFor()
    await page.keyboard.press('z')
    await page.getByText(/^Took back \d+ labels$/).waitFor(patience)
    await page.getByText('Nothing chosen').waitFor()
    await stroke()
  })

  it('knows after a reload what was chosen on the map', async () => {
    await page.getByText(/^\d+ chosen$/).waitFor()
    await page.reload()
    const chosen = page.getByTestId('chosen')
    await chosen.getByText(`${classes.length * each} chosen`).waitFor(patience)
    await go('#/three-kinds/grid?chosen=map')
    await page.reload()
    await page.getByText(`${classes.length * each} pictures chosen on the map`).waitFor(patience)
    await go('#/three-kinds/map')
    await chosen.waitFor(patience)
  })

  it('shows pictures to check as squares, whole, also where few of them fit', async () => {
    const before = page.viewportSize()!
    await page.keyboard.press('c')
    await page.locator('.spot .thumb').first().waitFor(patience)
    await page.setViewportSize({ width: 360, height: 560 })
    const boxes = await page
      .locator('.spot .thumb')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as DOMRect))
    await page.setViewportSize(before)
    await page.keyboard.press('Escape')
    await page.locator('.plane').waitFor()
    assert.ok(boxes.length > 8)
    assert.ok(boxes.every(({ width, height }) => Math.abs(width - height) < 1))
    assert.ok(boxes.every(({ top }, i) => !boxes[i - 4] || top >= boxes[i - 4]!.bottom))
  })

  it('says of what is chosen on the map how wrong one label may be, and labels the rest with it', async () => {
    await page.keyboard.press('c')
    const bound = page.getByTestId('bound')
    await bound.getByText(/^All \d+ are in sight/).waitFor(patience)
    const all = Number(/\d+/.exec(await bound.innerText())![0])
    await page.getByRole('button', { name: '20', exact: true }).click()
    await bound.getByText(new RegExp(`^At most [1-9].*% of ${all} wrong, 95% sure, 20 checked`)).waitFor()
    await page.locator('.spot .thumb').first().click()
    await bound.getByText(new RegExp(`% of ${all - 1} wrong`)).waitFor()
    await page.keyboard.press('1')
    await page.getByText(`${all - 1} pictures labelled airplane`).waitFor()
    await page.keyboard.press('z')
    await page.getByText(`Took back ${all - 1} labels`).waitFor(patience)
    await page.getByText('Nothing chosen').waitFor()
  })

  it('labels a cluster with one key, after a check of some that says how wrong it may be', async () => {
    await go('#/three-kinds/clusters')
    await page.getByRole('button', { name: 'Find clusters' }).click()
    const open = Number((await page.locator('.row-of .title').first().innerText(patience)).split(' ')[0])
    await page.keyboard.press('c')
    const bound = page.getByTestId('bound')
    await bound.getByText(`All ${open} are in sight`).waitFor()
    await page.locator('.spot .thumb').first().click()
    await page.getByText(new RegExp(`Label ${open - 1} as`)).waitFor()
    await page.keyboard.press('2')
    await page.getByText(`${open - 1} pictures labelled frog`).waitFor()
    await page.locator('footer .fact', { hasText: 'labels an action' }).waitFor()
    await page.keyboard.press('z')
    await page.getByText(`Took back ${open - 1} labels`).waitFor(patience)
  })

  it('shows the least sure guesses first, and doubtful labels, each fixed by one key', async () => {
    await go('#/three-kinds/review')
    const reason = page.getByTestId('reason')
    const said = await reason.innerText(patience)
    assert.match(said, /^Unsure: \w+ [.1]\d+, \w+ /)
    await page.keyboard.press('Enter')
    await page.locator('.strip .decided').waitFor()
    await page.keyboard.press('z')
    await page.waitForFunction(() => !document.querySelector('.strip .decided'), null, patience)
    assert.equal(await reason.innerText(), said)
    await page.getByRole('button', { name: 'Doubtful labels' }).click()
    await page.getByText(/Labelled \w+: a head|No label seems wrong/).waitFor(patience)
  })

  it('measures a version and says where it goes wrong', async () => {
    await go('#/three-kinds/versions')
    await page.getByText('Class by class').waitFor(patience)
    assert.ok((await page.locator('svg [data-truth]').count()) >= 4)
  })

  it('publishes a version, and it answers about a picture', async () => {
    await page.getByRole('button', { name: 'Publish' }).first().click()
    await page.getByText('published', { exact: true }).first().waitFor(patience)
    await go('#/three-kinds/predict')
    await page.locator('.predict input[type=file]').setInputFiles(someFile(folder))
    await page.getByText(/% sure/).waitFor(patience)
  })

  it('plays a session of one round, and says what it brought', async () => {
    await go('#/three-kinds/rounds')
    await page.getByRole('button', { name: 'Plan a session' }).click()
    const plan = page.getByRole('dialog')
    await plan.getByLabel('Name').fill('first')
    await plan.getByLabel('Questions a round').fill('4')
    await plan.getByLabel('Rounds at most').fill('1')
    await plan.getByRole('button', { name: 'Plan it' }).click()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('link', { name: 'Answer 4 questions' }).click(patience)
    for (let answer = 0; answer < 4; answer++) await answerNext(answer)
    await go('#/three-kinds/rounds')
    await page.locator('li .tag').getByText('done', { exact: true }).waitFor(patience)
    const round = page.locator('article tbody tr').first()
    assert.match(await round.innerText(), /^\s*1\s.*\d+/)
    await page.getByRole('button', { name: 'Details of round 1' }).click()
    const details = page.getByRole('region', { name: 'Round 1', exact: true })
    for (const fact of ['4 of 4', 'Evenness of classes']) await details.getByText(fact).waitFor(patience)
    assert.equal(await details.getByRole('img').count(), 4)
    await page.getByRole('button', { name: 'Measure', exact: true }).click()
    await page.getByText(/^No claim: \d+ labels were drawn by chance/).waitFor(patience)
    await page.getByRole('button', { name: 'no saving shown yet' }).waitFor(patience)
  })

  it('finds any command by a few letters', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('go to the grid')
    await page.keyboard.press('Enter')
    await page.waitForURL(/three-kinds\/grid/, patience)
    await page.keyboard.press('?')
    await page.getByText('Accept the guess').waitFor()
    await page.keyboard.press('Escape')
  })

  it('keeps labels while the server is away, and hands them over when it is back', async () => {
    const read = page.waitForResponse(/v1\/images\?.*label=none/)
    await page.locator('section.left .item', { hasText: 'Unlabelled' }).click()
    await read
    const before = Number(await count('Labelled').innerText())
    await served.stop()
    await page.locator('#tile-1').click()
    await page.keyboard.press('2')
    await page.getByText(/kept here until it does/).waitFor(patience)
    await served.restart()
    await page.getByText(/kept here until it does/).waitFor({ state: 'detached', ...patience })
    await counts('Labelled', before + 1)
    const kept = await page.evaluate(() => localStorage.getItem('bowerbird.waiting'))
    assert.equal(kept, '[]')
  })

  for (const theme of ['dark', 'light'] as const) {
    for (const [view, sign] of Object.entries(views)) {
      it(`has no fault that axe finds: ${view || 'projects'}, ${theme}`, async () => {
        const look = await openPage(browser, `${served.url}#/${view && `three-kinds/${view}`}`, { theme })
        await look.page.locator(sign).first().waitFor(patience)
        assert.deepEqual(await faultsFound(look.page), [])
        await look.page.context().close()
      })
    }
  }

  it('has no fault that axe finds in what floats above a view', async () => {
    const look = await openPage(browser, `${served.url}#/three-kinds/grid`)
    await look.page.locator('.tile img.here').first().waitFor(patience)
    for (const key of ['?', 'Control+k', 'n']) {
      await look.page.keyboard.press(key)
      await look.page.locator('dialog[open]').waitFor()
      assert.deepEqual(await faultsFound(look.page), [], `after ${key}`)
      await look.page.keyboard.press('Escape')
      // Closing takes a moment, and keys pressed meanwhile belong to the dialogue.
      await look.page.locator('dialog[open]').waitFor({ state: 'detached' })
    }
    await look.page.getByRole('button', { name: 'jobs under way' }).click()
    await look.page.locator('.jobs-list').waitFor()
    assert.deepEqual(await faultsFound(look.page), [], 'with the jobs')
    await look.page.context().close()
  })

  it('fits a window of 360 pixels: nothing sticks out of it', async () => {
    for (const [view, sign] of Object.entries(views)) {
      const at = `${served.url}#/${view && `three-kinds/${view}`}`
      const look = await openPage(browser, at, { width: 360, height: 740 })
      await look.page.locator(sign).first().waitFor(patience)
      const wide = await look.page.evaluate(() => document.documentElement.scrollWidth)
      assert.equal(wide, 360, `${view || 'projects'} is ${wide} pixels wide`)
      await look.page.context().close()
    }
  })

  it('opens on the one project there is, for who comes without an address', async () => {
    const look = await openPage(browser, served.url)
    await look.page.locator('.tile img.here').first().waitFor(patience)
    assert.match(look.page.url(), /#\/three-kinds\/grid$/)
    await look.page.context().close()
  })

  it('threw nothing all the while', () => assert.deepEqual(faults, []))
})

const someFile = (folder: string): string => {
  const inside = path.join(folder, classes[0]!)
  return path.join(inside, readdirSync(inside)[0]!)
}
